"""Queries for entries at an office: the account of a paper, and what is open at an office."""

from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import OfficeAccount, Person, Poll, Process, ProcessInstitution

MAX_POLLS = 30


def get_office_account(code_hash: str) -> OfficeAccount | None:
    """Return the account that the paper with this code belongs to, while the code is valid."""
    matches = select(OfficeAccount).where(OfficeAccount.code_hash == code_hash)
    account = db.session.scalar(matches) if code_hash else None
    return account if account is not None and account.has_valid_code else None


def list_polls_at_office(clerk: Person) -> list[Poll]:
    """Return the open polls of the processes of a clerk's institution, the next to close first."""
    moment = now()
    polls = (
        select(Poll)
        .join(Poll.process)
        .join(ProcessInstitution, ProcessInstitution.process_id == Process.id)
        .where(ProcessInstitution.institution_id == clerk.institution_id)
        .where(Poll.opens_at <= moment, Poll.closes_at > moment)
        .order_by(Poll.closes_at, Poll.id)
    )
    return list(db.session.scalars(polls.limit(MAX_POLLS)).unique())
