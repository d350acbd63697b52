"""Where to look in the sample city: the pages that people come by, by name."""

from flask import Flask
from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Person, Poll, Proposal, Response
from deliberate.operations import people, proposals
from deliberate.queries.people import person_named
from tests.live import PRESENT


def who(name: str) -> Person:
    """One of the six accounts whose names the demo prints."""
    person = person_named(name)
    assert person is not None, name
    return person


def device_of(app: Flask, name: str) -> str:
    """A device's token, with which the account is signed in."""
    with app.app_context():
        return people.sign_in(who(name))


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
        "data": "/data",
        "log": "/log",
        "sign-in": "/sign-in",
        "join": "/join",
        "help": "/help",
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
    draft = proposals.save_draft(author, written)
    places = public_places()
    return {
        "account": "/account",
        "messages": "/account/messages",
        "check page": f"/proposals/drafts/{draft.id}/check",
        "place of a draft": f"/proposals/drafts/{draft.id}/place",
        "proposal": places["proposal"],
        "open poll": places["open poll"],
        "response": places["response"],
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
