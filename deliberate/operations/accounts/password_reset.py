"""Reset a passphrase by a link that is mailed to a confirmed address."""

import logging
from collections.abc import Sequence
from datetime import timedelta

from flask_babel import lazy_gettext as _
from sqlalchemy import delete, func, select

from deliberate.clock import now
from deliberate.database import UNAVAILABLE_ERRORS, db, transient, unrecorded
from deliberate.models import Notice, PasswordResetRequest, Person
from deliberate.notifications.links import is_current_recovery_mark, read_recovery_token
from deliberate.operations.accounts.devices import end_devices
from deliberate.operations.accounts.passphrases import hash_passphrase, require_strong_passphrase
from deliberate.operations.accounts.sign_in import InvalidCredentials
from deliberate.operations.site.rate_limits import RECOVERY_MAILS, count_attempt
from deliberate.permissions.decision import Refused, is_signed_in, require
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import clean_line
from deliberate.vocabulary.events.accounts import PassphraseReset
from deliberate.vocabulary.notices import AddressGivenNotice, RecoveryLinkNotice

BATCH_SIZE = 100
MAX_ACCOUNTS_PER_EMAIL = 3
"""A family may share a mailbox; an address with more accounts gets no mail."""
MIN_MAIL_INTERVAL = timedelta(minutes=10)

_log = logging.getLogger(__name__)


def request_password_reset(identifier: str, *, network: str) -> None:
    """Store a request for a reset link, whether or not the name or address has an account.

    Raises TooManyAttempts after a few requests for one name or from one network.
    """
    identifier = clean_line(identifier).casefold()[:254]
    count_attempt(RECOVERY_MAILS, identifier, network=network)
    with transient() as store:
        store.add(PasswordResetRequest(identifier=identifier, requested_at=now()))


def send_pending_resets() -> int:
    """Mail reset links to confirmed addresses, and confirmation links to other addresses.

    Returns the number of notices written. No page shows what a request led to.
    """
    notified = 0
    while requests := _oldest_requests():
        for request in requests:
            notified += _answer(request.identifier)
        with transient() as store:
            ids = [request.id for request in requests]
            store.execute(delete(PasswordResetRequest).where(PasswordResetRequest.id.in_(ids)))
    return notified


def _answer(identifier: str) -> int:
    """Return the number of notices written; a request that fails does not stop the others."""
    try:
        return sum(_notify(person) for person in _matching_accounts(identifier))
    except UNAVAILABLE_ERRORS:
        raise
    except Exception:
        _log.exception("a request for a new passphrase cannot be answered")
        return 0


def _oldest_requests() -> Sequence[PasswordResetRequest]:
    with transient(write=False) as store:
        oldest = select(PasswordResetRequest).order_by(PasswordResetRequest.id).limit(BATCH_SIZE)
        return store.scalars(oldest).all()


def _matching_accounts(identifier: str) -> list[Person]:
    """Return active accounts with this sign-in name or address; sign-in names contain no @."""
    db.session.rollback()
    if "@" in identifier:
        matches = func.lower(Person.email) == identifier
    else:
        matches = Person.sign_in_name == identifier
    accounts = select(Person).where(matches, Person.erased_at.is_(None), Person.email.is_not(None))
    accounts = accounts.order_by(Person.id).limit(MAX_ACCOUNTS_PER_EMAIL + 1)
    people = db.session.scalars(accounts).all()
    if len(people) > MAX_ACCOUNTS_PER_EMAIL:
        return []
    return [person for person in people if person.is_active]


def _notify(person: Person) -> bool:
    """Write the notice; return False if one was written a few minutes ago."""
    kind = RecoveryLinkNotice.KIND if person.email_confirmed_at else AddressGivenNotice.KIND
    key = f"{kind}.{person.id}.{int(now().timestamp() // MIN_MAIL_INTERVAL.total_seconds())}"
    with unrecorded("recovery mail requested without signing in") as session:
        if session.scalar(select(Notice.id).where(Notice.key == key)) is not None:
            return False
        session.add(Notice(key=key, kind=kind, person_id=person.id, details={}, created_at=now()))
        return True


def resolve_reset_token(token: str) -> Person:
    """Return the account of a reset link.

    Raises InvalidCredentials for a link that is forged, expired or used.
    """
    person_id, mark = read_recovery_token(token) or (0, "")
    person = db.session.get(Person, person_id)
    if person is None or not person.is_active or not is_current_recovery_mark(person, mark):
        raise InvalidCredentials
    return person


def reset_passphrase(
    person: Person, token: str, passphrase: str, *, context: RequestContext = NO_REQUEST
) -> None:
    """Set a new passphrase with a reset link, and sign every device out.

    A second factor stays. Raises InvalidCredentials for an invalid link, Refused for a weak
    passphrase.
    """
    require_strong_passphrase(person, passphrase)
    hashed = hash_passphrase(passphrase)
    with recorded(person, PassphraseReset, context) as act:
        require(is_signed_in(act.lock(person)))
        # Resolved again under the lock: of two requests with one link, one succeeds.
        if resolve_reset_token(token).id != person.id:
            raise Refused(_("This link was used or is too old."))
        person.passphrase_hash = hashed
        act.about(person)
    end_devices(person)
