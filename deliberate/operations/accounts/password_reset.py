"""Coming back by a link that is mailed to a confirmed address: once, and only for a while."""

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import lazy_gettext as _
from sqlalchemy import delete, func, select

from deliberate.clock import now
from deliberate.database import db, transient, unrecorded
from deliberate.models import Device, Notice, PasswordResetRequest, Person
from deliberate.notifications.links import is_present, read_recovery_token
from deliberate.notifications.preferences import ADDRESS_GIVEN, RECOVERY_ASKED
from deliberate.operations.accounts.accounts import hash_passphrase
from deliberate.operations.accounts.sign_in import InvalidCredentials, counting_wishes
from deliberate.permissions.decision import Refused, is_signed_in, require
from deliberate.queries.accounts.second_factor import factor_since
from deliberate.queries.accounts.weak_passphrases import weakness
from deliberate.recording import recorded
from deliberate.text import clean_line
from deliberate.vocabulary import Kind

AT_ONCE = 100
ACCOUNTS_OF_ADDRESS = 3
"""A family may share a mailbox; a longer list of accounts is not mailed about."""
MAILED_AGAIN_AFTER = timedelta(minutes=10)


def request_password_reset(words: str, *, network: str) -> None:
    """Note a sign-in name or address to send a link to, whether or not it is anybody's.

    Raises TooManyTries after a few wishes for one name or from one network.
    """
    wanted = clean_line(words).casefold()[:254]
    counting_wishes(wanted, network)
    with transient() as store:
        store.add(PasswordResetRequest(words=wanted, asked_at=now()))


def send_pending_resets() -> int:
    """Mail what was asked for: a link where the address is confirmed, else the confirmation.

    Nobody is told on a page which of it happened, if anything. Gives how many were told.
    """
    told = 0
    while wishes := _oldest_wishes():
        told += sum(_tell(person) for wish in wishes for person in _meant_by(wish.words))
        with transient() as store:
            done = delete(PasswordResetRequest).where(
                PasswordResetRequest.id.in_([wish.id for wish in wishes])
            )
            store.execute(done)
    return told


def _oldest_wishes() -> Sequence[PasswordResetRequest]:
    with transient(write=False) as store:
        oldest = select(PasswordResetRequest).order_by(PasswordResetRequest.id).limit(AT_ONCE)
        return store.scalars(oldest).all()


def _meant_by(words: str) -> list[Person]:
    """Living accounts with this sign-in name, or with this address; no sign-in name has an @."""
    db.session.rollback()
    named = func.lower(Person.email) == words if "@" in words else Person.sign_in_name == words
    found = select(Person).where(named, Person.erased_at.is_(None), Person.email.is_not(None))
    people = db.session.scalars(found.order_by(Person.id).limit(ACCOUNTS_OF_ADDRESS + 1)).all()
    living = [person for person in people if person.is_active]
    return living if len(people) <= ACCOUNTS_OF_ADDRESS else []


def _tell(person: Person) -> bool:
    """Leave the notice; False where one left a few minutes ago."""
    kind = RECOVERY_ASKED if person.email_confirmed_at else ADDRESS_GIVEN
    name = f"{kind}.{person.id}.{int(now().timestamp() // MAILED_AGAIN_AFTER.total_seconds())}"
    with unrecorded("a mail somebody asked for who did not sign in") as session:
        if session.scalar(select(Notice.id).where(Notice.act == name)) is not None:
            return False
        session.add(Notice(act=name, kind=kind, person_id=person.id, told={}, written_at=now()))
        return True


def person_meant(token: str) -> Person:
    """Whose link it is. Raises WrongWords for one that is forged, too old or used."""
    person_id, mark = read_recovery_token(token) or (0, "")
    person = db.session.get(Person, person_id)
    if person is None or not person.is_active or not is_present(person, mark):
        raise InvalidCredentials
    return person


def reset_passphrase(person: Person, token: str, passphrase: str) -> None:
    """Choose a new passphrase by a link, which is used up by it; every device is signed out.

    A second factor stays. Raises WrongWords for a link that holds no more, Refused for a
    passphrase that is weak.
    """
    names = (person.sign_in_name or "", person.display_name)
    if weak := weakness(passphrase, *names, has_factor=factor_since(person) is not None):
        raise Refused(weak)
    hashed = hash_passphrase(passphrase)
    with recorded(person, Kind.PASSPHRASE_RESET) as act:
        require(is_signed_in(act.locked(person)))
        if person_meant(token).id != person.id:  # read again: of two at once, one wins
            raise Refused(_("This link was used or is too old."))
        person.passphrase_hash = hashed
        act.about(person)
    with transient() as store:
        store.execute(delete(Device).where(Device.person_id == person.id))
