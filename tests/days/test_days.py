"""Days and hours in the zones of the world: what is typed is what is shown."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask_babel import force_locale
from hypothesis import example, given
from hypothesis import strategies as st

from deliberate.days import (
    Place,
    SkippedTime,
    UnreadableTime,
    Zone,
    date_text,
    end_of_day,
    end_text,
    input_time,
    is_between_days,
    last_day,
    local_date,
    parse_time,
    period_text,
    start_of_day,
    start_text,
    zone_name,
)

ZONES = st.sampled_from(
    [
        "Asia/Makassar",
        "Asia/Jakarta",
        "America/New_York",
        "Pacific/Apia",
        "Africa/Casablanca",
        "America/Havana",  # the clocks skip and repeat midnight
        "Africa/Cairo",
        "America/Nuuk",
        "Australia/Lord_Howe",  # by half an hour
        "Asia/Kathmandu",
        "UTC",
    ]
).map(Zone)
DAYS = st.dates(date(2012, 1, 1), date(2040, 12, 31))
MINUTES = st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0))
MAKASSAR, NEW_YORK = Zone("Asia/Makassar"), Zone("America/New_York")


@pytest.fixture
def reader(make_sqlite_app: Callable[[], Flask]) -> Iterator[None]:
    """Enter a request in English, for texts in the reader's language."""
    with make_sqlite_app().test_request_context("/en/"), force_locale("en"):
        yield


@given(ZONES, DAYS)
def test_day_ends_after_its_last_moment_everywhere(place: Place, day: date) -> None:
    assert last_day(place, end_of_day(place, day)) == day
    assert local_date(place, start_of_day(place, day)) == day
    assert (
        start_of_day(place, day)
        < end_of_day(place, day)
        == start_of_day(place, day + timedelta(days=1))
    )
    assert is_between_days(place, end_of_day(place, day))


@given(ZONES, DAYS)
def test_last_moment_of_a_day_belongs_to_it(place: Place, day: date) -> None:
    assert local_date(place, end_of_day(place, day) - timedelta(microseconds=1)) == day
    assert local_date(place, start_of_day(place, day) - timedelta(microseconds=1)) == (
        day - timedelta(days=1)
    )


@given(ZONES, DAYS)
def test_day_typed_as_an_end_is_its_last_day(place: Place, day: date) -> None:
    assert last_day(place, parse_time(place, day.isoformat(), is_end=True)) == day
    assert last_day(place, parse_time(place, f"{day} 24.00")) == day
    assert local_date(place, parse_time(place, day.isoformat())) == day


@given(ZONES, DAYS, MINUTES, st.booleans())
@example(NEW_YORK, date(2026, 3, 8), time(2, 30), False)
@example(NEW_YORK, date(2026, 11, 1), time(1, 30), True)
def test_time_typed_is_the_time_shown_or_refused(
    place: Place, day: date, at: time, is_end: bool
) -> None:
    try:
        moment = parse_time(place, f"{day} {at:%H.%M}", is_end=is_end)
    except SkippedTime:
        local = datetime.combine(day, at, ZoneInfo(place.timezone))
        assert local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) != (
            local.replace(tzinfo=None)
        )
    else:
        assert moment.tzinfo is UTC
        assert input_time(place, moment) == f"{day}T{at:%H:%M}"


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-10T18:30",
        "2026-12-10 18:30",
        "2026-12-10 18.30",
        "2026-12-10, 18.30",
        "2026-12-10T18:30:00",
        "2026-12-10T17:30+07:00",
        "2026-12-10 10.30 UTC",
    ],
)
def test_half_past_six_is_read_however_it_is_typed(text: str) -> None:
    assert parse_time(MAKASSAR, text) == datetime(2026, 12, 10, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2026-02-30",
        "2026-12-10 25.00",
        "2026-12-10 24.01",
        "2026-12-10 18,30",
        "2026-12-10T18:30:15",
        "2026-12-10T18:30+25:00",
        "10.12.2026",
    ],
)
def test_unreadable_time_is_refused(text: str) -> None:
    with pytest.raises(UnreadableTime):
        parse_time(MAKASSAR, text)


def test_hour_that_the_clocks_skip_is_refused() -> None:
    with pytest.raises(SkippedTime):
        parse_time(NEW_YORK, "2026-03-08 02.30")


def test_hour_that_the_clocks_repeat_begins_with_the_first_and_ends_with_the_second() -> None:
    first = parse_time(NEW_YORK, "2026-11-01 01.30")
    assert parse_time(NEW_YORK, "2026-11-01 01.30", is_end=True) - first == timedelta(hours=1)


@pytest.mark.parametrize(
    ("language", "whole_day", "within"),
    [
        ("en", "Thursday 10 December", "Thursday 10 December, 18:30"),
        ("id", "Kamis 10 Desember", "Kamis 10 Desember, 18.30"),
    ],
)
def test_end_is_written_as_people_say_it(
    reader: None, clock: object, language: str, whole_day: str, within: str
) -> None:
    with force_locale(language):
        assert end_text(end_of_day(MAKASSAR, date(2026, 12, 10)), MAKASSAR) == whole_day
        assert end_text(parse_time(MAKASSAR, "2026-12-10 18.30"), MAKASSAR) == within
        assert start_text(start_of_day(MAKASSAR, date(2026, 12, 10)), MAKASSAR) == whole_day


def test_end_in_another_year_names_the_year(reader: None, clock: object) -> None:
    assert end_text(end_of_day(MAKASSAR, date(2027, 1, 1)), MAKASSAR) == "Friday 1 January 2027"


def test_zone_is_named_only_where_it_differs_from_the_site(reader: None) -> None:
    moment = datetime(2026, 3, 2, 3, tzinfo=UTC)
    assert date_text(moment, place=MAKASSAR) == "2 Mar 2026"
    assert date_text(moment, place=NEW_YORK) == "1 Mar 2026 (New York Time)"
    with force_locale("id"):
        assert date_text(moment, place=NEW_YORK) == "1 Mar 2026 (Waktu New York)"
    first = start_of_day(NEW_YORK, date(2026, 3, 1))
    assert period_text(first, end_of_day(NEW_YORK, date(2026, 3, 10)), NEW_YORK) == (
        "1 Mar 2026 – 10 Mar 2026 (New York Time)"
    )


@pytest.mark.parametrize("zone", ["UTC", "Factory", "Etc/GMT+5", "US/Eastern"])
def test_zone_without_a_city_has_a_name(reader: None, zone: str) -> None:
    assert zone_name(Zone(zone)).strip()
