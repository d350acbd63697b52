"""Second factor: a time-based code of an authenticator app (RFC 6238), or a recovery code."""

import secrets
from collections.abc import Collection

import pyotp
from flask import current_app
from flask_babel import lazy_gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer

from deliberate.clock import now
from deliberate.database import db
from deliberate.keys import signing_keys
from deliberate.models import Person, SecondFactor
from deliberate.operations.accounts.devices import create_device, end_devices, hash_token
from deliberate.operations.accounts.recovery_codes import consume_recovery_code
from deliberate.operations.accounts.sign_in import InvalidCredentials, verify_passphrase
from deliberate.operations.notices.notices import notify_person
from deliberate.operations.site.encryption import decrypt_value, encrypt_value
from deliberate.operations.site.rate_limits import SECOND_FACTOR_CODES, limit_attempts
from deliberate.permissions.accounts.profiles import may_remove_second_factor
from deliberate.permissions.decision import (
    InvalidInput,
    Refused,
    is_signed_in,
    require,
)
from deliberate.queries.accounts.passphrase_policy import passphrase_problem
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.vocabulary import FactorRemovalReason
from deliberate.vocabulary.events.accounts import FactorAdded, FactorRemoved, PersonSignedIn
from deliberate.vocabulary.notices import FactorRemovedNotice

PURPOSE = "second factor"
PERIOD_S = 30
ALLOWED_DRIFT = 1
"""Time steps by which the phone's clock may be off."""
PENDING_SIGN_IN_S = 10 * 60
"""Seconds permitted between passphrase and code."""


class InvalidCode(ValueError):
    """The code does not match the secret at this time."""


class PendingSignInExpired(ValueError):
    """The passphrase was entered too long ago: sign-in begins again."""


def new_totp_secret() -> str:
    """Return 160 random bits in base32."""
    return pyotp.random_base32()


def is_totp_secret(secret: str) -> bool:
    """Return whether a text has the form of the secrets created here."""
    return len(secret) == 32 and set(secret) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def provisioning_uri(person: Person, secret: str) -> str:
    """Return the otpauth URI for the QR code: account, issuer and secret."""
    brand = current_app.config["SETTINGS"].brand_name
    totp = pyotp.TOTP(secret, interval=PERIOD_S)
    return totp.provisioning_uri(name=person.sign_in_name, issuer_name=brand)


def add_second_factor(
    person: Person,
    secret: str,
    code: str,
    passphrase: str,
    token: str = "",
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Add a second factor; sign out every device except the one with the token.

    The passphrase proves that the owner uses the device. Raises InvalidCode for a code that does
    not match the secret, InvalidCredentials and TooManyAttempts for the passphrase, and Refused.
    """
    step = _require_time_step(secret, code)
    verify_passphrase(person.sign_in_name or "", passphrase, "", [person.device_cookie])
    with recorded(person, FactorAdded, context) as act:
        require(is_signed_in(act.lock(person)))
        _store_second_factor(act, person, secret, step)
        act.about(person)
    end_devices(person, except_token=token)


def _require_time_step(secret: str, code: str) -> int:
    step = _matching_time_step(secret, code)
    if step is None:
        raise InvalidCode
    return step


def _store_second_factor(act: Act[...], person: Person, secret: str, step: int) -> None:
    if act.session.get(SecondFactor, person.id) is not None:
        raise Refused(_("You sign in with a second factor already."))
    encrypted = _encrypt_secret(person.id, secret)
    act.session.add(
        SecondFactor(
            person_id=person.id, encrypted_secret=encrypted, last_step=step, added_at=now()
        )
    )


def remove_second_factor(
    remover: Person,
    person: Person,
    passphrase: str = "",
    reason: FactorRemovalReason | None = None,
    *,
    context: RequestContext = NO_REQUEST,
) -> None:
    """Remove a second factor: one's own with the passphrase, another's for a reason.

    The owner of another account is notified and signed out. Raises InvalidCredentials and
    TooManyAttempts for the passphrase, and Refused.
    """
    is_own = remover.id == person.id
    if is_own:
        verify_passphrase(person.sign_in_name or "", passphrase, "", [person.device_cookie])
        if passphrase_problem(passphrase, person.sign_in_name or "", person.display_name):
            raise Refused(_("Choose a passphrase of at least 15 characters first."))
    with recorded(remover, FactorRemoved, context) as act:
        require(may_remove_second_factor(act.lock(remover), act.lock(person)))
        _delete_second_factor(act, person)
        if is_own:
            act.about(person, own=True)
        else:
            if reason is None:
                raise InvalidInput(_("Give a reason: lost, broken, stolen or another one."))
            _say_who_removed_it(act, person, reason)
    if not is_own:
        end_devices(person)


def end_second_factor(person: Person, reason: FactorRemovalReason) -> None:
    """Remove the second factor of an account on the command line of the server.

    For an administrator whom no other can help. The owner is notified and signed out. Raises
    Refused.
    """
    with recorded(None, FactorRemoved, NO_REQUEST) as act:
        act.lock(person)
        _delete_second_factor(act, person)
        _say_who_removed_it(act, person, reason)
    end_devices(person)


def _delete_second_factor(act: Act[...], person: Person) -> None:
    factor = act.session.get(SecondFactor, person.id, with_for_update=True)
    if factor is None:
        raise Refused(_("This account has no second factor."))
    act.session.delete(factor)


def _say_who_removed_it(act: Act[...], person: Person, reason: FactorRemovalReason) -> None:
    """Write into the act that it was not the owner, and tell the owner."""
    act.about(person, own=False, reason=reason)
    notify_person(act, person, FactorRemovedNotice())


def issue_pending_sign_in(person: Person) -> str:
    """Return a signed token that proves the passphrase; it does not sign in by itself."""
    return str(_signer().dumps([person.id, hash_token(person.passphrase_hash or "")]))


def resolve_pending_sign_in(token: str) -> Person:
    """Return the account of a pending sign-in.

    Raises PendingSignInExpired for a token that is too old, forged, or older than a change of the
    passphrase.
    """
    try:
        person_id, passphrase_mark = _signer().loads(token, max_age=PENDING_SIGN_IN_S)
    except (BadSignature, ValueError, TypeError) as error:
        raise PendingSignInExpired from error
    person = db.session.get(Person, int(person_id))
    if person is None or not person.is_active:
        raise PendingSignInExpired
    if passphrase_mark != hash_token(person.passphrase_hash or ""):
        raise PendingSignInExpired
    return person


def sign_in_by_code(
    pending_token: str,
    code: str,
    *,
    device_cookies: Collection[str] = (),
    agent: str = "",
    replaced_token: str | None = None,
    context: RequestContext = NO_REQUEST,
) -> tuple[Person, str]:
    """Complete a sign-in by a code; return the account and the token of the new device.

    Codes of the app and recovery codes are accepted once each. Raises InvalidCredentials,
    TooManyAttempts and PendingSignInExpired.
    """
    person = resolve_pending_sign_in(pending_token)
    device = _counted_device(person, device_cookies)
    with limit_attempts(SECOND_FACTOR_CODES, str(person.id), device):
        has_used_recovery_code = _use_recovery_code(person, code)
        with recorded(person, PersonSignedIn, context) as act:
            act.about(act.lock(person))
            if not has_used_recovery_code:
                consume_code(act, person, code)
    return person, create_device(person, agent, replaced_token)


def _counted_device(person: Person, device_cookies: Collection[str]) -> str:
    """Return the device whose attempts are counted together.

    The passphrase is known here, so attempts from all unknown devices share one counter.
    """
    is_known = person.device_cookie in device_cookies
    return person.device_cookie if is_known else "unknown device"


def _use_recovery_code(person: Person, code: str) -> bool:
    """Consume a recovery code; return False for a code of the app. Raises InvalidCredentials."""
    if sum(c.isalnum() for c in code) <= 8:
        return False
    if not consume_recovery_code(person, code):
        raise InvalidCredentials
    return True


def consume_code(act: Act[...], person: Person, code: str) -> None:
    """Consume a code under the lock of its account, so that of two parallel uses one succeeds."""
    factor = act.session.get(SecondFactor, person.id, with_for_update=True, populate_existing=True)
    if factor is None:  # removed meanwhile: the passphrase alone is enough now
        raise PendingSignInExpired
    secret = _decrypt_secret(factor)
    step = None if secret is None else _matching_time_step(secret, code)
    if step is None or step <= factor.last_step:
        raise InvalidCredentials
    factor.last_step = step


def _matching_time_step(secret: str, code: str) -> int | None:
    """Return the time step whose code this is, within the allowed drift, or None."""
    digits = "".join(c for c in code if c.isascii() and c.isdigit())
    totp, present = pyotp.TOTP(secret, interval=PERIOD_S), int(now().timestamp()) // PERIOD_S
    for step in range(present - ALLOWED_DRIFT, present + ALLOWED_DRIFT + 1):
        if secrets.compare_digest(totp.generate_otp(step), digits):
            return step
    return None


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(signing_keys("second step"), salt="second step")


def _encrypt_secret(person_id: int, secret: str) -> bytes:
    return encrypt_value(PURPOSE, person_id, secret)


def _decrypt_secret(factor: SecondFactor) -> str | None:
    """Return the secret; None if it was encrypted for another account or with another key."""
    return decrypt_value(PURPOSE, factor.person_id, factor.encrypted_secret)
