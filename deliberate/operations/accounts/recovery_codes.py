"""Coming back without the passphrase: by a code that was shown once; and the devices of one."""

import secrets

from sqlalchemy import delete, select

from deliberate.clock import now
from deliberate.database import transient
from deliberate.models import Device, OfficeRecovery, Person, RecoveryCode
from deliberate.operations.accounts.accounts import hash_passphrase, hash_token
from deliberate.operations.accounts.sign_in import InvalidCredentials, counting_tries, prove
from deliberate.permissions.accounts.office_recovery import may_use_recovery
from deliberate.permissions.decision import Refused, require
from deliberate.queries.accounts.accounts import person_named
from deliberate.queries.accounts.office_recovery import recovery_of
from deliberate.queries.accounts.second_factor import factor_since
from deliberate.queries.accounts.weak_passphrases import weakness
from deliberate.recording import recorded
from deliberate.text import clean_line
from deliberate.vocabulary import Kind

CODES = 8
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH, _GROUP = 16, 4


def make_codes(person: Person) -> list[str]:
    """New one-time codes, to be written down now; the earlier ones are worth nothing any more."""
    codes = [new_recovery_code() for _number in range(CODES)]
    with transient() as store:
        store.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
        store.add_all(
            RecoveryCode(
                code_hash=hash_recovery_code(person, code), person_id=person.id, made_at=now()
            )
            for code in codes
        )
    return codes


def renew_codes(person: Person, passphrase: str) -> list[str]:
    """New codes for whoever knows the passphrase: a device left open is not enough to come back.

    Raises WrongWords and TooManyTries.
    """
    prove(person.sign_in_name or "", passphrase, "", [person.device_mark])
    return make_codes(person)


def new_recovery_code() -> str:
    """A random code in groups of four, without letters that look like others."""
    code = "".join(secrets.choice(_LETTERS) for _place in range(_LENGTH))
    return "-".join(code[i : i + _GROUP] for i in range(0, _LENGTH, _GROUP))


def hash_recovery_code(person: Person, code: str) -> str:
    """What is kept of a code: worth nothing for another account, however it is typed."""
    letters = "".join(c for c in code.lower() if c in _LETTERS)
    return hash_token(f"{person.id}:{letters}")


def recover_account(sign_in_name: str, code: str, passphrase: str, *, network: str) -> Person:
    """Choose a new passphrase by a code, which is used up; every device is signed out.

    The code was shown before, or was given at an office. Where the account has a second factor one
    shown before stands for the phone, so it is worth nothing here; one from an office leaves the
    second factor as it is. Raises WrongWords, also for a name that does not exist, TooManyTries,
    and Refused for a passphrase that is weak.
    """
    with counting_tries(sign_in_name, network):
        person = person_named(clean_line(sign_in_name))
        if person is None or not person.is_active:
            raise InvalidCredentials
        given = _given_at_office(person, code)
        if given is None and (not _is_known(person, code) or factor_since(person) is not None):
            raise InvalidCredentials
    if weak := weakness(passphrase, person.sign_in_name or "", person.display_name):
        raise Refused(weak)
    hashed = hash_passphrase(passphrase)
    if given is None and not use_code(person, code):
        raise InvalidCredentials
    with recorded(person, Kind.PERSON_RECOVERED) as act:
        act.locked(person)
        if given is not None:
            require(may_use_recovery(person, act.locked(given)))
            given.used_at = now()
        person.passphrase_hash = hashed
        act.about(person, by="code" if given is None else "office")
    with transient() as store:
        store.execute(delete(Device).where(Device.person_id == person.id))
    return person


def _given_at_office(person: Person, code: str) -> OfficeRecovery | None:
    """The help at an office that ended with this code, while it opens the account."""
    found = recovery_of(person)
    if found is None or not found.opens:
        return None
    is_same = secrets.compare_digest(found.code_hash, hash_recovery_code(person, code))
    return found if is_same else None


def _is_known(person: Person, code: str) -> bool:
    with transient(write=False) as store:
        return store.get(RecoveryCode, hash_recovery_code(person, code)) is not None


def use_code(person: Person, code: str) -> bool:
    """Use a code up; whether it was still there: of two that come at once, one wins."""
    with transient() as store:
        used = delete(RecoveryCode).where(
            RecoveryCode.code_hash == hash_recovery_code(person, code)
        )
        return bool(store.scalars(used.returning(RecoveryCode.code_hash)).all())


def end_device(person: Person, mark: str) -> bool:
    """Sign one of one's devices out; no for one that is somebody else's or gone."""
    with transient() as store:
        own = select(Device).where(Device.person_id == person.id)
        device = next((d for d in store.scalars(own) if d.mark == mark), None)
        if device is None:
            return False
        token_hash = device.token_hash
        store.execute(delete(Device).where(Device.token_hash == token_hash))
    with recorded(person, Kind.DEVICE_ENDED) as act:
        act.about(person)
    return True
