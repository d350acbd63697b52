"""Recovery codes: open an account without its passphrase, with a code that was shown once."""

import secrets

from sqlalchemy import delete

from deliberate.clock import now
from deliberate.database import transient
from deliberate.models import OfficeRecovery, Person, RecoveryCode
from deliberate.operations.accounts.devices import end_devices, hash_token
from deliberate.operations.accounts.passphrases import hash_passphrase
from deliberate.operations.accounts.sign_in import InvalidCredentials, verify_passphrase
from deliberate.operations.site.rate_limits import SIGN_IN, limit_attempts
from deliberate.permissions.accounts.office_recovery import may_use_recovery
from deliberate.permissions.decision import Refused, require
from deliberate.queries.accounts.office_recovery import get_active_recovery
from deliberate.queries.accounts.passphrase_policy import passphrase_problem
from deliberate.queries.accounts.people import get_person_by_sign_in_name
from deliberate.queries.accounts.second_factor import second_factor_added_at
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.text import clean_line
from deliberate.vocabulary.events.accounts import PersonRecovered

CODE_COUNT = 8
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH, _GROUP = 16, 4


def create_recovery_codes(person: Person) -> list[str]:
    """Create one-time codes and return them; earlier codes become invalid."""
    codes = [new_recovery_code() for _code in range(CODE_COUNT)]
    with transient() as store:
        store.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
        store.add_all(
            RecoveryCode(
                code_hash=hash_recovery_code(person, code), person_id=person.id, created_at=now()
            )
            for code in codes
        )
    return codes


def renew_recovery_codes(person: Person, passphrase: str) -> list[str]:
    """Create new codes with the passphrase as proof, so that an unattended browser is not enough.

    Raises InvalidCredentials and TooManyAttempts.
    """
    verify_passphrase(person.sign_in_name or "", passphrase, "", [person.device_cookie])
    return create_recovery_codes(person)


def new_recovery_code() -> str:
    """Return a random code in groups of four, without letters that look alike."""
    code = "".join(secrets.choice(_LETTERS) for _letter in range(_LENGTH))
    return "-".join(code[i : i + _GROUP] for i in range(0, _LENGTH, _GROUP))


def hash_recovery_code(person: Person, code: str) -> str:
    """Return the hash of a code, different for each account and equal however it is typed."""
    letters = "".join(c for c in code.lower() if c in _LETTERS)
    return hash_token(f"{person.id}:{letters}")


def recover_account(
    sign_in_name: str,
    code: str,
    passphrase: str,
    *,
    context: RequestContext = NO_REQUEST,
) -> Person:
    """Set a new passphrase with a one-time code, and sign every device out.

    A recovery code counts as the second factor of sign-in, so it does not also replace the
    passphrase of an account that has one; a code from an office does, and leaves the second factor
    in force. Raises InvalidCredentials, also for a name that does not exist, TooManyAttempts, and
    Refused for a weak passphrase.
    """
    name = clean_line(sign_in_name).casefold()
    with limit_attempts(SIGN_IN, name, network=context.network):
        person, recovery = _recoverable_person(name, code)
    if problem := passphrase_problem(passphrase, person.sign_in_name or "", person.display_name):
        raise Refused(problem)
    hashed = hash_passphrase(passphrase)
    if recovery is None and not consume_recovery_code(person, code):
        raise InvalidCredentials
    with recorded(person, PersonRecovered, context) as act:
        act.lock(person)
        if recovery is not None:
            require(may_use_recovery(person, act.lock(recovery)))
            recovery.used_at = now()
        person.passphrase_hash = hashed
        act.about(person, by="code" if recovery is None else "office")
    end_devices(person)
    return person


def _recoverable_person(name: str, code: str) -> tuple[Person, OfficeRecovery | None]:
    """Return whose code it is, with the recovery by an office that gave it.

    Raises InvalidCredentials.
    """
    person = get_person_by_sign_in_name(name)
    if person is None or not person.is_active:
        raise InvalidCredentials
    recovery = _matching_office_recovery(person, code)
    has_factor = second_factor_added_at(person) is not None
    if recovery is None and (has_factor or not _is_valid_code(person, code)):
        raise InvalidCredentials
    return person, recovery


def _matching_office_recovery(person: Person, code: str) -> OfficeRecovery | None:
    """Return the confirmed recovery at an office with this code."""
    recovery = get_active_recovery(person)
    if recovery is None or not recovery.has_valid_code:
        return None
    is_same = secrets.compare_digest(recovery.code_hash, hash_recovery_code(person, code))
    return recovery if is_same else None


def _is_valid_code(person: Person, code: str) -> bool:
    with transient(write=False) as store:
        return store.get(RecoveryCode, hash_recovery_code(person, code)) is not None


def consume_recovery_code(person: Person, code: str) -> bool:
    """Delete a code; return whether it existed, so that of two parallel uses one succeeds."""
    with transient() as store:
        used = delete(RecoveryCode).where(
            RecoveryCode.code_hash == hash_recovery_code(person, code)
        )
        return bool(store.scalars(used.returning(RecoveryCode.code_hash)).all())
