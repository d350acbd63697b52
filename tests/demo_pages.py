"""Paths of pages of the sample city by name, for tests that visit them all."""

from flask import Flask
from sqlalchemy import select

from deliberate.database import db, unrecorded
from deliberate.models import Assessment, Document, Person, Poll, Proposal, Response
from deliberate.models.releases import PLAN_FIELDS
from deliberate.operations.accounts.devices import sign_in
from deliberate.operations.documents.answer_desk import ask_consents
from deliberate.operations.documents.answers import AnswerEntry
from deliberate.operations.documents.contributions import (
    AmendmentEntry,
    join_amendment,
    propose_amendment,
)
from deliberate.operations.processes.meetings import MeetingEntry, record_meeting
from deliberate.operations.proposals.coauthors import accept_coauthorship, invite_coauthor
from deliberate.operations.proposals.drafts import save_draft
from deliberate.operations.releases.study_plans import register_plan
from deliberate.operations.scores import assessments as assessment_operations
from deliberate.operations.scores.assessments import RatingInput
from deliberate.operations.scores.excerpts import ExcerptInput, add_excerpt
from deliberate.operations.scores.settling import adjudicate_difference
from deliberate.operations.scores.study_files import add_file
from deliberate.operations.scores.study_sources import SourceInput, add_source
from deliberate.queries.accounts.people import get_person_by_sign_in_name
from deliberate.queries.documents.answer_desk import list_open_pages
from deliberate.queries.documents.documents import get_unit, get_version
from deliberate.queries.processes.processes import get_process
from deliberate.vocabulary import (
    AssessmentStage,
    ConsentScope,
    EvidenceKind,
    ResponseGround,
    UnitDecision,
)
from tests.documents.draft_texts import DRAFT_TITLE, add_draft_text
from tests.sample_city import CITY_NOW

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def get_account(name: str) -> Person:
    """Return one of the six accounts whose names the demo prints."""
    person = get_person_by_sign_in_name(name)
    assert person is not None, name
    return person


def create_device_token(app: Flask, name: str) -> str:
    """Sign an account in and return the token of the device."""
    with app.app_context():
        return sign_in(get_account(name))


def public_pages() -> dict[str, str]:
    """Return the paths of public pages without the language."""
    most_discussed = db.session.scalars(
        select(Proposal).order_by(Proposal.comment_count.desc())
    ).first()
    polls = list(db.session.scalars(select(Poll).order_by(Poll.closes_at)))
    response = db.session.scalars(select(Response).order_by(Response.id.desc())).first()
    withdrawn = db.session.scalars(
        select(Proposal).where(Proposal.withdrawn_at.is_not(None))
    ).first()
    assert most_discussed and response and withdrawn
    return {
        "home": "/",
        "processes": "/processes",
        "process": "/processes/kipp-1a",
        "list": "/proposals",
        "map": "/proposals/map",
        "proposal": f"/proposals/{most_discussed.id}-{most_discussed.slug}",
        "changes": f"/proposals/{most_discussed.id}/changes",
        "answered proposal": f"/proposals/{response.proposal_id}",
        "withdrawn proposal": f"/proposals/{withdrawn.id}",
        "new proposal": "/proposals/new",
        "polls": "/polls",
        "open poll": f"/polls/{next(p.id for p in polls if p.closes_at > CITY_NOW)}",
        "closed poll": f"/polls/{next(p.id for p in polls if p.closes_at < CITY_NOW)}",
        "responses": "/responses",
        "response": f"/responses/{response.proposal_id}",
        "institution": "/institutions/sarpras",
        "scoreboards": "/scores",
        "scoreboard": "/scores/kipp-1a",
        "all numbers": "/scores/kipp-1a/all",
        "dimension": "/scores/kipp-1a/DQ",
        "indicator": "/scores/kipp-1a/DQ1.1",
        "data": "/data",
        "data for programs": "/data/api",
        "responsibilities": "/overlaps",
        "log": "/log",
        "sign-in": "/sign-in",
        "join": "/join",
        "help": "/help",
        "search": "/search?q=air",
        "offline": "/offline",
        "recovery": "/recover/mail",
    }


def get_waiting_case(institution: str = "sarpras") -> Proposal:
    """Return a proposal to which an institution owes a response."""
    query = select(Proposal).where(
        Proposal.qualified_at.is_not(None), Proposal.answered_at.is_(None)
    )
    return next(
        p
        for p in db.session.scalars(query.order_by(Proposal.id))
        if p.institution is not None and p.institution.slug == institution
    )


def resident_pages() -> dict[str, str]:
    """Return the paths of pages of the demo's resident, who has a draft."""
    author = get_account("warga")
    fields = {
        "title": "Bangku di tiap halte",
        "process": "kipp-1a",
        "body": "Lansia menunggu berdiri. " * 10,
        "area": "KIPP 1A",
    }
    draft = save_draft(author, fields)
    public_paths = public_pages()
    return {
        "account": "/account",
        "messages": "/account/messages",
        "choices of notices": "/account/messages/choices",
        "choices of a topic": "/account/messages/choices/reply",
        "follows": "/account/follows",
        "second factor": "/account/second-factor",
        "telephone number": "/account/messages/phone",
        "check page": f"/proposals/drafts/{draft.id}/check",
        "place of a draft": f"/proposals/drafts/{draft.id}/place",
        "map of a draft": f"/proposals/drafts/{draft.id}/map",
        "proposal": public_paths["proposal"],
        "open poll": public_paths["open poll"],
        "response": public_paths["response"],
    }


def get_open_assessment(stage: AssessmentStage) -> Assessment:
    """Return the open assessment of the first process at a stage, or begin one."""
    process = get_process("kipp-1a")
    assert process is not None
    query = select(Assessment).where(Assessment.stage == stage, Assessment.frozen_at.is_(None))
    assessment = db.session.scalars(query).first()
    return assessment or assessment_operations.begin_assessment(
        get_account("penilai"), process, stage
    )


def get_frozen_assessment() -> Assessment:
    """Return the first frozen assessment of the sample city."""
    frozen = select(Assessment).where(Assessment.frozen_at.is_not(None))
    return db.session.scalars(frozen.order_by(Assessment.id)).first()  # type: ignore[return-value]  # the city has some


def add_plan_and_meeting(researcher: str) -> None:
    """Let a researcher register a study plan and an officer record a meeting."""
    process = get_process("kipp-1a")
    assert process is not None
    texts = dict.fromkeys(PLAN_FIELDS, "Apakah warga saling menanggapi?")
    register_plan(get_account(researcher), process, texts, "id")
    entry = MeetingEntry(CITY_NOW.date(), "Balai desa", 24, "id", "Halte dibahas.")
    record_meeting(get_account("petugas"), process, entry)


def add_draft() -> Document:
    """Open a small draft text of two versions, with contributions of a resident, if there is none.

    The same contribution is held by a rule when its author writes it for the third time.
    """
    opened = db.session.scalar(select(Document).where(Document.title == DRAFT_TITLE))
    if opened is not None:
        return opened
    process = get_process("kipp-1a")
    assert process is not None
    return add_draft_text(
        get_account("petugas"), process, get_account("warga"), get_account("peneliti"), answers=True
    )


def add_shared_amendments(document: Document) -> None:
    """Let the resident write an amendment with a researcher, be invited to one and join one."""
    resident, researcher = get_account("warga"), get_account("peneliti")
    unit = get_unit(get_version(document), "pasal-2")  # type: ignore[arg-type]  # the draft has one
    assert unit is not None
    texts = [
        (resident, "Berlaku esok hari."),
        (researcher, "Berlaku bulan depan."),
        (researcher, "Berlaku tahun depan."),
    ]
    own, other, joined = (
        propose_amendment(author, document, unit, AmendmentEntry(2, words, "Perlu persiapan."))
        for author, words in texts
    )
    invited = invite_coauthor(resident, own, researcher.display_name)
    accept_coauthorship(researcher, invited.invitation)
    invite_coauthor(researcher, other, resident.display_name)
    invite_coauthor(resident, own)
    join_amendment(resident, joined)


def add_answer_draft(document: Document) -> None:
    """Let an officer ask a colleague to check an answer on a draft text."""
    officer = get_account("petugas")
    unit = get_unit(get_version(document), "pasal-1")  # type: ignore[arg-type]  # the draft has one
    assert unit is not None and officer.institution is not None
    waiting = next(row for row in list_open_pages([document]) if row.unit.address == unit.address)
    entry = AnswerEntry(
        UnitDecision.NOT_ADOPTED,
        ResponseGround.BUDGET,
        "Petugasnya terlalu sedikit.",
        waiting.contribution_ids,
    )
    with unrecorded("test settings"):
        officer.institution.needs_check = True
    ask_consents(officer, document, unit, entry)
    with unrecorded("test settings"):  # so that the other forms of the desk publish at once
        officer.institution.needs_check = False


def add_study() -> None:
    """Let two people judge a process from a source, differ, and one propose what to settle."""
    first, process = get_account("penilai"), get_process("air-sepaku")
    second = db.session.scalars(
        select(Person).where(Person.display_name == "Dr. M. Sitorus").order_by(Person.id)
    ).first()
    assert process is not None and second is not None
    assessment = assessment_operations.begin_assessment(first, process, AssessmentStage.EX_POST)
    assessment_operations.join_assessment(second, assessment)
    content = SourceInput(
        title="warga",
        dated=CITY_NOW.date(),
        consent=ConsentScope.QUOTES,
        consent_on=CITY_NOW.date(),
        public_text="Undangan datang terlambat.",
        name="Ibu Contoh",
    )
    source = add_source(first, process, EvidenceKind.INTERVIEW, content)
    add_file(first, source, PDF)
    add_excerpt(second, source, ExcerptInput("Undangan datang terlambat.", "id", codes=["DP1"]))
    for person, value in ((first, "1"), (second, "2")):
        rating = RatingInput("DP1.4", value, "Menurut warga.", sources=[source])
        assessment_operations.rate_questions(person, assessment, [rating])
        assessment_operations.save_judgement(person, assessment)
    adjudicate_difference(second, assessment, "DP1.4", "1", "Menurut juknis.")


def evaluator_pages() -> dict[str, str]:
    """Return the paths of pages of the demo's evaluator, with assessments of both stages."""
    plan, judgement = (
        get_open_assessment(AssessmentStage.EX_ANTE),
        get_open_assessment(AssessmentStage.EX_POST),
    )
    return {
        "assessments": "/desk/assessments",
        "plan": f"/desk/assessments/{plan.id}",
        "assessment": f"/desk/assessments/{judgement.id}",
        "questions before": f"/desk/assessments/{plan.id}/criteria/DP",
        "one question": f"/desk/assessments/{judgement.id}/criteria/DP1.2",
        "context": f"/desk/assessments/{judgement.id}/context",
        "pledges": f"/desk/assessments/{plan.id}/pledges",
        "outcomes": f"/desk/assessments/{judgement.id}/pledges",
        "before saving": f"/desk/assessments/{judgement.id}/save",
        "settling": f"/desk/assessments/{get_frozen_assessment().id}/settle",
        "sources": "/desk/studies/kipp-1a",
        "new source": "/desk/studies/kipp-1a/sources/new/interview",
        "planned and judged": "/scores/kipp-1a/assessments",
        "coded samples": "/desk/coding",
        "sample": "/desk/coding/1",
        "text of a sample": "/desk/coding/2/1",
        "comparison": "/scores/compare?side=kipp-1a&side=air-sepaku",
        "judged cases": "/scores/cases",
        "practices": "/scores/practices",
    }


def rarely_visited_pages() -> dict[str, str]:
    """Return the paths of rarely visited pages of administrators, moderators and accounts."""
    resident_id, officer_id = get_account("warga").id, get_account("petugas").id
    return {
        "roles": "/desk/people",
        "role of an account": f"/desk/people/{officer_id}",
        "standing of an account": f"/desk/people/{resident_id}/standing",
        "sanctions of an account": f"/desk/moderation/people/{resident_id}",
        "institutions": "/desk/institutions",
        "institution of the desk": "/desk/institutions/sarpras",
        "planned processes": "/desk/processes",
        "new process": "/desk/processes/new",
        "texts of a process": "/desk/processes/kipp-1a",
        "check of a process": "/desk/processes/kipp-1a/check",
        "days off": "/desk/processes/kipp-1a/days",
        "phase": "/desk/processes/kipp-1a/phases/discussion",
        "calendar": "/desk/calendar",
        "operation": "/desk/operations",
        "rules": "/desk/rules",
        "residents": "/desk/residents",
        "devices": "/account/devices",
        "own sanction": "/account/limit",
        "account deletion": "/account/erase",
        "office recovery": "/desk/recovery",
        "recovery by mail": "/recover/mail",
        "moderation record": "/moderation",
        "moderation queue": "/desk/moderation",
    }


def staff_pages() -> dict[str, str]:
    """Return the paths of pages of the demo's staff member."""
    case = get_waiting_case()
    return {
        "desk": "/desk",
        "case": f"/desk/proposals/{case.id}",
        "response form": f"/desk/proposals/{case.id}/response",
        "polls of the desk": "/desk/polls",
        "new poll": "/desk/polls/new/kipp-1a",
        "proposal": f"/proposals/{case.id}",
    }
