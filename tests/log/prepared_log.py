"""A small log with an act of every kind that has a text, for tests that tamper with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import time_machine
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from deliberate import sealing
from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.days import local_today
from deliberate.models import (
    Appeal,
    Comment,
    Document,
    Institution,
    Person,
    Poll,
    Process,
    Proposal,
    UnitContribution,
)
from deliberate.models.releases import PLAN_FIELDS
from deliberate.operations.documents.amendments import Wording, revise_amendment
from deliberate.operations.documents.contributions import AmendmentEntry, propose_amendment
from deliberate.operations.documents.reports import report_consultation
from deliberate.operations.documents.versions import close_document
from deliberate.operations.moderation.decisions import (
    decide_appeal,
    file_appeal,
    hide_contribution,
    keep_contribution,
    report_contribution,
    request_edit,
    restore_contribution,
)
from deliberate.operations.moderation.rules import publish_rules
from deliberate.operations.polls.ballot_box import close_ballot_boxes
from deliberate.operations.polls.ballots import cast_ballot
from deliberate.operations.polls.polls import PollRules, change_poll, publish_result, state_outcome
from deliberate.operations.polls.statements import suggest_statement
from deliberate.operations.processes.attendance import note_attendance
from deliberate.operations.processes.meetings import MeetingEntry, correct_meeting, record_meeting
from deliberate.operations.processes.news import publish_news
from deliberate.operations.processes.process_information import (
    DocumentEntry,
    add_contact,
    add_document_file,
    add_document_link,
)
from deliberate.operations.processes.process_setup import change_process, set_day_off
from deliberate.operations.processes.processes import close_process
from deliberate.operations.proposals.coauthors import accept_coauthorship, invite_coauthor
from deliberate.operations.proposals.joint_withdrawals import request_withdrawal
from deliberate.operations.proposals.merging import merge_proposals
from deliberate.operations.proposals.proposals import revise_proposal, withdraw_proposal
from deliberate.operations.proposals.summaries import agree_to_summary, suggest_summary
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.releases.study_plans import register_plan
from deliberate.operations.responses.cases import settle_question
from deliberate.operations.responses.commitments import drop_commitment, update_commitment
from deliberate.operations.responses.judgements import judge_response
from deliberate.operations.responses.outside_systems import StatusReport, receive_status
from deliberate.operations.responses.overlaps import (
    open_overlap,
    settle_overlap,
    state_mandate,
)
from deliberate.operations.responses.referrals import decline_referral, refer_proposal
from deliberate.operations.responses.responses import Point, publish_response
from deliberate.operations.scores.assessment_publishing import freeze_assessment
from deliberate.operations.scores.inclusion import state_population
from deliberate.operations.scores.population_csv import StatedBand
from deliberate.operations.scores.questionnaires import (
    answer_questionnaire,
    open_questionnaire,
    publish_closed_questionnaires,
)
from deliberate.operations.scores.reason_surveys import (
    SurveyDays,
    answer_reason_survey,
    open_reason_survey,
    publish_ended_reason_surveys,
)
from deliberate.operations.threads.comments import edit_comment, post_comment, rate_comment
from deliberate.operations.threads.corrections import correct_comment
from deliberate.queries.documents.documents import get_unit, get_version
from deliberate.queries.scores.questionnaires import questions_of
from deliberate.vocabulary import (
    AppealOutcome,
    ModerationRule,
    OutsideState,
    PollChangeReason,
    PollType,
    PopulationField,
    QuestionnaireAudience,
    ResponseDecision,
    Role,
    Stance,
)
from tests import factories
from tests.documents.draft_texts import add_draft_text
from tests.scores.test_assessments import create_judgement


def prepare_log(app: Flask, clock: time_machine.Traveller) -> Process:
    """Record acts over some days, seal them under several heads and publish these."""
    settings = app.config["SETTINGS"]
    institution = factories.create_institution()
    process = factories.create_process(institution, threshold=100)
    sealing.seal_log(settings)
    proposal = _deliberate(process)
    sealing.seal_log(settings)
    clock.shift(timedelta(minutes=30))
    comment = db.session.query(Comment).order_by(Comment.id).first()
    correct_comment(comment.author, comment, "Bukan 40, 14.")
    _respond(institution, proposal)
    _publish_office_texts(process, institution)
    _moderate(proposal)
    polls = _open_polls(process)
    _decide_more(process, institution)
    sealing.seal_log(settings)
    clock.shift(timedelta(days=8))
    _close_polls(*polls)
    assessment, assessor, _second = create_judgement(process=process)
    freeze_assessment(assessor, assessment)
    clock.shift(timedelta(days=8))
    publish_closed_questionnaires()
    publish_ended_reason_surveys()
    sealing.seal_log(settings)
    sealing.write_segments(settings.log_path, rest=True)
    sealing.publish_heads(until=now() + timedelta(seconds=1))
    sealing.write_leaf_file(settings.log_path)
    return process


def _deliberate(process: Process) -> Proposal:
    proposal = factories.create_proposal(process)
    author = proposal.author
    revise_proposal(author, proposal, "Bangku di semua halte", "Lansia menunggu berdiri.", "Judul")
    first = post_comment(factories.create_resident(), proposal, "Ada 40 halte.", stance=Stance.FOR)
    post_comment(author, proposal, "Terima kasih.", parent=first)
    other = post_comment(factories.create_resident(), proposal, "Mahal.", stance=Stance.AGAINST)
    post_comment(factories.create_resident(), proposal, "Murah.", parent=other)
    edit_comment(other.author, other, "Terlalu mahal.")
    rate_comment(author, first, is_strong=True)
    support_proposal(first.author, proposal)
    support_proposal(other.author, proposal)
    summary = suggest_summary(author, proposal, "Bangku", "Lansia", "Biaya")
    agree_to_summary(factories.create_staff(role=Role.MODERATOR), summary, 1)
    return proposal


def _respond(institution: Institution, proposal: Proposal) -> None:
    officer = factories.create_staff(institution)
    due = (now() + timedelta(days=60)).date()
    response = publish_response(
        officer,
        proposal,
        ResponseDecision.ACCEPTED,
        "Kami setuju",
        "Bangku dipasang tahun ini.",
        points=[Point("Bangku", "accepted", "Anggaran ada.")],
        commitments=[("Bangku", institution, due), ("Atap", institution, due)],
    )
    judge_response(proposal.author, response, "no", "Belum menjawab.")
    update_commitment(officer, response.commitments[0], "Bahan sudah tiba.", "Gudang")
    drop_commitment(officer, response.commitments[1], "Tidak ada lahan.")


def _publish_office_texts(process: Process, institution: Institution) -> None:
    admin = factories.create_staff(role=Role.ADMIN)
    officer = factories.create_staff(institution)
    publish_rules(admin, "Sopan.", "Be polite.")
    change_process(
        admin,
        process,
        {"question": "Halte mana?", "open_points": "Tempatnya", "fixed_points": "Anggarannya"},
        [(institution, "lead")],
        "Pertanyaan diperjelas.",
    )
    publish_news(officer, process, ("Halte", ""), ("Mulai dibangun.", ""))
    held = MeetingEntry(now().date(), "Balai desa", 24, "id", "Halte dibahas.")
    meeting = record_meeting(officer, process, held)
    note_attendance(factories.create_resident(), meeting)
    correct_meeting(officer, meeting, replace(held, attended=42), "Angkanya tertukar.", 0)
    state_mandate(admin, "Halte", institution, "Peraturan 5, pasal 2")
    due = now().date() + timedelta(days=30)
    overlap = open_overlap(admin, "Halte", institution, due, "Siapa yang merawat?")
    settle_overlap(admin, overlap, "Dinas merawatnya.")
    _consult(officer, process)
    researcher = factories.create_staff(role=Role.RESEARCHER)
    register_plan(researcher, process, dict.fromkeys(PLAN_FIELDS, "Giliran"), "id")
    entry = DocumentEntry("Anggaran", "id", now().date())
    add_document_link(officer, process, entry, "https://example.org/anggaran")
    add_document_file(officer, process, entry, b"%PDF-1.4\n%%EOF")
    add_contact(officer, process, "Bu Ani", "Dinas", "Senin sampai Jumat")
    close_process(admin, factories.create_process(institution), "Sudah selesai.")


def _decide_more(process: Process, institution: Institution) -> None:
    """State, ask, merge and settle: acts whose columns are compared, without words of their own."""
    admin = factories.create_staff(role=Role.ADMIN)
    moderator = factories.create_staff(role=Role.MODERATOR)
    state_population(
        admin, process, [StatedBand(PopulationField.GENDER, "f", "Perempuan", 500_000, "BPS", 2025)]
    )
    asked = factories.create_process(institution, days=10)
    organisers = open_questionnaire(admin, asked, QuestionnaireAudience.ORGANISERS, 14)
    answers = {question.id: 4 for question in questions_of(organisers)}
    answer_questionnaire(factories.create_staff(institution), organisers, answers)
    _survey_reasons(process)
    _refer(institution, factories.create_qualified_proposal(institution))
    set_day_off(admin, process, now().date(), "Panen raya")
    merged, target = (factories.create_proposal(process) for _ in range(2))
    merge_proposals(moderator, merged, target)
    resident = factories.create_resident()
    question = post_comment(
        resident, target, "Kapan?", stance=Stance.NEUTRAL, is_question=True, source="Berita"
    )
    settle_question(resident, question)


def _consult(officer: Person, process: Process) -> None:
    """Open two draft texts; moderate a comment on one, and report on the other."""
    drafts = [
        add_draft_text(
            officer, process, factories.create_resident(), factories.create_resident(), answers=True
        )
        for _ in range(2)
    ]
    close_document(officer, drafts[1])
    report_consultation(officer, drafts[1])
    comments = db.session.query(UnitContribution).filter_by(document_id=drafts[0].id)
    moderator, second = (factories.create_staff(role=Role.MODERATOR) for _ in range(2))
    comment = comments.order_by(UnitContribution.id).first()
    report_contribution(factories.create_resident(), comment, ModerationRule.INSULT)
    keep_contribution(moderator, comment, "Tidak menghina.")
    hide_contribution(moderator, comment, ModerationRule.INSULT, "Kata ini menghina.")
    restore_contribution(second, comment, "Tidak melanggar aturan.")
    _write_together(drafts[0])


def _write_together(document: Document) -> None:
    """Revise an amendment, share it with a co-author, and ask for its withdrawal."""
    author, other = (factories.create_resident() for _ in range(2))
    entry = AmendmentEntry(2, "Warga berhak bertanya dan dijawab.", "Jawaban itu penting.")
    unit = get_unit(get_version(document), "pasal-1/ayat-1")
    amendment = propose_amendment(author, document, unit, entry)
    wording = Wording(1, "Setiap warga berhak bertanya dan dijawab.", "Jawaban itu penting.")
    revise_amendment(author, amendment, wording)
    name = other.display_name
    accept_coauthorship(other, invite_coauthor(author, amendment, name).invitation)
    request_withdrawal(other, amendment, "Sudah usang.")


def _survey_reasons(process: Process) -> None:
    today = local_today(process)
    survey = open_reason_survey(
        factories.create_staff(role=Role.EVALUATOR),
        process,
        [(f"Pertimbangan {n}", f"Consideration {n}") for n in range(4)],
        [(f"Pilihan {n}", f"Option {n}") for n in range(3)],
        SurveyDays(*(today + timedelta(days=n) for n in (1, 2, 3))),
    )
    values = {f"C{n}": n for n in range(1, 5)} | {f"P{n}": n for n in range(1, 4)}
    answer_reason_survey(factories.create_resident(), survey, values, consents=True)


def _refer(institution: Institution, proposal: Proposal) -> None:
    officer, other = factories.create_staff(institution), factories.create_institution()
    referral = refer_proposal(officer, proposal, other, "Jalan ini milik provinsi.")
    decline_referral(factories.create_staff(other), referral, "Bukan jalan provinsi.")
    outside = refer_proposal(officer, proposal, None, "Jalan nasional.", external_system="OSS")
    report = StatusReport(OutsideState.RECEIVED, "OSS-1", "Dicatat.")
    receive_status(None, outside, "m1", report)


def _moderate(proposal: Proposal) -> None:
    moderator, second = (factories.create_staff(role=Role.MODERATOR) for _ in range(2))
    comment = post_comment(
        factories.create_resident(), proposal, "Bodoh semua.", stance=Stance.AGAINST
    )
    hide_contribution(moderator, comment, ModerationRule.INSULT, "Kata ini menghina.")
    file_appeal(comment.author, comment, "Itu bukan hinaan.")
    appeal = db.session.query(Appeal).one()
    decide_appeal(second, appeal, AppealOutcome.REFUSED, "Tetap menghina.")
    kept = factories.create_proposal(proposal.process)
    reply = post_comment(comment.author, kept, "Bagus.", stance=Stance.FOR)
    for contribution in (kept, reply):
        reporter = factories.create_resident()
        report_contribution(reporter, contribution, ModerationRule.INSULT)
        request_edit(moderator, contribution, ModerationRule.INSULT, "Mohon perhalus.")
        keep_contribution(moderator, contribution, "Tidak menghina.")
        hide_contribution(moderator, contribution, ModerationRule.INSULT, "Ternyata menghina.")
        restore_contribution(second, contribution, "Tidak melanggar aturan.")
    withdrawn = factories.create_proposal(proposal.process)
    withdraw_proposal(withdrawn.author, withdrawn, "Sudah dibangun.")


def _open_polls(process: Process) -> tuple[Poll, Poll]:
    secret = factories.create_poll(process, background="Anggaran cukup untuk satu rute.")
    changer = factories.create_staff(process.institutions[0].institution)
    closes_at = secret.closes_at - timedelta(hours=1)
    change_poll(changer, secret, closes_at, PollChangeReason.OTHER, "Balai dipakai lebih awal.")
    for number in range(12):
        cast_ballot(factories.create_resident(), secret, secret.options[number % 3])
    rules = PollRules(type=PollType.STATEMENTS, is_secret=False)
    statements = factories.create_poll(
        process, "Halte perlu atap.", "Bus perlu jadwal.", rules=rules
    )
    suggest_statement(factories.create_resident(), statements, "Trotoar perlu pohon.")
    return secret, statements


def _close_polls(secret: Poll, _statements: Poll) -> None:
    close_ballot_boxes()
    officer = factories.create_staff(secret.process.institutions[0].institution)
    publish_result(officer, secret)
    state_outcome(officer, secret, "Rute 1 dibangun lebih dahulu.")


@contextmanager
def tampered(*statements: str, **values: object) -> Iterator[Session]:
    """Run statements as the database owner does, without triggers; undo them at the end."""
    try:
        with unrecorded("test settings") as session:
            without_triggers(session)
            for statement in statements:
                result = session.execute(text(statement), values)
                if not result.rowcount:
                    raise AssertionError(f"changed nothing: {statement}")
            session.expire_all()
            yield session
            raise _Undo
    except _Undo:
        pass


class _Undo(Exception):
    """Roll back what was tried."""


def without_triggers(session: Session) -> None:
    """Disable triggers and foreign keys until the transaction ends."""
    if db.engine.dialect.name == "postgresql":
        session.execute(text("SET LOCAL session_replication_role = replica"))
        return
    session.execute(text("PRAGMA defer_foreign_keys = ON"))
    for name in session.scalars(
        text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    ).all():
        session.execute(text(f"DROP TRIGGER {name}"))
