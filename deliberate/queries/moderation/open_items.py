"""Open edit requests and escalations of contributions."""

from collections.abc import Iterable

from sqlalchemy import select, tuple_
from sqlalchemy.orm import joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import (
    CoAuthored,
    EditRequest,
    Escalation,
    ModerationDecision,
    Person,
    Proposal,
    UnitContribution,
)
from deliberate.queries.moderation.contributions import Contribution, ContributionKey
from deliberate.vocabulary import Role


def get_open_edit_request(contribution: Contribution) -> EditRequest | None:
    """Return the edit request of a contribution that no later decision has resolved."""
    return db.session.scalar(
        select(EditRequest)
        .join(EditRequest.decision)
        .where(
            ModerationDecision.subject_type == contribution.subject_type,
            ModerationDecision.subject_id == contribution.id,
            EditRequest.resolved_at.is_(None),
        )
        .options(joinedload(EditRequest.decision))
    )


def editable_text(contribution: Contribution) -> str:
    """Return the text that an author can change, as it is compared for moderators."""
    if isinstance(contribution, Proposal):
        return f"{contribution.title}\n\n{contribution.body}"
    is_of_draft = isinstance(contribution, UnitContribution)
    return contribution.sealed_text if is_of_draft else contribution.body


def is_edit_requested(contribution: Contribution) -> bool:
    """Return whether an author may change a text now because a moderator requested it."""
    request = get_open_edit_request(contribution)
    return request is not None and now() < request.due_at and contribution.withdrawn_at is None


def get_open_escalation(contribution: Contribution) -> Escalation | None:
    """Return the escalation of a contribution that no decision has resolved."""
    return open_escalations([contribution]).get((contribution.subject_type, contribution.id))


def open_escalations(
    contributions: Iterable[Contribution],
) -> dict[ContributionKey, Escalation]:
    """Return the open escalations of contributions, by subject type and id."""
    keys = [(contribution.subject_type, contribution.id) for contribution in contributions]
    if not keys:
        return {}
    query = select(Escalation).where(
        tuple_(Escalation.subject_type, Escalation.subject_id).in_(keys),
        Escalation.resolved_at.is_(None),
    )
    escalations = db.session.scalars(query.options(joinedload(Escalation.moderator)))
    return {(row.subject_type, row.subject_id): row for row in escalations}


def has_second_moderator(moderator: Person, contribution: Contribution) -> bool:
    """Return whether a moderator exists who is neither this moderator nor the author."""
    authors = {contribution.author_id or 0}
    if isinstance(contribution, CoAuthored):
        authors |= {author.id for author in contribution.authors}
    others = select(Person.id).where(
        Person.role.in_((Role.MODERATOR, Role.ADMIN)),
        Person.erased_at.is_(None),
        Person.id.not_in((moderator.id, *authors)),
    )
    return db.session.scalar(others.limit(1)) is not None
