"""Working days: by hand, by property, and across the holidays of Idul Fitri."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberate.models import Process
from deliberate.queries.processes import working_days as working_day_queries
from deliberate.queries.processes.working_days import (
    add_working_days,
    is_working_day,
    last_day,
    moved,
    response_due,
    working_days_between,
)

DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
COUNTS = st.integers(0, 60)


def process(days: int = 20, **columns: object) -> Process:
    return Process(timezone="Asia/Makassar", calendar="ID", response_days=days, **columns)


def at(day: int, month: int = 3, hour: int = 1) -> datetime:
    """An hour of a day in 2026, UTC; one o'clock is nine in the morning in Nusantara."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize("day", [18, 19, 20, 23, 24])
def test_idul_fitri_with_collective_leave_is_no_working_time(day):
    assert not is_working_day(date(2026, 3, day))


@pytest.mark.parametrize("day", [17, 25, 26])
def test_the_days_around_it_are(day):
    assert is_working_day(date(2026, 3, day))


@pytest.mark.parametrize(
    ("asked", "days", "last"),
    [
        (date(2026, 3, 2), 20, date(2026, 4, 7)),  # Nyepi, Idul Fitri, leave, Good Friday between
        (date(2026, 3, 16), 3, date(2026, 3, 26)),
        (date(2026, 3, 13), 1, date(2026, 3, 16)),  # over a weekend
        (date(2026, 3, 14), 1, date(2026, 3, 16)),  # asked on a Saturday
        (date(2026, 12, 23), 2, date(2026, 12, 29)),  # Christmas and its leave
        (date(2026, 8, 14), 5, date(2026, 8, 24)),  # Independence Day
    ],
)
def test_days_counted_by_hand(asked, days, last):
    assert add_working_days(asked, days) == last
    assert working_days_between(asked, last) == days


def test_what_is_due_is_due_at_the_end_of_its_day_where_the_process_is():
    due = response_due(process(), at(2))
    assert due == datetime(2026, 4, 7, 16, tzinfo=UTC)
    assert last_day(process(), due) == date(2026, 4, 7)


def test_late_in_the_evening_it_is_already_tomorrow_in_nusantara():
    assert last_day(process(1), response_due(process(1), at(2, hour=17))) == date(2026, 3, 4)


def test_another_country_has_its_own_holidays():
    assert is_working_day(date(2026, 3, 23), "GB-ENG")
    assert not is_working_day(date(2026, 5, 4), "GB-ENG")


def test_an_installation_may_add_days(tmp_path, monkeypatch):
    days = tmp_path / "days.txt"
    days.write_text("# pilkada\n2026-03-03 daerah libur\n\n", encoding="utf-8")
    monkeypatch.setattr(working_day_queries, "_added", lambda: working_day_queries._own(str(days)))
    assert not is_working_day(date(2026, 3, 3))
    assert add_working_days(date(2026, 3, 2), 1) == date(2026, 3, 4)
    assert working_days_between(date(2026, 3, 2), date(2026, 3, 4)) == 1


@given(DAYS, COUNTS)
def test_between_undoes_adding(day, count):
    assert working_days_between(day, add_working_days(day, count)) == count


@given(DAYS, COUNTS, COUNTS)
def test_adding_twice_is_adding_once(day, one, two):
    assert add_working_days(add_working_days(day, one), two) == add_working_days(day, one + two)


@given(DAYS, COUNTS)
def test_what_is_due_falls_on_a_working_day(day, count):
    assert count == 0 or is_working_day(add_working_days(day, count))


@given(DAYS, st.integers(1, 60))
def test_going_back_undoes_going_on_from_a_working_day(day, count):
    first = add_working_days(day, 1)
    assert add_working_days(add_working_days(first, count), -count) == first


@given(DAYS, DAYS, DAYS)
def test_days_between_add_up(one, two, three):
    whole = working_days_between(one, three)
    assert whole == working_days_between(one, two) + working_days_between(two, three)


@given(DAYS, DAYS)
def test_counting_fast_is_counting_one_by_one(one, two):
    first, last = min(one, two), min(max(one, two), min(one, two) + timedelta(days=400))
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    assert working_days_between(first, last) == sum(is_working_day(day) for day in days)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.integers(1, 10))
def test_a_pause_taken_back_whole_leaves_the_deadline(asked, days):
    due = response_due(process(), asked.replace(tzinfo=UTC))
    assert moved(process(), moved(process(), due, days), -days) == due
