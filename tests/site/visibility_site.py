"""A site with texts in every state: shown, hidden, held, withdrawn, merged, erased, unpublished."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from flask import Flask

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import (
    Adjudication,
    AmendmentVersion,
    Assessment,
    AssessmentReply,
    Assessor,
    Ballot,
    Comment,
    CommitmentStep,
    ContextNote,
    CriterionRating,
    DataAccessRequest,
    Document,
    Evidence,
    Excerpt,
    ExcerptMemo,
    Finding,
    Institution,
    IntakeChannel,
    Judgement,
    MachineCoding,
    Mandate,
    MapFeature,
    OutsideStatus,
    OutsideSystem,
    Overlap,
    OverlapDecision,
    Person,
    Picture,
    Pledge,
    PledgeOutcome,
    Poll,
    PollChange,
    PollOutcome,
    PopulationBand,
    Practice,
    Process,
    ProcessChange,
    ProcessNews,
    Proposal,
    ReasonItem,
    ReasonSurvey,
    Referral,
    ResponseDraft,
    ResponseTemplate,
    Sample,
    StudySource,
    UnitAnswer,
    UnitAnswerDraft,
    UnitContribution,
    Webhook,
    WithdrawalRequest,
)
from deliberate.models.releases import PLAN_FIELDS
from deliberate.operations.accounts.deletion import erase_account
from deliberate.operations.accounts.invitations import invite
from deliberate.operations.accounts.verified_residents import create_resident_codes
from deliberate.operations.documents.answers import AnswerEntry, answer_unit
from deliberate.operations.documents.contributions import (
    AmendmentEntry,
    comment_on_unit,
    propose_amendment,
    withdraw_amendment,
    withdraw_unit_comment,
)
from deliberate.operations.moderation.decisions import (
    decide_appeal,
    escalate,
    file_appeal,
    hide_contribution,
    report_contribution,
    request_edit,
)
from deliberate.operations.moderation.rules import publish_rules
from deliberate.operations.moderation.sanctions import impose_sanction
from deliberate.operations.polls.polls import PollRules, open_poll
from deliberate.operations.polls.statements import decide_statement, suggest_statement
from deliberate.operations.processes.meetings import MeetingEntry, correct_meeting, record_meeting
from deliberate.operations.processes.news import publish_news, withdraw_news
from deliberate.operations.processes.process_information import (
    DocumentEntry,
    add_contact,
    add_document_link,
    remove_contact,
    remove_document,
)
from deliberate.operations.processes.process_setup import plan_process
from deliberate.operations.processes.processes import schedule_phase
from deliberate.operations.proposals.attachments import add_attachment
from deliberate.operations.proposals.drafts import save_draft
from deliberate.operations.proposals.merging import merge_proposals
from deliberate.operations.proposals.proposals import (
    revise_proposal,
    submit_proposal,
    withdraw_proposal,
)
from deliberate.operations.proposals.summaries import agree_to_summary, suggest_summary
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.releases.releases import publish_release
from deliberate.operations.releases.study_plans import register_plan
from deliberate.operations.responses.cases import add_case_note, pause_clock
from deliberate.operations.responses.offices import OfficeTexts, add_office
from deliberate.operations.responses.referrals import refer_proposal
from deliberate.operations.responses.responses import publish_response
from deliberate.operations.scores.coding import draw_sample
from deliberate.operations.threads.comments import post_comment, withdraw_comment
from deliberate.queries.documents.documents import get_unit, get_version
from deliberate.queries.moderation.decisions import get_last_decision
from deliberate.sealing import seal_log
from deliberate.vocabulary import (
    AppealOutcome,
    AssessmentStage,
    ConsentScope,
    EvidenceKind,
    MapFeatureKind,
    ModerationRule,
    OptionState,
    PhaseKind,
    PledgeState,
    PollType,
    PopulationField,
    ResponseDecision,
    ResponseGround,
    Role,
    SampleKind,
    Stance,
    UnitDecision,
)
from tests import factories
from tests.documents.draft_texts import add_draft_text
from tests.site.text_markers import Markers

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
BODY = "Lansia menunggu berdiri, satu bangku di tiap halte cukup"
STATES = ("shown", "hidden", "held", "withdrawn", "merged", "erased", "revised", "restored")
CONTRIBUTION_STATES = ("shown", "hidden", "held", "withdrawn", "erased")
ANSWERED_STATES = ("shown", "hidden", "erased")


@dataclass
class VisibilitySite:
    """The site with its markers, a resident who took part everywhere, and the owners of texts."""

    app: Flask
    process: Process
    reader: Person
    moderator: Person
    staff: Person
    markers: Markers = field(default_factory=Markers)
    proposals: dict[str, Proposal] = field(default_factory=dict)
    authors: dict[str, Person] = field(default_factory=dict)


def build_site(app: Flask) -> VisibilitySite:
    """Create the texts, write the markers, then bring the texts into their states."""
    institution = factories.create_institution("kantor")
    add_office(None, institution, OfficeTexts(name="x", address="x", hours="x"))
    site = VisibilitySite(
        app,
        factories.create_process(institution, threshold=1),
        factories.create_resident("Pembaca"),
        factories.create_staff(role=Role.MODERATOR),
        factories.create_staff(institution),
    )
    with unrecorded("test settings"):
        site.reader.email_confirmed_at = now()
        site.reader.research_consent = True
    factories.create_staff(role=Role.MODERATOR)
    for state in STATES:
        _create_proposal(site, state)
        _open_poll(site, site.proposals[state])
    for state in ANSWERED_STATES:
        _create_proposal(site, f"answered {state}")
        _answer(site, site.proposals[f"answered {state}"], institution)
    _create_own_texts(site)
    for state in CONTRIBUTION_STATES:
        _contribute(site, state)
    rows = _rows_without_operations(site, institution)
    with unrecorded("test settings") as session:
        session.add_all(rows)
    site.markers.fill()
    for state in STATES:
        _change_state(site, state, state)
    for state in ANSWERED_STATES:
        _change_state(site, state, f"answered {state}")
    for state in CONTRIBUTION_STATES:
        _change_contributions(site, state)
    site.markers.fill()
    seal_log(app.config["SETTINGS"])
    return site


def _create_proposal(site: VisibilitySite, name: str) -> None:
    author = site.authors[name] = factories.create_resident()
    links = " https://contoh.example" if "held" in name else ""
    proposal = submit_proposal(
        author,
        site.process,
        f"Bangku halte {name}",
        f"{BODY} {name}.{links}",
        topic="halte",
        area="pusat",
    )
    site.proposals[name] = proposal
    if "held" in name:
        return
    support_proposal(site.reader, proposal)
    root = post_comment(
        author, proposal, f"Setuju sekali {name}.", stance=Stance.FOR, is_question=True
    )
    post_comment(site.reader, proposal, f"Saya juga {name}.", parent=root)
    other = post_comment(
        factories.create_resident(), proposal, f"Terlalu mahal {name}.", stance=Stance.AGAINST
    )
    add_attachment(author, proposal, "Denah", PDF)
    summary = suggest_summary(author, proposal, "Satu bangku", "Murah", "Sempit")
    agree_to_summary(site.moderator, summary, summary.revision)
    suggest_summary(author, proposal, "Dua bangku", "Murah", "Sempit")
    report_contribution(site.reader, root, ModerationRule.SPAM, "iklan")
    report_contribution(site.reader, proposal, ModerationRule.SPAM, "iklan")
    report_contribution(site.reader, other, ModerationRule.SPAM, "iklan")
    escalate(site.moderator, other, "tolong")


def _answer(site: VisibilitySite, proposal: Proposal, institution: Institution) -> None:
    add_case_note(site.staff, proposal, "catatan dalam")
    response = publish_response(
        site.staff,
        proposal,
        ResponseDecision.ACCEPTED,
        "Kami bangun",
        "Bangku dibangun tahun ini.",
        commitments=[("Bangku dibangun", institution, now().date() + timedelta(days=30))],
    )
    with unrecorded("test settings") as session:
        session.add(
            CommitmentStep(
                commitment_id=response.commitments[0].id, state="updated", note="x", evidence="x"
            )
        )
        session.add(
            Judgement(
                response_id=response.id,
                person_id=site.reader.id,
                question="answers",
                answer="yes",
                reason="x",
            )
        )


def _open_poll(site: VisibilitySite, proposal: Proposal) -> None:
    if proposal.is_active:
        closes = now() + timedelta(days=7)
        options = ("Rute 1", "Rute 2")
        open_poll(site.staff, site.process, "Jalur mana?", options, closes, proposal=proposal)


def _create_own_texts(site: VisibilitySite) -> None:
    """Create the texts that only their author, or the people of an office, may read."""
    admin, author = factories.create_staff(role=Role.ADMIN), site.authors["shown"]
    text = "Beli di https://contoh.example"
    held = post_comment(author, site.proposals["shown"], text, stance=Stance.FOR)
    assert held.is_held
    save_draft(author, {"title": "Naskah", "body": BODY})
    statements = open_poll(
        site.staff,
        site.process,
        "Apa pendapat Anda?",
        ("Satu", "Dua", "Tiga"),
        now() + timedelta(days=7),
        rules=PollRules(type=PollType.STATEMENTS),
    )
    suggest_statement(author, statements, "Trotoar lebih dahulu")
    declined = suggest_statement(author, statements, "Jalan lebih dahulu")
    decide_statement(site.moderator, declined, OptionState.DECLINED)
    planned = plan_process(admin, "rencana", {"title": "Rencana", "question": "Apa?"}, [])
    for process in (planned, site.process):
        _publish_information(admin, process)
    publish_rules(admin, "Aturan", "Rules")
    invite(admin, Role.MODERATOR, name="Rina", email="rina@example.org")
    create_resident_codes(admin, 1, "pusat")
    impose_sanction(site.moderator, factories.create_resident(), ModerationRule.SPAM, 7, "iklan")
    refer_proposal(site.staff, site.proposals["shown"], None, "bukan kami", external_system="LAPOR")
    pause_clock(site.staff, site.proposals["shown"], "Halte mana?")
    publish_release(None, site.process, site.app.config["SETTINGS"].data_path / "releases")
    researcher = factories.create_staff(role=Role.RESEARCHER)
    draw_sample(researcher, site.process, SampleKind.REASONS)
    plan = register_plan(researcher, site.process, dict.fromkeys(PLAN_FIELDS, "Rencana"), "id")
    amended = dict.fromkeys(PLAN_FIELDS, "Lain")
    register_plan(researcher, site.process, amended, "id", amends=plan)


def _contribute(site: VisibilitySite, state: str) -> None:
    """Write a comment, an amendment that is reported, and its answer, on the draft text."""
    author = site.authors[f"draft {state}"] = factories.create_resident()
    document = db.session.query(Document).filter_by(process_id=site.process.id).one()
    version = get_version(document)
    unit = get_unit(version, "pasal-1/ayat-1") if version else None
    assert version is not None and unit is not None
    link = " https://contoh.example" if state == "held" else ""
    comment_on_unit(author, document, unit, f"Setuju {state}.{link}", Stance.FOR)
    entry = AmendmentEntry(version.number, f"Warga {state} berhak bertanya.", f"Jelas.{link}")
    amendment = propose_amendment(author, document, unit, entry)
    if state != "held":
        report_contribution(site.reader, amendment, ModerationRule.SPAM, "iklan")
        decided = UnitDecision.NOT_ADOPTED, ResponseGround.BUDGET, "Petugasnya terlalu sedikit."
        answer_unit(site.staff, document, unit, AnswerEntry(*decided, [amendment.id]))


def _change_contributions(site: VisibilitySite, state: str) -> None:
    """Bring the contributions of an author to the draft text into a state."""
    author = site.authors[f"draft {state}"]
    own = db.session.query(UnitContribution).filter_by(author_id=author.id)
    for row in own.order_by(UnitContribution.id).all():
        if state == "hidden":
            hide_contribution(site.moderator, row, ModerationRule.INSULT, "kasar")
            file_appeal(author, row, "tidak kasar")
        elif state == "withdrawn":
            withdraw = withdraw_amendment if row.kind == "amendment" else withdraw_unit_comment
            withdraw(author, row)
    if state == "erased":
        erase_account(author, factories.PASSPHRASE)


def _publish_information(admin: Person, process: Process) -> None:
    """Create a phase with a name, and documents, contacts and news, shown and removed."""
    opens = now() + timedelta(days=100)
    phase = (PhaseKind.REVIEW, opens, opens + timedelta(days=9), ())
    schedule_phase(admin, process, *phase, names=("Tinjauan", "Review"), reason="baru")
    entry = DocumentEntry("Rancangan", "id", date(2026, 3, 2))
    add_document_link(admin, process, entry, "https://contoh.example/1")
    remove_document(admin, add_document_link(admin, process, entry, "https://contoh.example/2"))
    remove_contact(admin, add_contact(admin, process, "Sari", "Kantor", "0542"))
    add_contact(admin, process, "Budi", "Kantor", "0542")
    if process.opened_at is None:  # as earlier versions allowed
        text = {"title": "Kabar", "body": "Isi", "published_at": now()}
        with unrecorded("test settings") as session:
            session.add(ProcessNews(process_id=process.id, **text))
        return
    publish_news(admin, process, ("Kabar", "News"), ("Isi", "Text"))
    add_draft_text(
        admin, process, factories.create_resident(), factories.create_resident(), answers=True
    )
    meeting = record_meeting(admin, process, MeetingEntry(now().date(), "Balai", 12, "id", "Isi"))
    corrected = MeetingEntry(now().date(), "Kantor", 12, "id", "Isi")
    correct_meeting(admin, meeting, corrected, "salah tempat", 0)
    withdraw_news(admin, publish_news(admin, process, ("Kabar", "News"), ("Isi", "Text")))


def _answer_drafts(institution: Institution) -> list[object]:
    """Return a draft of an answer beside each answer on a draft text."""
    return [
        UnitAnswerDraft(
            document_id=answer.document_id,
            unit_id=answer.unit_id,
            version_id=answer.version_id,
            institution_id=institution.id,
            decision=answer.decision,
            ground=answer.ground,
            reason="x",
            check_note="x",
        )
        for answer in db.session.scalars(db.select(UnitAnswer))
    ]


def _rows_without_operations(site: VisibilitySite, institution: Institution) -> list[object]:
    """Return rows of drafts and of an assessment that is not published."""
    evaluator = factories.create_staff(role=Role.EVALUATOR)
    assessment = Assessment(process_id=site.process.id, stage=AssessmentStage.EX_POST, framework="")
    assessor = Assessor(person_id=evaluator.id, is_independent=True)
    assessor.ratings = [CriterionRating(question="DQ1", value="1")]
    assessment.assessors, today = [assessor], date(2026, 3, 2)
    with unrecorded("test settings") as session:
        session.add(assessment)
    pledge = Pledge(assessment_id=assessment.id, question="DQ1", action="x", due_on=today)
    with unrecorded("test settings") as session:
        session.add(pledge)
    poll = db.session.query(Poll).order_by(Poll.id).first()
    sample_id = db.session.query(Sample.id).order_by(Sample.id).limit(1).scalar()
    assert poll is not None
    of_assessment = {"assessment_id": assessment.id}
    amendment_id = (
        db.session.query(UnitContribution.id).filter_by(kind="amendment").limit(1).scalar()
    )
    shown = site.proposals["shown"]
    return [
        AmendmentVersion(contribution_id=amendment_id, number=1, replacement="x", body="x"),
        WithdrawalRequest(
            proposal_id=shown.id, requested_by_id=shown.author_id, due_at=now(), reason="x"
        ),
        Webhook(url="https://x.example.org", secret=b"", next_position=0),
        OutsideSystem(name="x", adapter="http_json", url="https://x.example.org", secret=b""),
        OutsideStatus(
            referral_id=db.session.query(Referral.id).limit(1).scalar(),
            system="x",
            message_id="x",
            state="received",
        ),
        IntakeChannel(name="x", scopes=[], hourly_limit=1, token_hash="x"),
        Mandate(topic="x", institution_id=institution.id, basis="x"),
        OverlapDecision(
            overlap=Overlap(topic="x", coordinator_id=institution.id, due_on=today, reason="x"),
            decision="x",
        ),
        Evidence(
            **of_assessment,
            assessor_id=assessor.id,
            question="DQ1",
            kind=EvidenceKind.DOCUMENT,
            dated=today,
            reference="x",
        ),
        MapFeature(
            kind=MapFeatureKind.AREA,
            name="x",
            polygons=[[[[116.6, -1.0], [116.8, -1.0], [116.8, -0.9], [116.6, -1.0]]]],
            label_x=1_167_000,
            label_y=-9_000,
        ),
        MachineCoding(sample_id=sample_id, name="x", codes={}, imported_by_id=evaluator.id),
        PledgeOutcome(**of_assessment, pledge_id=pledge.id, outcome=PledgeState.KEPT),
        Adjudication(
            **of_assessment, question="DQ1", value="1", reason="x", person_id=evaluator.id
        ),
        Excerpt(
            source=StudySource(
                process_id=site.process.id,
                kind=EvidenceKind.INTERVIEW,
                number=1,
                title="x",
                dated=today,
                consent=ConsentScope.QUOTES,
                added_by_id=evaluator.id,
            ),
            body="x",
            language="id",
            added_by_id=evaluator.id,
            memos=[ExcerptMemo(coder_id=evaluator.id, memo="x")],
        ),
        Finding(**of_assessment, topic="DP1", version=1, person_id=evaluator.id),
        ContextNote(**of_assessment, code="law"),
        Practice(**of_assessment, criterion="DQ1", body="x"),
        Picture(process_id=site.process.id, alt="x", name="a.webp", size=1, width=8, height=4),
        AssessmentReply(
            **of_assessment, institution_id=institution.id, person_id=site.staff.id, body="x"
        ),
        ResponseDraft(proposal_id=site.proposals["shown"].id, institution_id=institution.id),
        *_answer_drafts(institution),
        ResponseTemplate(institution_id=institution.id, name="x", body="x"),
        PopulationBand(
            process_id=site.process.id,
            field=PopulationField.AGE,
            band="x",
            name="x",
            share_millionths=1,
            source="x",
            year=2025,
        ),
        PollOutcome(poll_id=poll.id, body="x", body_html="x", renderer="x"),
        Ballot(key="0" * 64, poll_id=poll.id, choice=[], area="x"),
        PollChange(
            poll_id=poll.id,
            ground="error",
            reason="x",
            previous_closes_at=now(),
            new_closes_at=now(),
        ),
        ProcessChange(process_id=site.process.id, changed_at=now(), fields=["title"], reason="x"),
        DataAccessRequest(
            process_id=site.process.id,
            person_id=factories.create_staff(role=Role.RESEARCHER).id,
            purpose="x",
            ethics_reference="x",
            access_until=today + timedelta(days=30),
        ),
        DataAccessRequest(
            process_id=site.process.id,
            person_id=evaluator.id,
            purpose="x",
            ethics_reference="x",
            access_until=today + timedelta(days=30),
            decided_at=now(),
            is_granted=True,
            built_at=now(),
        ),
        ReasonSurvey(
            process_id=site.process.id,
            opened_by_id=evaluator.id,
            before_closes_at=now() + timedelta(days=7),
            after_opens_at=now() + timedelta(days=14),
            closes_at=now() + timedelta(days=21),
            items=[ReasonItem(name=name, text_id="x", text_en="x") for name in ("C1", "P1")],
        ),
    ]


def _change_state(site: VisibilitySite, state: str, name: str) -> None:
    """Bring a proposal and its first comment into a state."""
    proposal, author = site.proposals[name], site.authors[name]
    comment = (
        db.session.query(Comment).filter_by(proposal_id=proposal.id).order_by(Comment.id).first()
    )
    match state:
        case "hidden":
            for text in (comment, proposal):
                hide_contribution(site.moderator, text, ModerationRule.INSULT, "kasar")
                file_appeal(author, text, "tidak kasar")
        case "withdrawn":
            withdraw_comment(author, comment)
            withdraw_proposal(author, proposal, "berubah pikiran")
        case "merged":
            merge_proposals(site.moderator, proposal, site.proposals["shown"])
        case "erased":
            erase_account(author, factories.PASSPHRASE)
        case "revised":
            request_edit(site.moderator, proposal, ModerationRule.PERSONAL, "nomor")
            revise_proposal(author, proposal, "Bangku baru", f"{BODY} baru", "tanpa nomor")
        case "restored":
            hide_contribution(site.moderator, proposal, ModerationRule.INSULT, "kasar")
            file_appeal(author, proposal, "tidak kasar")
            decision = get_last_decision(proposal)
            assert decision is not None and decision.appeal is not None
            other = factories.create_staff(role=Role.MODERATOR)
            decide_appeal(other, decision.appeal, AppealOutcome.GRANTED, "benar")
