"""A second factor: set up by its own code, each code taken once, taken away by owner or admin."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Notice, SecondFactor
from deliberate.operations.accounts import accounts as account_operations
from deliberate.operations.accounts import profiles as profile_operations
from deliberate.operations.accounts import recovery_codes as recovery_code_operations
from deliberate.operations.accounts import second_factor as second_factor_operations
from deliberate.operations.accounts.sign_in import (
    TRIES_OF_ACCOUNT,
    CodeNeeded,
    InvalidCredentials,
    TooManyAttempts,
    sign_in_by_passphrase,
)
from deliberate.permissions.decision import Refused
from deliberate.queries.accounts.accounts import person_on_device
from deliberate.queries.accounts.second_factor import factor_since
from deliberate.vocabulary import FactorLoss, Role
from tests import factories
from tests.factories import PASSPHRASE

HOME = "203.0.113.5"
SHORT = "kuda9lmu"


def code_of(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(now() + steps * timedelta(seconds=30))


def with_factor(person=None):
    """Somebody with a second factor and its secret; the code of this half minute is spent."""
    person, secret = person or factories.resident(), second_factor_operations.new_secret()
    second_factor_operations.add_factor(person, secret, code_of(secret), PASSPHRASE)
    return person, secret


def enter(person, passphrase: str = PASSPHRASE):
    return sign_in_by_passphrase(person.sign_in_name, passphrase, network=HOME)


def test_it_begins_with_the_code_of_its_own_secret(app, clock, log):
    person, secret = factories.resident(), second_factor_operations.new_secret()
    log()
    with pytest.raises(second_factor_operations.WrongCode):
        second_factor_operations.add_factor(person, secret, "000000", PASSPHRASE)
    with pytest.raises(InvalidCredentials):
        second_factor_operations.add_factor(
            person, secret, code_of(secret), "somebody who found the phone"
        )
    second_factor_operations.add_factor(person, secret, code_of(secret), PASSPHRASE)
    (entry,) = log()
    assert (entry.kind, entry.details) == ("factor.added", {})
    assert factor_since(person) == now()


def test_it_signs_the_other_devices_out(app, clock):
    person, secret = factories.resident(), second_factor_operations.new_secret()
    here, there = account_operations.sign_in(person), account_operations.sign_in(person)
    second_factor_operations.add_factor(person, secret, code_of(secret), PASSPHRASE, here)
    assert person_on_device(here) == person
    assert person_on_device(there) is None


def test_a_second_one_is_refused(app, clock):
    person, _secret = with_factor()
    with pytest.raises(Refused):
        with_factor(person)


def test_the_secret_stands_sealed_and_for_its_own_account(app, clock):
    person, secret = with_factor()
    other, _ = with_factor()
    factor = db.session.scalar(select(SecondFactor).where(SecondFactor.person_id == person.id))
    assert secret.encode() not in factor.sealed
    assert second_factor_operations._open(factor) == secret
    moved = SecondFactor(person_id=other.id, sealed=factor.sealed, last_step=0)
    assert second_factor_operations._open(moved) is None
    app.config["SECRET_KEY"], kept = "another" * 6, app.config["SECRET_KEY"]
    try:
        assert second_factor_operations._open(factor) is None
    finally:
        app.config["SECRET_KEY"] = kept


def test_the_passphrase_alone_opens_nothing(app, clock, log):
    person, _secret = with_factor()
    log()
    with pytest.raises(CodeNeeded) as needed:
        enter(person)
    assert (needed.value.person, log()) == (person, [])


def test_passphrase_and_code_open_the_account_with_one_row(app, clock, log):
    person, secret = with_factor()
    log()
    clock.shift(timedelta(minutes=1))
    found, token = second_factor_operations.sign_in_by_code(
        second_factor_operations.issue_pending_sign_in(person), code_of(secret)
    )
    (entry,) = log()
    assert (found, entry.kind) == (person, "person.signed_in")
    assert person_on_device(token) == person


def test_a_code_is_taken_once_and_no_older_one_after_it(app, clock, log):
    person, secret = with_factor()
    half = second_factor_operations.issue_pending_sign_in(person)
    with pytest.raises(InvalidCredentials):  # the one it was set up with
        second_factor_operations.sign_in_by_code(half, code_of(secret))
    clock.shift(timedelta(minutes=1))
    log()
    second_factor_operations.sign_in_by_code(half, code_of(secret))
    for steps in (0, -1):
        with pytest.raises(InvalidCredentials):
            second_factor_operations.sign_in_by_code(half, code_of(secret, steps))
    assert len(log()) == 1


@pytest.mark.parametrize(("steps", "is_taken"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_phone_may_be_half_a_minute_off(app, clock, steps, is_taken):
    person, secret = with_factor()
    clock.shift(timedelta(minutes=5))
    half, code = second_factor_operations.issue_pending_sign_in(person), code_of(secret, steps)
    if is_taken:
        assert second_factor_operations.sign_in_by_code(half, code)
    else:
        with pytest.raises(InvalidCredentials):
            second_factor_operations.sign_in_by_code(half, code)


def test_a_code_on_paper_stands_for_the_phone_once(app, clock):
    person, _secret = with_factor()
    code, *_rest = recovery_code_operations.make_codes(person)
    half = second_factor_operations.issue_pending_sign_in(person)
    assert second_factor_operations.sign_in_by_code(half, code.upper())
    with pytest.raises(InvalidCredentials):
        second_factor_operations.sign_in_by_code(half, code)


def test_a_code_on_paper_replaces_no_passphrase_then(app, clock, log):
    person, _secret = with_factor()
    code, *_rest = recovery_code_operations.make_codes(person)
    log()
    with pytest.raises(InvalidCredentials):
        recovery_code_operations.recover_account(
            person.sign_in_name, code, "tujuh perahu biru di teluk", network=HOME
        )
    assert log() == []


def test_guessing_codes_ends_after_ten(app, clock):
    person, secret = with_factor()
    half = second_factor_operations.issue_pending_sign_in(person)
    clock.shift(timedelta(minutes=1))
    for _ in range(TRIES_OF_ACCOUNT):
        with pytest.raises(InvalidCredentials):
            second_factor_operations.sign_in_by_code(half, "000000")
    with pytest.raises(TooManyAttempts):
        second_factor_operations.sign_in_by_code(half, code_of(secret))
    assert second_factor_operations.sign_in_by_code(
        half, code_of(secret), marks=[person.device_mark]
    )


def test_the_first_half_is_worth_nothing_later_or_forged_or_after_a_new_passphrase(app, clock):
    person, _secret = with_factor()
    half = second_factor_operations.issue_pending_sign_in(person)
    assert second_factor_operations.resolve_pending_sign_in(half) == person
    for wrong in (half[:-9] + ("A" if half[-9] != "A" else "B") + half[-8:], "", "x.y.z"):
        with pytest.raises(second_factor_operations.CodeLate):
            second_factor_operations.resolve_pending_sign_in(wrong)
    profile_operations.change_passphrase(person, PASSPHRASE, "tujuh perahu biru di teluk")
    with pytest.raises(second_factor_operations.CodeLate):
        second_factor_operations.resolve_pending_sign_in(half)
    half = second_factor_operations.issue_pending_sign_in(person)
    clock.shift(timedelta(minutes=11))
    with pytest.raises(second_factor_operations.CodeLate):
        second_factor_operations.resolve_pending_sign_in(half)


def test_a_short_passphrase_is_for_those_with_a_second_factor(app, clock):
    alone, (person, _secret) = factories.resident(), with_factor()
    with pytest.raises(Refused):
        profile_operations.change_passphrase(alone, PASSPHRASE, SHORT)
    profile_operations.change_passphrase(person, PASSPHRASE, SHORT)
    with pytest.raises(Refused):
        profile_operations.change_passphrase(person, SHORT, "pendek7")
    with pytest.raises(CodeNeeded):
        enter(person, SHORT)


def test_its_owner_takes_it_away_with_the_passphrase(app, clock, log):
    person, _secret = with_factor()
    log()
    with pytest.raises(InvalidCredentials):
        second_factor_operations.remove_factor(person, person, "salah sama sekali ya")
    second_factor_operations.remove_factor(person, person, PASSPHRASE)
    (entry,) = log()
    assert (entry.kind, entry.details) == ("factor.removed", {"own": 1})
    assert enter(person)


def test_it_stays_while_the_passphrase_is_short(app, clock, log):
    person, _secret = with_factor()
    profile_operations.change_passphrase(person, PASSPHRASE, SHORT)
    log()
    with pytest.raises(Refused):
        second_factor_operations.remove_factor(person, person, SHORT)
    assert log() == []


def test_an_administrator_takes_it_away_for_a_lost_phone(app, clock, log):
    person, _secret = with_factor()
    admin, token = factories.staff(role=Role.ADMIN), account_operations.sign_in(person)
    log()
    with pytest.raises(Refused):
        second_factor_operations.remove_factor(admin, person)
    assert log() == []
    second_factor_operations.remove_factor(admin, person, loss=FactorLoss.STOLEN)
    (entry,) = log()
    assert (entry.details, entry.subject_id) == ({"own": 0, "reason": "stolen"}, person.id)
    assert entry.actor_id == admin.actor_id
    assert person_on_device(token) is None
    told = db.session.scalars(select(Notice).where(Notice.person_id == person.id)).all()
    assert [notice.kind for notice in told] == ["factor.removed"]
    with pytest.raises(Refused):
        second_factor_operations.remove_factor(admin, person, loss=FactorLoss.STOLEN)


def test_an_administrator_takes_the_own_one_away_by_passphrase_alone(app, clock, log):
    admin, _secret = with_factor(factories.staff(role=Role.ADMIN))
    log()
    with pytest.raises(InvalidCredentials):
        second_factor_operations.remove_factor(admin, admin, loss=FactorLoss.LOST)
    assert (log(), factor_since(admin) is None) == ([], False)


@pytest.mark.parametrize("role", [Role.STAFF, Role.MODERATOR, Role.RESEARCHER, Role.EVALUATOR])
def test_nobody_else_takes_it_away(app, clock, log, role):
    person, _secret = with_factor()
    other = factories.staff(role=role)
    log()
    with pytest.raises(Refused):
        second_factor_operations.remove_factor(other, person, loss=FactorLoss.LOST)
    assert (log(), factor_since(person) is None) == ([], False)


def test_a_short_passphrase_left_alone_opens_nothing(app, clock):
    person, _secret = with_factor()
    profile_operations.change_passphrase(person, PASSPHRASE, SHORT)
    second_factor_operations.remove_factor(
        factories.staff(role=Role.ADMIN), person, loss=FactorLoss.LOST
    )
    with pytest.raises(Refused):
        enter(person, SHORT)
