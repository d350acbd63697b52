"""Sign-in by passphrase, sessions, and limits on failed attempts."""

from datetime import timedelta

import pytest

from deliberate.clock import now
from deliberate.operations.accounts import devices
from deliberate.operations.accounts.devices import sign_out, touch_device
from deliberate.operations.accounts.registration import join
from deliberate.operations.accounts.roles import grant_role
from deliberate.operations.accounts.sign_in import InvalidCredentials, sign_in_by_passphrase
from deliberate.operations.site import rate_limits
from deliberate.operations.site.rate_limits import (
    FRESH_ATTEMPTS,
    SIGN_IN,
    TooManyAttempts,
    network_of,
)
from deliberate.queries.accounts.devices import get_person_by_device_token
from deliberate.vocabulary import Role
from tests import factories
from tests.factories import PASSPHRASE

NETWORK = "203.0.113.5"


def enter_passphrase(name: str, passphrase: str = PASSPHRASE, **more: object):
    context = factories.request_from(str(more.pop("network", NETWORK)))
    return sign_in_by_passphrase(name, passphrase, context=context, **more)


def fail_to_sign_in(times: int, name: str = "dwi", network: str = NETWORK, **more: object) -> None:
    for _ in range(times):
        with pytest.raises(InvalidCredentials):
            enter_passphrase(name, "bukan yang benar sama sekali", network=network, **more)


def test_sign_in_requires_right_passphrase(app):
    person = join("dwi", "Dwi", PASSPHRASE)
    assert enter_passphrase("DWI ")[0] == person
    fail_to_sign_in(1, "dwi")
    fail_to_sign_in(1, "nobody")


def test_passphrase_matches_after_unicode_normalization(app):
    join("dwi", "Dwi", "kopi pahit di café rumah")
    assert enter_passphrase("dwi", "kopi pahit di cafe\u0301 rumah")


def test_sign_in_records_one_row_and_returns_new_token(app, log):
    person = factories.create_resident()
    log()
    tokens = {enter_passphrase(person.sign_in_name)[1] for _ in range(2)}
    assert len(tokens) == 2
    assert [entry.kind for entry in log()] == ["person.signed_in"] * 2


def test_sign_in_ends_replaced_device(app):
    person = factories.create_resident()
    old = enter_passphrase(person.sign_in_name)[1]
    new = enter_passphrase(person.sign_in_name, replaced_token=old)[1]
    assert get_person_by_device_token(old) is None
    assert get_person_by_device_token(new) == person


def test_sign_out_ends_one_device(app, log):
    person = factories.create_resident()
    here, there = devices.sign_in(person), devices.sign_in(person)
    log()
    sign_out(person, here)
    (entry,) = log()
    assert entry.kind == "person.signed_out"
    assert get_person_by_device_token(here) is None
    assert get_person_by_device_token(there) == person


def test_resident_session_expires_after_thirty_days(app, clock):
    token = devices.sign_in(factories.create_resident())
    clock.shift(timedelta(days=29))
    assert get_person_by_device_token(token)
    clock.shift(timedelta(days=2))
    assert get_person_by_device_token(token) is None


def test_staff_session_expires_after_idle_half_hour(app, clock):
    token = devices.sign_in(factories.create_staff())
    clock.shift(timedelta(minutes=29))
    touch_device(token)
    clock.shift(timedelta(minutes=29))
    assert get_person_by_device_token(token)
    clock.shift(timedelta(minutes=31))
    assert get_person_by_device_token(token) is None


def test_role_change_signs_out_all_devices(app, log):
    person = factories.create_resident()
    token = devices.sign_in(person)
    log()
    grant_role(None, person, Role.MODERATOR)
    (entry,) = log()
    assert (entry.kind, entry.details) == ("role.granted", {"role": "moderator"})
    assert get_person_by_device_token(token) is None


def test_sign_in_waits_after_ten_failures_even_with_right_passphrase(app, clock):
    join("dwi", "Dwi", PASSPHRASE)
    fail_to_sign_in(SIGN_IN.account)
    with pytest.raises(TooManyAttempts) as refused:
        enter_passphrase("dwi")
    assert refused.value.retry_at == now() + timedelta(minutes=1)
    clock.shift(timedelta(minutes=1, seconds=1))
    assert enter_passphrase("dwi")


def test_sign_in_delays_double_up_to_an_hour(app, clock):
    join("dwi", "Dwi", PASSPHRASE)
    fail_to_sign_in(SIGN_IN.account)
    waits = []
    for _ in range(8):
        with pytest.raises(TooManyAttempts) as refused:
            enter_passphrase("dwi")
        waits.append(int((refused.value.retry_at - now()).total_seconds() / 60))
        clock.move_to(refused.value.retry_at)
        fail_to_sign_in(1)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_sign_in_limit_counts_unknown_names(app, clock):
    fail_to_sign_in(SIGN_IN.account, "nobody")
    with pytest.raises(TooManyAttempts):
        enter_passphrase("nobody")


def test_sign_in_limit_does_not_lock_out_other_network(app, clock):
    join("dwi", "Dwi", PASSPHRASE)
    fail_to_sign_in(SIGN_IN.account)
    assert enter_passphrase("dwi", network="198.51.100.7")


def test_sign_in_limit_does_not_lock_out_known_device(app, clock):
    person = join("dwi", "Dwi", PASSPHRASE)
    fail_to_sign_in(SIGN_IN.account)
    assert enter_passphrase("dwi", device_cookies=[person.device_cookie])
    with pytest.raises(TooManyAttempts):
        enter_passphrase("dwi", device_cookies=["mark of somebody else"])


def test_sign_in_limit_applies_to_known_device(app, clock):
    person = join("dwi", "Dwi", PASSPHRASE)
    fail_to_sign_in(SIGN_IN.account, device_cookies=[person.device_cookie])
    with pytest.raises(TooManyAttempts):
        enter_passphrase("dwi", device_cookies=[person.device_cookie])


def fail_as_others(count):
    for number in range(count):
        fail_to_sign_in(1, f"name{number}")


def test_failures_of_others_in_a_network_do_not_stop_a_person_in_it(app, clock):
    join("dwi", "Dwi", PASSPHRASE)
    fail_as_others(SIGN_IN.network + 5)
    assert enter_passphrase("dwi")


def test_failures_of_others_delay_a_name_that_failed_by_seconds(app, clock):
    join("dwi", "Dwi", PASSPHRASE)
    fail_to_sign_in(FRESH_ATTEMPTS)
    fail_as_others(SIGN_IN.network + 20)
    with pytest.raises(TooManyAttempts) as refused:
        enter_passphrase("dwi")
    assert refused.value.retry_at == now() + timedelta(seconds=10)
    clock.shift(timedelta(seconds=10))
    assert enter_passphrase("dwi")


def test_sign_in_with_a_new_name_each_time_is_delayed_in_the_end(app, clock, monkeypatch):
    monkeypatch.setattr(rate_limits, "FRESH_FACTOR", 2)
    fail_as_others(SIGN_IN.network * 2)
    with pytest.raises(TooManyAttempts) as refused:
        enter_passphrase("dwi")
    assert refused.value.retry_at == now() + timedelta(seconds=1)


def test_account_is_guessed_at_most_a_hundred_times_from_all_networks(app, clock):
    person = join("dwi", "Dwi", PASSPHRASE)
    for number in range(SIGN_IN.everywhere // 5):
        fail_to_sign_in(5, network=f"198.51.100.{number}")
    with pytest.raises(TooManyAttempts) as refused:
        enter_passphrase("dwi", network="203.0.113.9")
    assert refused.value.retry_at <= now() + timedelta(minutes=5)
    assert enter_passphrase("dwi", device_cookies=[person.device_cookie])


def test_sign_in_limit_of_network_is_not_reset_by_success(app, clock):
    join("dwi", "Dwi", PASSPHRASE)
    fail_to_sign_in(FRESH_ATTEMPTS, "other")
    for number in range(SIGN_IN.network - FRESH_ATTEMPTS):
        fail_to_sign_in(1, f"name{number}")
        if number % 7 == 1:
            enter_passphrase("dwi")
    with pytest.raises(TooManyAttempts):
        enter_passphrase("other")


def test_failed_attempts_expire_after_a_day(app, clock):
    fail_to_sign_in(SIGN_IN.account - 1)
    clock.shift(timedelta(hours=25))
    fail_to_sign_in(SIGN_IN.account)


def test_network_of_ipv6_is_its_64_prefix():
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2:ffff::1") == "2001:db8:1:2::"
    assert network_of("203.0.113.5") != network_of("203.0.113.6")
    assert network_of("") == "unknown"
