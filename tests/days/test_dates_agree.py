"""A journey over the dates of processes: pages, calendar files and CSV files say the same day."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from html import unescape
from io import StringIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select

from deliberate import clock
from deliberate.database import db
from deliberate.days import end_of_day, parse_time, start_of_day
from deliberate.models import Institution, Process, Proposal
from deliberate.operations.polls.polls import open_poll
from deliberate.operations.processes.processes import open_process, schedule_phase
from deliberate.operations.proposals.supports import support_proposal
from deliberate.queries.processes.processes import list_opened_processes
from deliberate.queries.responses.response_owner import response_owner_id
from deliberate.vocabulary import PhaseKind, PhaseSwitch
from tests import factories
from tests.client import anonymous_client, signed_in_client
from tests.sample_city import CITY_NOW

DAY = re.compile(r"\b(\d{1,2}) ([A-Z][a-z]{2}) (\d{4})\b")
WEEKDAY = re.compile(r"\b[A-Z][a-z]+day (\d{1,2} [A-Z][a-z]+)(?: (\d{4}))?(?:, (\d{2}:\d{2}))?")
SLUG = "new-york"
PHASES = (
    (PhaseKind.IDEAS, date(2026, 2, 1), date(2026, 2, 28)),
    (PhaseKind.DISCUSSION, date(2026, 3, 1), date(2026, 3, 31)),  # the clocks change
    (PhaseKind.RESPONSE, date(2026, 4, 1), date(2026, 5, 31)),
)


@dataclass(frozen=True)
class Dates:
    """The dates of a process in its calendar file: first and last days, or moments there."""

    phases: set[tuple[date, date]]
    polls: dict[int, datetime | date]
    due: dict[int, date]
    meetings: set[date] = field(default_factory=set)
    answers: dict[int, date] = field(default_factory=dict)


@pytest.fixture
def city(city_copy: Flask) -> Iterator[Flask]:
    """Yield the sample city with a process in another zone, two polls and an owed response."""
    with city_copy.app_context(), clock.override_now(CITY_NOW):
        institution = factories.create_institution("taman")
        process = Process(
            slug=SLUG,
            title="Taman",
            question="Apa dahulu?",
            open_points="Urutan",
            fixed_points="Anggaran",
            timezone="America/New_York",
            support_threshold=1,
        )
        open_process(None, process, [(institution, "lead")])
        for kind, first, last in PHASES:
            begins, ends = start_of_day(process, first), end_of_day(process, last)
            schedule_phase(None, process, kind, begins, ends, [*PhaseSwitch])
        staff = factories.create_staff(institution)
        for end in ("2026-03-10 18.30", "2026-03-11"):
            open_poll(staff, process, "Mana?", ["A", "B"], parse_time(process, end, is_end=True))
        support_proposal(factories.create_resident(), factories.create_proposal(process))
        yield city_copy
        db.session.remove()


def read_calendar(client: FlaskClient, slug: str) -> Dates:
    """Return the dates in the calendar file of a process."""
    file = client.get(f"/processes/{slug}/calendar.ics?lang=en").data
    dates = Dates(set(), {}, {})
    for event in Calendar.from_ical(file).walk("VEVENT"):
        name, _dash, number = str(event["uid"]).partition("@")[0].partition("-")
        begins, ends = event["dtstart"].dt, event["dtend"].dt
        if name == "poll":
            dates.polls[int(number)] = ends
        elif name == "meeting":
            dates.meetings.add(begins)
        elif name == "due":
            assert ends - begins == timedelta(days=1)
            dates.due[int(number)] = begins
        elif name == "answer":
            dates.answers[int(number)] = begins
        else:
            dates.phases.add((begins, ends - timedelta(days=1)))
    return dates


def text_of(html: str) -> str:
    """Return the words of the content of a page, without its markup."""
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def days_in(text: str) -> set[date]:
    """Return the days written as 1 Mar 2026 in a text."""
    return {datetime.strptime(" ".join(day), "%d %b %Y").date() for day in DAY.findall(text)}


def ends_in(text: str) -> set[tuple[date, str]]:
    """Return the ends written as Thursday 10 December, with the hour if there is one."""
    return {
        (datetime.strptime(f"{day} {year or CITY_NOW.year}", "%d %B %Y").date(), hour)
        for day, year, hour in WEEKDAY.findall(text)
    }


def as_said(ends: datetime | date) -> tuple[date, str]:
    """Return an end in a calendar file as people say it: the last day, with an hour within it."""
    if not isinstance(ends, datetime):
        return ends - timedelta(days=1), ""
    if f"{ends:%H:%M}" == "00:00":
        return ends.date() - timedelta(days=1), ""
    return ends.date(), f"{ends:%H:%M}"


def process_slugs() -> list[str]:
    """Return the slugs of all processes that residents see."""
    return [process.slug for process in list_opened_processes(None, 20)]


def test_process_page_shows_the_phases_of_its_calendar(city: Flask) -> None:
    client = anonymous_client(city)
    slugs = process_slugs()
    assert SLUG in slugs and len(slugs) > 1
    for slug in slugs:
        text = text_of(client.get(f"/en/processes/{slug}").text)
        periods = {
            tuple(sorted(days_in(match[0])))
            for match in re.finditer(rf"{DAY.pattern} – {DAY.pattern}", text)
        }
        assert read_calendar(client, slug).phases <= periods, slug


def test_draft_text_shows_the_deadline_of_its_answers_in_the_calendar(city: Flask) -> None:
    client, drafts = anonymous_client(city), 0
    for slug in process_slugs():
        for draft, day in read_calendar(client, slug).answers.items():
            assert day in days_in(text_of(client.get(f"/en/documents/{draft}").text))
            drafts += 1
    assert drafts


def test_process_page_shows_the_meetings_of_its_calendar(city: Flask) -> None:
    client, meetings = anonymous_client(city), 0
    for slug in process_slugs():
        days = read_calendar(client, slug).meetings
        assert days <= days_in(text_of(client.get(f"/en/processes/{slug}").text)), slug
        meetings += len(days)
    assert meetings > 1


def test_every_date_on_the_page_of_a_process_elsewhere_is_in_its_calendar(city: Flask) -> None:
    client = anonymous_client(city)
    dates = read_calendar(client, SLUG)
    text = text_of(client.get(f"/en/processes/{SLUG}").text)
    assert dates.phases == {(first, last) for _kind, first, last in PHASES}
    assert days_in(text) == {day for phase in dates.phases for day in phase}
    polls = {as_said(ends) for ends in dates.polls.values()}
    assert polls == {(date(2026, 3, 10), "18:30"), (date(2026, 3, 11), "")}
    assert ends_in(text) == polls | {(date(2026, 3, 31), "")}  # until when proposals are taken


def test_poll_page_closes_when_the_calendar_of_its_process_says(city: Flask) -> None:
    client = anonymous_client(city)
    calendars = [read_calendar(client, slug).polls for slug in process_slugs()]
    polls = {poll_id: ends for calendar in calendars for poll_id, ends in calendar.items()}
    assert len(polls) > 2
    for poll_id, ends in polls.items():
        text = text_of(client.get(f"/en/polls/{poll_id}").text)
        assert as_said(ends) in ends_in(text[text.index(" Closes ") :]), poll_id


def test_proposal_page_calendar_and_list_give_one_due_day(city: Flask) -> None:
    client = anonymous_client(city)
    rows = csv.DictReader(StringIO(client.get("/en/proposals/list.csv").text))
    due_in_list = {int(row["number"]): row["due"] for row in rows if row["due"]}
    calendars = [read_calendar(client, slug).due for slug in process_slugs()]
    due_in_calendar = {id_: day for due in calendars for id_, day in due.items()}
    shown = set()
    for proposal_id, day in due_in_calendar.items():
        assert due_in_list[proposal_id] == day.isoformat()
        page = client.get(f"/en/proposals/{proposal_id}", follow_redirects=True).text
        due = re.search(r"Response due (\d+ \w+ \d+)", text_of(page))
        if due is not None:  # the page of an overdue response counts the days instead
            assert days_in(due[1]) == {day}, proposal_id
            shown.add(proposal_id)
    newest = db.session.scalars(select(Proposal.id).order_by(Proposal.id.desc())).first()
    assert newest in shown and len(shown) > 1


def test_desk_file_gives_the_due_day_of_the_calendar(city: Flask) -> None:
    due = read_calendar(anonymous_client(city), SLUG).due
    (proposal,) = (db.session.get_one(Proposal, proposal_id) for proposal_id in due)
    owner = db.session.get_one(Institution, response_owner_id(proposal))
    staff = factories.create_staff(owner)
    rows = csv.DictReader(StringIO(signed_in_client(city, staff).get("/en/desk/cases.csv").text))
    due_days = {int(row["proposal"]): row["due_on"] for row in rows}
    assert {proposal_id: due_days.get(proposal_id) for proposal_id in due} == {
        proposal_id: day.isoformat() for proposal_id, day in due.items()
    }


def test_pages_name_the_zone_of_a_process_elsewhere_beside_its_dates(city: Flask) -> None:
    client = anonymous_client(city)
    (poll_id, *_more) = read_calendar(client, SLUG).polls
    for path in (f"/processes/{SLUG}", f"/polls/{poll_id}", "/processes"):
        assert "(New York Time)" in text_of(client.get(f"/en{path}").text), path
        assert "(Waktu New York)" in text_of(client.get(f"/id{path}").text), path
    assert "Time)" not in text_of(client.get("/en/processes/kipp-1a").text)
