"""A second factor: a phone that shows a code by the clock (RFC 6238), or a code on paper."""

import secrets
from collections.abc import Collection

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app
from flask_babel import lazy_gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import delete

from deliberate.clock import now
from deliberate.database import db, transient
from deliberate.models import Device, Person, SecondFactor
from deliberate.notifications.preferences import FACTOR_REMOVED
from deliberate.operations.accounts.accounts import hash_token, open_device
from deliberate.operations.accounts.recovery_codes import use_code
from deliberate.operations.accounts.sign_in import InvalidCredentials, counting_codes, prove
from deliberate.operations.notices.notices import tell_person
from deliberate.permissions.accounts.accounts import may_remove_factor
from deliberate.permissions.decision import Refused, is_signed_in, require
from deliberate.queries.accounts.weak_passphrases import weakness
from deliberate.recording import Act, recorded
from deliberate.vocabulary import FactorLoss, Kind

PERIOD = 30
DRIFT = 1
"""A phone's clock may be so many half minutes off."""
STEP_LASTS = 10 * 60
"""Seconds between the passphrase and the code."""


class WrongCode(ValueError):
    """Not the code that a phone with this secret shows now."""


class CodeLate(ValueError):
    """Too long ago that the passphrase was said: signing in begins again."""


def new_secret() -> str:
    """160 random bits, as phones take them."""
    return pyotp.random_base32()


def is_secret(secret: str) -> bool:
    """Whether it is one of those we give: as long, and in their letters."""
    return len(secret) == 32 and set(secret) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def address_of(person: Person, secret: str) -> str:
    """What the picture for the phone says: whose secret it is, and where it is for."""
    brand = current_app.config["SETTINGS"].brand_name
    phone = pyotp.TOTP(secret, interval=PERIOD)
    return phone.provisioning_uri(name=person.sign_in_name, issuer_name=brand)


def add_factor(person: Person, secret: str, code: str, passphrase: str, device: str = "") -> None:
    """Sign in with a second factor from now on; every device but this one is signed out.

    The passphrase proves that it is the owner who holds the device. Raises WrongCode where the
    code is not the one the phone should show, WrongWords and TooManyTries for the passphrase.
    """
    step = _step_of(secret, code)
    if step is None:
        raise WrongCode
    prove(person.sign_in_name or "", passphrase, "", [person.device_mark])
    with recorded(person, Kind.FACTOR_ADDED) as act:
        require(is_signed_in(act.locked(person)))
        if act.session.get(SecondFactor, person.id) is not None:
            raise Refused(_("You sign in with a second factor already."))
        sealed = _seal(person.id, secret)
        act.session.add(
            SecondFactor(person_id=person.id, sealed=sealed, last_step=step, added_at=now())
        )
        act.about(person)
    _sign_out(person, but=device)


def remove_factor(
    remover: Person, person: Person, passphrase: str = "", loss: FactorLoss | None = None
) -> None:
    """Let an account be opened without a second factor: one's own, or as an administrator.

    One's own with the passphrase, which stands alone then; another's for a loss, and its owner is
    told. Raises WrongWords, TooManyTries.
    """
    is_own = remover.id == person.id
    if is_own:
        prove(person.sign_in_name or "", passphrase, "", [person.device_mark])
        if weakness(passphrase, person.sign_in_name or "", person.display_name):
            raise Refused(_("Choose a passphrase of at least 15 characters first."))
    with recorded(remover, Kind.FACTOR_REMOVED) as act:
        require(may_remove_factor(act.locked(remover), act.locked(person)))
        factor = act.session.get(SecondFactor, person.id, with_for_update=True)
        if factor is None:
            raise Refused(_("This account has no second factor."))
        act.session.delete(factor)
        if is_own:
            act.about(person, own=1)
        else:
            if loss is None:
                raise Refused(_("Say why: lost, broken, stolen or another reason."))
            act.about(person, own=0, reason=loss.value)
            tell_person(act, FACTOR_REMOVED, person)
    if not is_own:
        _sign_out(person)


def _sign_out(person: Person, but: str = "") -> None:
    with transient() as store:
        others = delete(Device).where(Device.person_id == person.id)
        store.execute(others.where(Device.token_hash != hash_token(but)))


# --- signing in ----------------------------------------------------------------------------------


def issue_pending_sign_in(person: Person) -> str:
    """What a browser keeps between passphrase and code; it opens nothing by itself."""
    return str(_signer().dumps([person.id, hash_token(person.passphrase_hash or "")]))


def resolve_pending_sign_in(token: str) -> Person:
    """Who said the passphrase a while ago. Raises CodeLate for a token too old, forged or spent."""
    try:
        person_id, words = _signer().loads(token, max_age=STEP_LASTS)
    except (BadSignature, ValueError, TypeError) as error:
        raise CodeLate from error
    person = db.session.get(Person, int(person_id))
    if person is None or not person.is_active:
        raise CodeLate
    if words != hash_token(person.passphrase_hash or ""):
        raise CodeLate
    return person


def sign_in_by_code(
    token: str,
    code: str,
    *,
    marks: Collection[str] = (),
    agent: str = "",
    leaving: str | None = None,
) -> tuple[Person, str]:
    """The second half of signing in: the code a phone shows, or one from paper, each taken once.

    Raises WrongWords, TooManyTries and CodeLate.
    """
    person = resolve_pending_sign_in(token)
    with counting_codes(person, marks):
        if _is_from_paper(code):
            if not use_code(person, code):
                raise InvalidCredentials
            code = ""
        with recorded(person, Kind.PERSON_SIGNED_IN) as act:
            act.about(act.locked(person))
            if code:
                _spend(act, person, code)
    return person, open_device(person, agent, leaving)


def _is_from_paper(code: str) -> bool:
    return sum(c.isalnum() for c in code) > 8


def _spend(act: Act, person: Person, code: str) -> None:
    """Take a code under the lock of its account: of two that come at once, one wins."""
    factor = act.session.get(SecondFactor, person.id, with_for_update=True, populate_existing=True)
    if factor is None:  # taken away meanwhile: then the passphrase begins again
        raise CodeLate
    secret = _open(factor)
    step = None if secret is None else _step_of(secret, code)
    if step is None or step <= factor.last_step:
        raise InvalidCredentials
    factor.last_step = step


def _step_of(secret: str, code: str) -> int | None:
    """The half minute in which the phone shows this code; None where it never does about now."""
    digits = "".join(c for c in code if c.isascii() and c.isdigit())
    phone, present = pyotp.TOTP(secret, interval=PERIOD), int(now().timestamp()) // PERIOD
    for step in range(present - DRIFT, present + DRIFT + 1):
        if secrets.compare_digest(phone.generate_otp(step), digits):
            return step
    return None


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="second step")


# --- the secret ----------------------------------------------------------------------------------


def _key() -> bytes:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return HKDF(SHA256(), 32, salt=None, info=b"second factor").derive(secret)


def _seal(person_id: int, secret: str) -> bytes:
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(_key()).encrypt(nonce, secret.encode(), str(person_id).encode())


def _open(factor: SecondFactor) -> str | None:
    """The secret; None where it was sealed for another account or under another key."""
    nonce, sealed = factor.sealed[:12], factor.sealed[12:]
    try:
        return AESGCM(_key()).decrypt(nonce, sealed, str(factor.person_id).encode()).decode()
    except InvalidTag:
        return None
