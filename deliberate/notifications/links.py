"""Signed tokens of the links in mails, bound to a purpose and to the state they are made for."""

import hashlib
from base64 import urlsafe_b64encode

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

from deliberate.keys import keyed_hashes, signing_keys
from deliberate.models import Person
from deliberate.queries.notices.messages import pending_email_change
from deliberate.vocabulary.notices import (
    AddressGivenNotice,
    AddressLeftNotice,
    NewAddressNotice,
    NoticeEvent,
    RecoveryBegunNotice,
    RecoveryConfirmedNotice,
    RecoveryLinkNotice,
    Topic,
)

DIGEST = "digest"
"""What the weekly mail is called where a topic is named."""
RECOVERY_STOP_SECONDS = 48 * 60 * 60
"""The validity of a link that stops a recovery at an office."""
RECOVERY_SECONDS = 60 * 60
"""The validity of a link to choose a new passphrase, from the moment it is mailed."""


def action_path(event: NoticeEvent, person: Person) -> str:
    """Return the path with a token that a mail links to; empty for notices without one."""
    root, change = f"/{person.language}", pending_email_change(person)
    if isinstance(event, RecoveryLinkNotice):
        return f"{root}/recover/mail/{recovery_token(person)}"
    if isinstance(event, RecoveryBegunNotice | RecoveryConfirmedNotice):
        return f"{root}/recover/office/{recovery_stop_token(person)}"
    if isinstance(event, AddressGivenNotice):
        return f"{root}/account/messages/confirm/{address_token(person)}"
    if isinstance(event, NewAddressNotice) and change is not None:
        return f"{root}/account/messages/confirm/{address_token(person, change.email)}"
    if isinstance(event, AddressLeftNotice) and change is not None:
        return f"{root}/account/messages/leave/{address_change_token(person, change.email)}"
    return ""


def recipient_address(event: NoticeEvent, person: Person) -> str | None:
    """Return the address that a notice is mailed to: the present or the new one."""
    if not isinstance(event, NewAddressNotice):
        return person.email
    change = pending_email_change(person)
    return change.email if change is not None else None


def _signer(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(signing_keys(purpose), salt=purpose)


def address_token(person: Person, address: str | None = None) -> str:
    """Return the token that confirms an address, by default the present one of the person."""
    return str(_signer("address").dumps([person.id, address or person.email]))


def read_address_token(token: str) -> tuple[int, str] | None:
    """Return person id and address of a token, None for a forged one."""
    try:
        person_id, address = _signer("address").loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    return int(person_id), str(address)


def address_change_token(person: Person, address: str) -> str:
    """Return the token by which the present mailbox agrees to another address."""
    return str(_signer("leaving").dumps([person.id, person.email, address]))


def read_address_change_token(token: str) -> tuple[int, str, str] | None:
    """Return person id, present and new address of a token, None for a forged one."""
    try:
        person_id, present, address = _signer("leaving").loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    return int(person_id), str(present), str(address)


def unsubscribe_token(person_id: int, topic: str) -> str:
    """Return the token that unsubscribes a person from a topic's mails or the weekly mail."""
    return str(_signer("unsubscribe").dumps([person_id, topic]))


def read_unsubscribe_token(token: str) -> tuple[int, str] | None:
    """Return person id and topic of a token, None for a forged or outdated one."""
    try:
        person_id, topic = _signer("unsubscribe").loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    return (int(person_id), str(topic)) if topic in [*Topic, DIGEST] else None


def _recovery_signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(signing_keys("recovery"), salt="recovery")


def recovery_token(person: Person) -> str:
    """Return the token to choose a new passphrase, valid once and for an hour."""
    return str(_recovery_signer().dumps([person.id, _recovery_mark(person)]))


def read_recovery_token(token: str) -> tuple[int, str] | None:
    """Return person id and recovery mark of a token, None for a forged or expired one."""
    try:
        person_id, mark = _recovery_signer().loads(token, max_age=RECOVERY_SECONDS)
    except (BadSignature, ValueError, TypeError):
        return None
    return int(person_id), str(mark)


def is_current_recovery_mark(person: Person, mark: str) -> bool:
    """Return whether passphrase and confirmed address are those that a token was made for."""
    return person.email_confirmed_at is not None and mark == _recovery_mark(person)


def _recovery_mark(person: Person) -> str:
    state = f"{person.passphrase_hash}\n{person.email}"
    return hashlib.sha256(state.encode()).hexdigest()[:32]


def _recovery_stop_signer() -> URLSafeTimedSerializer:
    purpose = "stop help at an office"
    return URLSafeTimedSerializer(signing_keys(purpose), salt=purpose)


def recovery_stop_token(person: Person) -> str:
    """Return the token by which the owner of an account stops a recovery at an office."""
    return str(_recovery_stop_signer().dumps([person.id]))


def read_recovery_stop_token(token: str) -> int | None:
    """Return the person id of a token, None for a forged or expired one."""
    try:
        (person_id,) = _recovery_stop_signer().loads(token, max_age=RECOVERY_STOP_SECONDS)
    except (BadSignature, ValueError, TypeError):
        return None
    return int(person_id)


def invitation_token(seed: str) -> str:
    """Return the token of an invitation, which only the key ring and the seed give."""
    return invitation_tokens(seed)[0]


def invitation_tokens(seed: str) -> list[str]:
    """Return the tokens of an invitation under every key, that of the newest key first."""
    hashes = keyed_hashes("invitation", f"invitation\n{seed}")
    return [urlsafe_b64encode(bytes.fromhex(h)).rstrip(b"=").decode() for h in hashes]
