"""Second factor: set up, sign in with codes, remove."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Notice, SecondFactor
from deliberate.operations.accounts import devices
from deliberate.operations.accounts.profiles import change_passphrase
from deliberate.operations.accounts.recovery_codes import create_recovery_codes, recover_account
from deliberate.operations.accounts.second_factor import (
    InvalidCode,
    PendingSignInExpired,
    _decrypt_secret,
    add_second_factor,
    issue_pending_sign_in,
    new_totp_secret,
    remove_second_factor,
    resolve_pending_sign_in,
    sign_in_by_code,
)
from deliberate.operations.accounts.sign_in import (
    InvalidCredentials,
    SecondFactorRequired,
    sign_in_by_passphrase,
)
from deliberate.operations.site.rate_limits import SIGN_IN, TooManyAttempts
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.devices import get_person_by_device_token
from deliberate.queries.accounts.second_factor import second_factor_added_at
from deliberate.vocabulary import FactorRemovalReason, Role
from tests import factories
from tests.factories import PASSPHRASE

NETWORK = "203.0.113.5"
SHORT_PASSPHRASE = "kuda9lmu"


def totp_code(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(now() + steps * timedelta(seconds=30))


def person_with_factor(person=None):
    """Return a person with a second factor and its secret; the code of this time step is used."""
    person, secret = person or factories.create_resident(), new_totp_secret()
    add_second_factor(person, secret, totp_code(secret), PASSPHRASE)
    return person, secret


def enter_passphrase(person, passphrase: str = PASSPHRASE):
    return sign_in_by_passphrase(
        person.sign_in_name, passphrase, context=factories.request_from(NETWORK)
    )


def test_second_factor_is_added_with_code_of_its_secret(app, clock, log):
    person, secret = factories.create_resident(), new_totp_secret()
    log()
    with pytest.raises(InvalidCode):
        add_second_factor(person, secret, "000000", PASSPHRASE)
    with pytest.raises(InvalidCredentials):
        add_second_factor(person, secret, totp_code(secret), "somebody who signed_in the phone")
    add_second_factor(person, secret, totp_code(secret), PASSPHRASE)
    (entry,) = log()
    assert (entry.kind, entry.details) == ("factor.added", {})
    assert second_factor_added_at(person) == now()


def test_adding_second_factor_signs_out_other_devices(app, clock):
    person, secret = factories.create_resident(), new_totp_secret()
    here, there = devices.sign_in(person), devices.sign_in(person)
    add_second_factor(person, secret, totp_code(secret), PASSPHRASE, here)
    assert get_person_by_device_token(here) == person
    assert get_person_by_device_token(there) is None


def test_second_factor_is_added_once(app, clock):
    person, _secret = person_with_factor()
    with pytest.raises(Refused):
        person_with_factor(person)


def test_totp_secret_is_encrypted_for_its_account(app, clock):
    person, secret = person_with_factor()
    other, _ = person_with_factor()
    factor = db.session.scalar(select(SecondFactor).where(SecondFactor.person_id == person.id))
    assert secret.encode() not in factor.encrypted_secret
    assert _decrypt_secret(factor) == secret
    moved = SecondFactor(person_id=other.id, encrypted_secret=factor.encrypted_secret, last_step=0)
    assert _decrypt_secret(moved) is None
    app.config["SECRET_KEY"], kept = "another" * 6, app.config["SECRET_KEY"]
    try:
        assert _decrypt_secret(factor) is None
    finally:
        app.config["SECRET_KEY"] = kept


def test_sign_in_with_second_factor_needs_code(app, clock, log):
    person, _secret = person_with_factor()
    log()
    with pytest.raises(SecondFactorRequired) as needed:
        enter_passphrase(person)
    assert (needed.value.person, log()) == (person, [])


def test_sign_in_with_code_records_one_row(app, clock, log):
    person, secret = person_with_factor()
    log()
    clock.shift(timedelta(minutes=1))
    signed_in, token = sign_in_by_code(issue_pending_sign_in(person), totp_code(secret))
    (entry,) = log()
    assert (signed_in, entry.kind) == (person, "person.signed_in")
    assert get_person_by_device_token(token) == person


def test_totp_code_works_once_and_older_ones_are_refused(app, clock, log):
    person, secret = person_with_factor()
    pending_token = issue_pending_sign_in(person)
    with pytest.raises(InvalidCredentials):  # the code of the set-up
        sign_in_by_code(pending_token, totp_code(secret))
    clock.shift(timedelta(minutes=1))
    log()
    sign_in_by_code(pending_token, totp_code(secret))
    for steps in (0, -1):
        with pytest.raises(InvalidCredentials):
            sign_in_by_code(pending_token, totp_code(secret, steps))
    assert len(log()) == 1


@pytest.mark.parametrize(("steps", "is_taken"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_totp_code_tolerates_one_time_step(app, clock, steps, is_taken):
    person, secret = person_with_factor()
    clock.shift(timedelta(minutes=5))
    pending_token, code = issue_pending_sign_in(person), totp_code(secret, steps)
    if is_taken:
        assert sign_in_by_code(pending_token, code)
    else:
        with pytest.raises(InvalidCredentials):
            sign_in_by_code(pending_token, code)


def test_recovery_code_replaces_phone_once(app, clock):
    person, _secret = person_with_factor()
    code, *_rest = create_recovery_codes(person)
    pending_token = issue_pending_sign_in(person)
    assert sign_in_by_code(pending_token, code.upper())
    with pytest.raises(InvalidCredentials):
        sign_in_by_code(pending_token, code)


def test_recovery_code_does_not_replace_passphrase_with_second_factor(app, clock, log):
    person, _secret = person_with_factor()
    code, *_rest = create_recovery_codes(person)
    log()
    with pytest.raises(InvalidCredentials):
        recover_account(
            person.sign_in_name,
            code,
            "tujuh perahu biru di teluk",
            context=factories.request_from(NETWORK),
        )
    assert log() == []


def test_totp_code_attempts_are_limited(app, clock):
    person, secret = person_with_factor()
    pending_token = issue_pending_sign_in(person)
    clock.shift(timedelta(minutes=1))
    for _ in range(SIGN_IN.account):
        with pytest.raises(InvalidCredentials):
            sign_in_by_code(pending_token, "000000")
    with pytest.raises(TooManyAttempts):
        sign_in_by_code(pending_token, totp_code(secret))
    assert sign_in_by_code(pending_token, totp_code(secret), device_cookies=[person.device_cookie])


def test_pending_sign_in_expires_and_cannot_be_forged(app, clock):
    person, _secret = person_with_factor()
    pending_token = issue_pending_sign_in(person)
    assert resolve_pending_sign_in(pending_token) == person
    for wrong in (
        pending_token[:-9] + ("A" if pending_token[-9] != "A" else "B") + pending_token[-8:],
        "",
        "x.y.z",
    ):
        with pytest.raises(PendingSignInExpired):
            resolve_pending_sign_in(wrong)
    change_passphrase(person, PASSPHRASE, "tujuh perahu biru di teluk")
    with pytest.raises(PendingSignInExpired):
        resolve_pending_sign_in(pending_token)
    pending_token = issue_pending_sign_in(person)
    clock.shift(timedelta(minutes=11))
    with pytest.raises(PendingSignInExpired):
        resolve_pending_sign_in(pending_token)


def test_short_passphrase_needs_second_factor(app, clock):
    alone, (person, _secret) = factories.create_resident(), person_with_factor()
    with pytest.raises(Refused):
        change_passphrase(alone, PASSPHRASE, SHORT_PASSPHRASE)
    change_passphrase(person, PASSPHRASE, SHORT_PASSPHRASE)
    with pytest.raises(Refused):
        change_passphrase(person, SHORT_PASSPHRASE, "pendek7")
    with pytest.raises(SecondFactorRequired):
        enter_passphrase(person, SHORT_PASSPHRASE)


def test_owner_removes_second_factor_with_passphrase(app, clock, log):
    person, _secret = person_with_factor()
    log()
    with pytest.raises(InvalidCredentials):
        remove_second_factor(person, person, "salah sama sekali ya")
    remove_second_factor(person, person, PASSPHRASE)
    (entry,) = log()
    assert (entry.kind, entry.details) == ("factor.removed", {"own": 1})
    assert enter_passphrase(person)


def test_second_factor_with_short_passphrase_cannot_be_removed(app, clock, log):
    person, _secret = person_with_factor()
    change_passphrase(person, PASSPHRASE, SHORT_PASSPHRASE)
    log()
    with pytest.raises(Refused):
        remove_second_factor(person, person, SHORT_PASSPHRASE)
    assert log() == []


def test_administrator_removes_second_factor_for_lost_phone(app, clock, log):
    person, _secret = person_with_factor()
    admin, token = factories.create_staff(role=Role.ADMIN), devices.sign_in(person)
    log()
    with pytest.raises(Refused):
        remove_second_factor(admin, person)
    assert log() == []
    remove_second_factor(admin, person, reason=FactorRemovalReason.STOLEN)
    (entry,) = log()
    assert (entry.details, entry.subject_id) == ({"own": 0, "reason": "stolen"}, person.id)
    assert entry.actor_id == admin.actor_id
    assert get_person_by_device_token(token) is None
    told = db.session.scalars(select(Notice).where(Notice.person_id == person.id)).all()
    assert [notice.kind for notice in told] == ["factor.removed"]
    with pytest.raises(Refused):
        remove_second_factor(admin, person, reason=FactorRemovalReason.STOLEN)


def test_administrator_removes_own_second_factor_with_passphrase_only(app, clock, log):
    admin, _secret = person_with_factor(factories.create_staff(role=Role.ADMIN))
    log()
    with pytest.raises(InvalidCredentials):
        remove_second_factor(admin, admin, reason=FactorRemovalReason.LOST)
    assert (log(), second_factor_added_at(admin) is None) == ([], False)


@pytest.mark.parametrize("role", [Role.STAFF, Role.MODERATOR, Role.RESEARCHER, Role.EVALUATOR])
def test_others_cannot_remove_second_factor(app, clock, log, role):
    person, _secret = person_with_factor()
    other = factories.create_staff(role=role)
    log()
    with pytest.raises(Refused):
        remove_second_factor(other, person, reason=FactorRemovalReason.LOST)
    assert (log(), second_factor_added_at(person) is None) == ([], False)


def test_short_passphrase_without_second_factor_cannot_sign_in(app, clock):
    person, _secret = person_with_factor()
    change_passphrase(person, PASSPHRASE, SHORT_PASSPHRASE)
    remove_second_factor(
        factories.create_staff(role=Role.ADMIN), person, reason=FactorRemovalReason.LOST
    )
    with pytest.raises(Refused):
        enter_passphrase(person, SHORT_PASSPHRASE)
