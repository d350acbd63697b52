"""The messages of an account, and in the demo every mail."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Row, func, select

from deliberate.clock import now
from deliberate.database import db, transient
from deliberate.models import AddressChange, Delivery, MutedNotice, Notice, Person

PAGE = 20
ADDRESS_WAITS = timedelta(days=7)
"""How long both mailboxes have to agree to another address."""


def messages_of(person: Person, before: int = 0) -> Sequence[Row[Delivery, Notice]]:
    """One's messages, newest first; one more than a page holds."""
    statement = (
        select(Delivery, Notice)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(Delivery.person_id == person.id, Delivery.channel == "account")
        .order_by(Delivery.id.desc())
        .limit(PAGE + 1)
    )
    return db.session.execute(statement.where(Delivery.id < before) if before else statement).all()


def unread_count(person: Person) -> int:
    """How many of one's messages are new, a hundred at most."""
    unread = (
        select(Delivery.id)
        .where(
            Delivery.person_id == person.id,
            Delivery.channel == "account",
            Delivery.read_at.is_(None),
        )
        .limit(100)
        .subquery()
    )
    return db.session.scalar(select(func.count()).select_from(unread)) or 0


def muted_topics(person: Person) -> set[str]:
    """The groups somebody wants no mail of."""
    found = select(MutedNotice.topic).where(MutedNotice.person_id == person.id)
    return set(db.session.scalars(found))


def newest_mails(limit: int = PAGE) -> Sequence[Row[Delivery, Notice, Person]]:
    """The newest mails of all, sent or waiting: for the demo's page alone."""
    return db.session.execute(
        select(Delivery, Notice, Person)
        .join(Notice, Notice.id == Delivery.notice_id)
        .join(Person, Person.id == Delivery.person_id)
        .where(Delivery.channel == "mail")
        .order_by(Delivery.id.desc())
        .limit(limit)
    ).all()


def address_change_of(person: Person) -> AddressChange | None:
    """The other address that waits for a yes of both mailboxes."""
    with transient(write=False) as store:
        change = store.get(AddressChange, person.id)
    return change if change and now() - change.asked_at < ADDRESS_WAITS else None
