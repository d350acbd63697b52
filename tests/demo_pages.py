"""Where to look in the sample city: the pages that people come by, by name."""

from flask import Flask
from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Assessment, Person, Poll, Proposal, Response
from deliberate.operations.accounts import accounts as account_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.scores import assessments as assessment_operations
from deliberate.queries.accounts.accounts import person_named
from deliberate.queries.processes.processes import get_process
from deliberate.vocabulary import Stage
from tests.live_server import PRESENT


def who(name: str) -> Person:
    """One of the six accounts whose names the demo prints."""
    person = person_named(name)
    assert person is not None, name
    return person


def device_of(app: Flask, name: str) -> str:
    """A device's token, with which the account is signed in."""
    with app.app_context():
        return account_operations.sign_in(who(name))


def public_places() -> dict[str, str]:
    """Pages anybody reads, without the language before them."""
    most_talked = db.session.scalars(
        select(Proposal).order_by(Proposal.comment_count.desc())
    ).first()
    polls = list(db.session.scalars(select(Poll).order_by(Poll.closes_at)))
    response = db.session.scalars(select(Response).order_by(Response.id.desc())).first()
    withdrawn = db.session.scalars(
        select(Proposal).where(Proposal.withdrawn_at.is_not(None))
    ).first()
    assert most_talked and response and withdrawn
    return {
        "home": "/",
        "processes": "/processes",
        "process": "/processes/kipp-1a",
        "list": "/proposals",
        "proposal": f"/proposals/{most_talked.id}-{most_talked.slug}",
        "changes": f"/proposals/{most_talked.id}/changes",
        "answered proposal": f"/proposals/{response.proposal_id}",
        "withdrawn proposal": f"/proposals/{withdrawn.id}",
        "new proposal": "/proposals/new",
        "polls": "/polls",
        "open poll": f"/polls/{next(p.id for p in polls if p.closes_at > PRESENT)}",
        "closed poll": f"/polls/{next(p.id for p in polls if p.closes_at < PRESENT)}",
        "responses": "/responses",
        "response": f"/responses/{response.proposal_id}",
        "institution": "/institutions/sarpras",
        "scoreboards": "/scores",
        "scoreboard": "/scores/kipp-1a",
        "one of the two numbers": "/scores/kipp-1a/DQ",
        "measure": "/scores/kipp-1a/DQ1.1",
        "data": "/data",
        "log": "/log",
        "sign-in": "/sign-in",
        "join": "/join",
        "help": "/help",
        "recovery": "/recover/mail",
    }


def waiting_case(institution: str = "sarpras") -> Proposal:
    """A proposal that an institution owes an answer."""
    waiting = select(Proposal).where(
        Proposal.qualified_at.is_not(None), Proposal.answered_at.is_(None)
    )
    return next(
        p
        for p in db.session.scalars(waiting.order_by(Proposal.id))
        if p.institution is not None and p.institution.slug == institution
    )


def residents_places() -> dict[str, str]:
    """Pages of the demo's resident, who has a draft."""
    author = who("warga")
    written = {
        "title": "Bangku di tiap halte",
        "process": "kipp-1a",
        "body": "Lansia menunggu berdiri. " * 10,
        "area": "KIPP 1A",
    }
    draft = proposal_operations.save_draft(author, written)
    places = public_places()
    return {
        "account": "/account",
        "messages": "/account/messages",
        "second factor": "/account/second-factor",
        "check page": f"/proposals/drafts/{draft.id}/check",
        "place of a draft": f"/proposals/drafts/{draft.id}/place",
        "proposal": places["proposal"],
        "open poll": places["open poll"],
        "response": places["response"],
    }


def begun(stage: Stage) -> Assessment:
    """The assessment of the first process that the demo's evaluator has under way."""
    process = get_process("kipp-1a")
    assert process is not None
    mine = select(Assessment).where(Assessment.stage == stage, Assessment.frozen_at.is_(None))
    found = db.session.scalars(mine).first()
    return found or assessment_operations.begin_assessment(who("penilai"), process, stage)


def evaluators_places() -> dict[str, str]:
    """Pages of the demo's evaluator, who has begun an assessment before and after a process."""
    plan, after = begun(Stage.EX_ANTE), begun(Stage.EX_POST)
    return {
        "assessments": "/desk/assessments",
        "plan": f"/desk/assessments/{plan.id}",
        "assessment": f"/desk/assessments/{after.id}",
        "questions before": f"/desk/assessments/{plan.id}/criteria/DP1",
        "questions after": f"/desk/assessments/{after.id}/criteria/DP1",
        "context": f"/desk/assessments/{after.id}/context",
        "pledges": f"/desk/assessments/{after.id}/pledges",
        "practices": f"/desk/assessments/{after.id}/practices",
        "planned and judged": "/scores/kipp-1a/assessments",
        "coded samples": "/desk/coding",
        "sample": "/desk/coding/1",
        "text of a sample": "/desk/coding/2/1",
        "comparison": "/scores/compare?side=kipp-1a&side=air-sepaku",
    }


def desks_places() -> dict[str, str]:
    """Pages that few come by: of the administrator, of moderators, of accounts that are guarded."""
    resident, officer = who("warga").id, who("petugas").id
    return {
        "roles": "/desk/people",
        "role of one": f"/desk/people/{officer}",
        "standing of one": f"/desk/people/{resident}/standing",
        "limit of one": f"/desk/moderation/people/{resident}",
        "institutions": "/desk/institutions",
        "institution": "/desk/institutions/sarpras",
        "processes to set up": "/desk/processes",
        "new process": "/desk/processes/new",
        "words of a process": "/desk/processes/kipp-1a",
        "check of a process": "/desk/processes/kipp-1a/check",
        "days off": "/desk/processes/kipp-1a/days",
        "phase": "/desk/processes/kipp-1a/phases/discussion",
        "calendar": "/desk/calendar",
        "rules": "/desk/rules",
        "residents": "/desk/residents",
        "devices": "/account/devices",
        "my limit": "/account/limit",
        "erasing": "/account/erase",
        "coming back": "/desk/recovery",
        "recovery by mail": "/recover/mail",
        "moderation record": "/moderation",
        "moderators' desk": "/desk/moderation",
    }


def officers_places() -> dict[str, str]:
    """Pages of the demo's staff member."""
    case = waiting_case()
    return {
        "desk": "/desk",
        "case": f"/desk/proposals/{case.id}",
        "response form": f"/desk/proposals/{case.id}/response",
        "polls of the desk": "/desk/polls",
        "new poll": "/desk/polls/new/kipp-1a",
        "proposal": f"/proposals/{case.id}",
    }
