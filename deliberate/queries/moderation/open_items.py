"""Where a text stands with the moderators: asked to be changed, passed on to a second one."""

from collections.abc import Iterable

from sqlalchemy import select, tuple_
from sqlalchemy.orm import joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Comment, EditRequest, Escalation, ModerationDecision, Person, Proposal
from deliberate.vocabulary import Role

Thing = Comment | Proposal


def open_request(thing: Thing) -> EditRequest | None:
    """That its author is asked to change a text; None once a moderator has decided."""
    return db.session.scalar(
        select(EditRequest)
        .join(EditRequest.decision)
        .where(
            ModerationDecision.subject_type == thing.subject_type,
            ModerationDecision.subject_id == thing.id,
            EditRequest.settled_at.is_(None),
        )
        .options(joinedload(EditRequest.decision))
    )


def written_in(thing: Thing) -> str:
    """The words an author can change, as a moderator compares them."""
    return f"{thing.title}\n\n{thing.body}" if isinstance(thing, Proposal) else thing.body


def is_asked(thing: Thing) -> bool:
    """Whether its author may change a text now because a moderator asked for it."""
    request = open_request(thing)
    return request is not None and now() < request.until and thing.withdrawn_at is None


def open_handover(thing: Thing) -> Escalation | None:
    """That a text was passed on to a second moderator who has not decided yet."""
    return handovers_on([thing]).get((thing.subject_type, thing.id))


def handovers_on(things: Iterable[Thing]) -> dict[tuple[str, int], Escalation]:
    """The same for many texts at once, by type and number."""
    keys = [(thing.subject_type, thing.id) for thing in things]
    if not keys:
        return {}
    passed = select(Escalation).where(
        tuple_(Escalation.subject_type, Escalation.subject_id).in_(keys),
        Escalation.settled_at.is_(None),
    )
    found = db.session.scalars(passed.options(joinedload(Escalation.moderator)))
    return {(one.subject_type, one.subject_id): one for one in found}


def has_second_moderator(moderator: Person, thing: Thing) -> bool:
    """Whether somebody else could decide: neither this moderator nor the author."""
    others = select(Person.id).where(
        Person.role.in_((Role.MODERATOR, Role.ADMIN)),
        Person.erased_at.is_(None),
        Person.id.not_in((moderator.id, thing.author_id or 0)),
    )
    return db.session.scalar(others.limit(1)) is not None
