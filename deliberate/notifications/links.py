"""What the links in mails carry: signed, bound to what they are for, worthless afterwards."""

import hashlib

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

from deliberate.models import Person
from deliberate.notifications.preferences import (
    ADDRESS_GIVEN,
    ADDRESS_LEFT,
    ADDRESS_NEW,
    RECOVERY_ASKED,
    RECOVERY_BEGUN,
    RECOVERY_CONFIRMED,
    TOPICS,
)
from deliberate.queries.notices.messages import address_change_of

STOPPING_LASTS = 48 * 60 * 60
RECOVERY_LASTS = 60 * 60
"""Seconds a link to choose a new passphrase holds, from the moment it is mailed."""


def path_of(kind: str, person: Person) -> str:
    """Where the mail of a kind leads that opens something by itself; empty for all others."""
    here, change = f"/{person.language}", address_change_of(person)
    if kind == RECOVERY_ASKED:
        return f"{here}/recover/mail/{recovery_token(person)}"
    if kind in {RECOVERY_BEGUN, RECOVERY_CONFIRMED}:
        return f"{here}/recover/office/{stop_token(person)}"
    if kind == ADDRESS_GIVEN:
        return f"{here}/account/messages/confirm/{address_token(person)}"
    if kind == ADDRESS_NEW and change is not None:
        return f"{here}/account/messages/confirm/{address_token(person, change.address)}"
    if kind == ADDRESS_LEFT and change is not None:
        return f"{here}/account/messages/leave/{leaving_token(person, change.address)}"
    return ""


def address_for(kind: str, person: Person) -> str | None:
    """The mailbox a kind goes to: the person's own, or the one that is to be theirs."""
    if kind != ADDRESS_NEW:
        return person.email
    change = address_change_of(person)
    return change.address if change is not None else None


def _signer(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt=purpose)


def address_token(person: Person, address: str | None = None) -> str:
    """What the link that confirms an address carries; another address makes it worthless."""
    return str(_signer("address").dumps([person.id, address or person.email]))


def read_address_token(token: str) -> tuple[int, str] | None:
    """Whose address a link confirms; None for a forged one."""
    try:
        person_id, address = _signer("address").loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    return int(person_id), str(address)


def leaving_token(person: Person, address: str) -> str:
    """What the link carries by which the present mailbox lets its person move to another."""
    return str(_signer("leaving").dumps([person.id, person.email, address]))


def read_leaving_token(token: str) -> tuple[int, str, str] | None:
    """Who leaves which address, and for which; None for a forged link."""
    try:
        person_id, present, address = _signer("leaving").loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    return int(person_id), str(present), str(address)


def token_of(person_id: int, topic: str) -> str:
    """What the link out of a group of mails carries."""
    return str(_signer("unsubscribe").dumps([person_id, topic]))


def read_token(token: str) -> tuple[int, str] | None:
    """Whom and which group a link names; None for a forged or unknown one."""
    try:
        person_id, topic = _signer("unsubscribe").loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    return (int(person_id), str(topic)) if topic in TOPICS else None


# --- coming back ---------------------------------------------------------------------------------


def _recovery() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="recovery")


def recovery_token(person: Person) -> str:
    """What the link carries by which somebody chooses a new passphrase: once, for an hour."""
    return str(_recovery().dumps([person.id, _present_mark(person)]))


def read_recovery_token(token: str) -> tuple[int, str] | None:
    """Whose link it is, and the mark of the passphrase that it replaces; None for one too old."""
    try:
        person_id, mark = _recovery().loads(token, max_age=RECOVERY_LASTS)
    except (BadSignature, ValueError, TypeError):
        return None
    return int(person_id), str(mark)


def is_present(person: Person, mark: str) -> bool:
    """Whether passphrase and confirmed address are still those a link was made for."""
    return person.email_confirmed_at is not None and mark == _present_mark(person)


def _present_mark(person: Person) -> str:
    words = f"{person.passphrase_hash}\n{person.email}"
    return hashlib.sha256(words.encode()).hexdigest()[:32]


# --- help at an office ---------------------------------------------------------------------------


def _stopping() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="stop help at an office")


def stop_token(person: Person) -> str:
    """What the link carries by which an account's owner stops what an office began."""
    return str(_stopping().dumps([person.id]))


def read_stop_token(token: str) -> int | None:
    """Whose link it is; None for a forged one, or one older than any help lasts."""
    try:
        (person_id,) = _stopping().loads(token, max_age=STOPPING_LASTS)
    except (BadSignature, ValueError, TypeError):
        return None
    return int(person_id)
