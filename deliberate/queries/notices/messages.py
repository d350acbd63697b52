"""Messages of an account, the number of unread ones and, in the demo, all mails."""

from collections.abc import Sequence

from sqlalchemy import Row, bindparam, func, literal_column, select

from deliberate.clock import now
from deliberate.database import db, transient
from deliberate.models import Delivery, EmailChange, Notice, Person
from deliberate.models.accounts.pending_request import EMAIL_CHANGE_LIFETIME

PAGE = 20
MAX_UNREAD = 100
"""The number from which unread messages are no longer counted."""

_UNREAD_COUNT = select(func.count()).select_from(
    select(Delivery.id)
    .where(
        Delivery.person_id == bindparam("person"),
        # a literal, as SQLite uses the partial index for no bound parameter
        Delivery.channel == literal_column("'account'"),
        Delivery.read_at.is_(None),
    )
    .limit(MAX_UNREAD)
    .subquery()
)


def list_messages(person: Person, before: int = 0) -> Sequence[Row[Delivery, Notice]]:
    """Return a page of the messages of a person, newest first, and one more."""
    statement = (
        select(Delivery, Notice)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(Delivery.person_id == person.id, Delivery.channel == "account")
        .order_by(Delivery.id.desc())
        .limit(PAGE + 1)
    )
    return db.session.execute(statement.where(Delivery.id < before) if before else statement).all()


def count_unread(person: Person) -> int:
    """Return the number of unread messages of a person, at most MAX_UNREAD."""
    return db.session.scalar(_UNREAD_COUNT, {"person": person.id}) or 0


def list_newest_mails(limit: int = PAGE) -> Sequence[Row[Delivery, Notice, Person]]:
    """Return the newest mails to anyone, sent or not, for the page of the demo."""
    return db.session.execute(
        select(Delivery, Notice, Person)
        .join(Notice, Notice.id == Delivery.notice_id)
        .join(Person, Person.id == Delivery.person_id)
        .where(Delivery.channel == "mail")
        .order_by(Delivery.id.desc())
        .limit(limit)
    ).all()


def pending_email_change(person: Person) -> EmailChange | None:
    """Return the change of address that is waiting to be confirmed, if it has not expired."""
    with transient(write=False) as store:
        change = store.get(EmailChange, person.id)
    return change if change and now() - change.requested_at < EMAIL_CHANGE_LIFETIME else None
