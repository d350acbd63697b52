"""Co-authors, invitations and requested withdrawals of proposals and amendments."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import (
    CoAuthor,
    Person,
    Proposal,
    UnitContribution,
    WithdrawalRequest,
)
from deliberate.text import name_key

LIST_SIZE = 50
Work = Proposal | UnitContribution


def of_work(model: type[CoAuthor] | type[WithdrawalRequest], work: Work) -> ColumnElement[bool]:
    """Return the condition of the rows of a proposal or an amendment."""
    if isinstance(work, Proposal):
        return model.proposal_id == work.id
    return model.contribution_id == work.id


def get_work(subject_type: str, work_id: int) -> Work | None:
    """Return a proposal, or an amendment to a draft text."""
    if subject_type == "proposal":
        return db.session.get(Proposal, work_id)
    row = db.session.get(UnitContribution, work_id)
    return row if row is not None and row.kind == "amendment" else None


def get_invitation_to_write(invitation_id: int) -> CoAuthor | None:
    """Return an invitation by its id."""
    return db.session.get(CoAuthor, invitation_id)


def get_invitation_to_write_by_hash(token_hash: str) -> CoAuthor | None:
    """Return the invitation of a link."""
    return db.session.scalar(select(CoAuthor).where(CoAuthor.token_hash == token_hash))


def get_person_by_public_name(name: str) -> Person | None:
    """Return the account that signs in and is shown under a name."""
    people = select(Person).where(Person.name_key == name_key(name)[:160])
    rows = db.session.scalars(people.where(Person.erased_at.is_(None))).all()
    return next((person for person in rows if person.is_active), None)


def list_coauthor_ids(proposal_id: int) -> Sequence[int]:
    """Return the ids of the co-authors of a proposal, without that of its author."""
    rows = select(CoAuthor.person_id).where(
        CoAuthor.proposal_id == proposal_id, CoAuthor.is_joined()
    )
    return [person_id for person_id in db.session.scalars(rows) if person_id is not None]


def is_open_invitation() -> ColumnElement[bool]:
    """Return the condition of invitations that can be accepted now."""
    return (
        CoAuthor.joined_at.is_(None)
        & CoAuthor.declined_at.is_(None)
        & CoAuthor.revoked_at.is_(None)
        & (CoAuthor.expires_at > now())
    )


def list_open_invitations_of(work: Work) -> Sequence[CoAuthor]:
    """Return the open invitations to write a text, oldest first."""
    rows = select(CoAuthor).where(of_work(CoAuthor, work), is_open_invitation())
    return db.session.scalars(rows.order_by(CoAuthor.id)).all()


def get_open_request(work: Work) -> WithdrawalRequest | None:
    """Return the requested withdrawal of a text that is not decided."""
    return db.session.scalar(
        select(WithdrawalRequest)
        .where(of_work(WithdrawalRequest, work), WithdrawalRequest.ended_at.is_(None))
        .order_by(WithdrawalRequest.id.desc())
        .limit(1)
    )


def get_withdrawal_request(request_id: int) -> WithdrawalRequest | None:
    """Return a requested withdrawal by its id."""
    return db.session.get(WithdrawalRequest, request_id)


@dataclass(frozen=True)
class SharedTexts:
    """What a person writes with others, and the invitations that wait for the person."""

    invitations: Sequence[CoAuthor]
    works: Sequence[Work]


def get_shared_texts(person: Person) -> SharedTexts:
    """Return the newest texts with co-authors of a person, and the open invitations."""
    invited = select(CoAuthor).where(CoAuthor.person_id == person.id, is_open_invitation())
    works: list[Work] = []
    for model in (Proposal, UnitContribution):
        key = CoAuthor.proposal_id if model is Proposal else CoAuthor.contribution_id
        joined = select(key).where(CoAuthor.person_id == person.id, CoAuthor.is_joined())
        is_shared = (model.author_id == person.id) & (model.coauthor_count > 0)
        rows = select(model).where(or_(is_shared, model.id.in_(joined)))
        works += db.session.scalars(rows.order_by(model.id.desc()).limit(LIST_SIZE))
    invitations = invited.order_by(CoAuthor.id.desc()).limit(LIST_SIZE)
    return SharedTexts(db.session.scalars(invitations).all(), works)


def is_by_author(model: type[Proposal], person_id: int) -> ColumnElement[bool]:
    """Return the condition of the proposals that a person wrote, alone or with others."""
    joined = select(CoAuthor.proposal_id).where(
        CoAuthor.person_id == person_id, CoAuthor.is_joined()
    )
    return or_(model.author_id == person_id, model.id.in_(joined))
