"""Working days and deadlines: examples counted by hand, and properties."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberate.days import last_day, local_date
from deliberate.models import Process
from deliberate.queries.processes import working_days as working_day_queries
from deliberate.queries.processes.working_days import (
    add_process_days,
    add_working_days,
    is_working_day,
    response_deadline,
    shift_deadline,
    working_days_between,
    working_days_elapsed,
)

DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
COUNTS = st.integers(0, 60)


def process(days: int = 20, **columns: object) -> Process:
    return Process(timezone="Asia/Makassar", calendar="ID", response_days=days, **columns)


def at(day: int, month: int = 3, hour: int = 1) -> datetime:
    """Return an hour of a day in 2026 in UTC; 1:00 is 9:00 in Nusantara."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize("day", [18, 19, 20, 23, 24])
def test_idul_fitri_with_collective_leave_has_no_working_days(day):
    assert not is_working_day(date(2026, 3, day))


@pytest.mark.parametrize("day", [17, 25, 26])
def test_days_around_idul_fitri_are_working_days(day):
    assert is_working_day(date(2026, 3, day))


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        (date(2026, 3, 2), 20, date(2026, 4, 7)),  # Nyepi, Idul Fitri, leave, Good Friday between
        (date(2026, 3, 16), 3, date(2026, 3, 26)),
        (date(2026, 3, 13), 1, date(2026, 3, 16)),  # over a weekend
        (date(2026, 3, 14), 1, date(2026, 3, 16)),  # starts on a Saturday
        (date(2026, 12, 23), 2, date(2026, 12, 29)),  # Christmas and its leave
        (date(2026, 8, 14), 5, date(2026, 8, 24)),  # Independence Day
    ],
)
def test_working_days_equal_days_counted_by_hand(start, days, last):
    assert add_working_days(start, days) == last
    assert working_days_between(start, last) == days


def test_deadline_is_the_end_of_the_day_in_the_time_zone_of_the_process():
    due = response_deadline(process(), at(2))
    assert due == datetime(2026, 4, 7, 16, tzinfo=UTC)
    assert last_day(process(), due) == date(2026, 4, 7)


def test_deadline_counts_from_the_local_date():
    assert last_day(process(1), response_deadline(process(1), at(2, hour=17))) == date(2026, 3, 4)


def test_holidays_follow_the_calendar_of_the_process():
    assert is_working_day(date(2026, 3, 23), "GB-ENG")
    assert not is_working_day(date(2026, 5, 4), "GB-ENG")


def test_holidays_are_added_by_the_installation(tmp_path, monkeypatch):
    days = tmp_path / "days.txt"
    days.write_text("# pilkada\n2026-03-03 daerah libur\n\n", encoding="utf-8")
    holidays = working_day_queries._read_holidays_file(str(days))
    monkeypatch.setattr(working_day_queries, "_installation_holidays", lambda: holidays)
    assert not is_working_day(date(2026, 3, 3))
    assert add_working_days(date(2026, 3, 2), 1) == date(2026, 3, 4)
    assert working_days_between(date(2026, 3, 2), date(2026, 3, 4)) == 1


@given(DAYS, COUNTS)
def test_working_days_between_inverts_adding(day, count):
    assert working_days_between(day, add_working_days(day, count)) == count


@given(DAYS, COUNTS, COUNTS)
def test_adding_working_days_twice_equals_adding_the_sum(day, first, second):
    total = add_working_days(day, first + second)
    assert add_working_days(add_working_days(day, first), second) == total


@given(DAYS, COUNTS)
def test_deadline_is_a_working_day(day, count):
    assert count == 0 or is_working_day(add_working_days(day, count))


@given(DAYS, st.integers(1, 60))
def test_subtracting_working_days_inverts_adding(day, count):
    first = add_working_days(day, 1)
    assert add_working_days(add_working_days(first, count), -count) == first


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
ZONES = st.sampled_from(
    ["Asia/Makassar", "Asia/Jakarta", "America/New_York", "Pacific/Apia", "Africa/Casablanca"]
)


@given(MOMENTS, MOMENTS, ZONES)
def test_working_days_elapsed_are_never_negative(first, last, zone):
    place = Process(timezone=zone, calendar="ID")
    assert working_days_elapsed(place, first, last) >= 0
    assert working_days_elapsed(place, max(first, last), min(first, last)) == 0


@given(MOMENTS, ZONES, st.integers(1, 60), st.sets(DAYS, max_size=3))
def test_deadline_is_the_counted_day_where_the_process_is(asked, zone, days, off):
    place = Process(
        timezone=zone,
        calendar="ID",
        response_days=days,
        days_off={day.isoformat(): "Libur" for day in off},
    )
    due = response_deadline(place, asked)
    assert last_day(place, due) == add_process_days(place, local_date(place, asked), days)
    assert working_days_elapsed(place, asked, due - timedelta(microseconds=1)) == days


@given(DAYS, DAYS, DAYS)
def test_working_days_between_add_up(first, second, third):
    total = working_days_between(first, third)
    assert total == working_days_between(first, second) + working_days_between(second, third)


@given(DAYS, DAYS)
def test_working_days_between_equals_counting_each_day(start, end):
    first = min(start, end)
    last = min(max(start, end), first + timedelta(days=400))
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    assert working_days_between(first, last) == sum(is_working_day(day) for day in days)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.integers(1, 10))
def test_deadline_is_unchanged_after_a_pause_without_used_days(asked, days):
    due = response_deadline(process(), asked.replace(tzinfo=UTC))
    assert shift_deadline(process(), shift_deadline(process(), due, days), -days) == due
