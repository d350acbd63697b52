"""Feeds and calendars: content, validity, conditional requests."""

import json
import re
from datetime import date, timedelta
from html import unescape
from xml.etree import ElementTree as Xml

import pytest
from icalendar import Calendar
from sqlalchemy import select

from deliberate.clock import now
from deliberate.database import db
from deliberate.days import end_of_day, start_of_day
from deliberate.models import Poll, Proposal
from deliberate.operations.polls.polls import change_poll, open_poll
from deliberate.operations.processes.processes import schedule_phase
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.responses.cases import pause_clock
from deliberate.operations.responses.responses import publish_response
from deliberate.vocabulary import PhaseKind, PollChangeReason, ResponseDecision, Role
from tests import factories
from tests.client import anonymous_client

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def institution(app):
    return factories.create_institution("sarpras")


@pytest.fixture
def proposal(institution):
    proposal = factories.create_qualified_proposal(institution)
    publish_response(
        factories.create_staff(institution),
        proposal,
        ResponseDecision.ACCEPTED,
        "Ya & siap <40>",
        "Dibangun.",
    )
    return proposal


def feed_urls(proposal, institution):
    return [
        "/feed",
        f"/proposals/{proposal.id}/feed",
        f"/processes/{proposal.process.slug}/feed",
        f"/institutions/{institution.slug}/feed",
    ]


def test_feeds_contain_the_response_in_both_formats(app, proposal, institution):
    for url in feed_urls(proposal, institution):
        atom = Xml.fromstring(anonymous_client(app).get(f"{url}.atom").data)
        feed = json.loads(anonymous_client(app).get(f"{url}.json").data)
        summaries = [entry.findtext(f"{ATOM}summary") for entry in atom.iter(f"{ATOM}entry")]
        assert "Ya & siap <40>" in summaries
        assert "Ya & siap <40>" in [item["content_text"] for item in feed["items"]]
        ids = [entry.findtext(f"{ATOM}id") for entry in atom.iter(f"{ATOM}entry")]
        assert ids == [item["id"] for item in feed["items"]] and len(set(ids)) == len(ids)


def test_feed_in_atom_has_the_required_elements(app, proposal):
    atom = Xml.fromstring(anonymous_client(app).get(f"/proposals/{proposal.id}/feed.atom").data)
    for part in (atom, *atom.iter(f"{ATOM}entry")):
        assert all(part.findtext(ATOM + name) for name in ("id", "title", "updated"))
    assert atom.find(f"{ATOM}author/{ATOM}name") is not None


def test_feed_without_changes_is_not_modified(app, proposal):
    browser = anonymous_client(app)
    first = browser.get("/feed.atom")
    second = browser.get("/feed.atom", headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 304


def test_feed_language_follows_its_url(app, proposal):
    assert "Response to" in anonymous_client(app).get("/feed.json?lang=en").text
    assert "Response to" not in anonymous_client(app).get("/feed.json?lang=id").text


def test_calendar_has_phases_and_due_dates_in_the_time_zone_of_the_process(app, institution, clock):
    proposal = factories.create_qualified_proposal(institution)
    response = anonymous_client(app).get(f"/processes/{proposal.process.slug}/calendar.ics?lang=en")
    lines = response.data.decode().replace("\r\n ", "").split("\r\n")
    assert response.mimetype == "text/calendar" and lines[0] == "BEGIN:VCALENDAR"
    assert "DTSTART;TZID=Asia/Makassar:20260301T090000" in lines
    assert "DTSTART;VALUE=DATE:20260407" in lines and "TZOFFSETTO:+0800" in lines
    assert all(len(line.encode()) <= 75 for line in response.data.decode().split("\r\n"))


def read_events(app, process, **headers):
    """Return the events of the calendar of a process by their UID."""
    data = (
        anonymous_client(app).get(f"/processes/{process.slug}/calendar.ics", headers=headers).data
    )
    return {str(event["uid"]): event for event in Calendar.from_ical(data).walk("VEVENT")}


@pytest.fixture
def process(institution, clock):
    """Return a process with a phase of whole days, a poll and an owed response."""
    process = factories.create_process(institution, threshold=1)
    admin = factories.create_staff(institution, Role.ADMIN)
    schedule_phase(
        admin,
        process,
        PhaseKind.DELIVERY,
        start_of_day(process, date(2026, 6, 1)),
        end_of_day(process, date(2026, 6, 30)),
        [],
    )
    open_poll(
        factories.create_staff(institution),
        process,
        "Mana dahulu?",
        ["Trotoar", "Halte"],
        now() + timedelta(days=7),
    )
    support_proposal(factories.create_resident(), factories.create_proposal(process))
    return process


def named(events, name):
    return next(event for uid, event in events.items() if uid.startswith(name))


def test_calendar_event_of_whole_days_ends_on_the_day_after_the_last(app, process):
    phase = process.phases[-1]
    event = read_events(app, process)[f"phase-{phase.id}@127.0.0.1"]
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2026, 6, 1), date(2026, 7, 1))


def test_calendar_has_the_opening_and_the_closing_of_polls(app, process):
    poll = db.session.scalars(select(Poll)).one()
    event = named(read_events(app, process), "poll")
    assert (event["dtstart"].dt, event["dtend"].dt) == (poll.opens_at, poll.closes_at)


def test_calendar_ids_do_not_depend_on_the_host_of_the_request(app, process):
    assert set(read_events(app, process)) == set(read_events(app, process, Host="other.example"))


def test_calendar_is_never_stamped_in_the_future(app, clock, process):
    assert all(event["dtstamp"].dt <= now() for event in read_events(app, process).values())


def test_calendar_event_that_moves_has_a_higher_sequence_and_a_later_stamp(app, clock, process):
    before = read_events(app, process)
    clock.shift(timedelta(days=1))
    phase = process.phases[-1]
    admin = factories.create_staff(None, Role.ADMIN)
    ends = end_of_day(process, date(2026, 7, 31))
    schedule_phase(admin, process, phase.kind, phase.opens_at, ends, [], "Hujan.")
    after = read_events(app, process)
    uid = f"phase-{phase.id}@127.0.0.1"
    assert after[uid]["sequence"] > before[uid]["sequence"]
    assert after[uid]["dtstamp"].dt == before[uid]["dtstamp"].dt + timedelta(days=1)
    assert named(after, "poll").to_ical() == named(before, "poll").to_ical()


def test_calendar_event_of_a_poll_that_is_extended_has_a_higher_sequence(
    app, clock, institution, process
):
    before = named(read_events(app, process), "poll")
    poll = db.session.scalars(select(Poll)).one()
    later = poll.closes_at + timedelta(days=1)
    staff = factories.create_staff(institution)
    change_poll(staff, poll, later, PollChangeReason.OUTAGE, "Situs mati.")
    after = named(read_events(app, process), "poll")
    assert after["sequence"] > before["sequence"] and after["dtend"].dt == later


def test_calendar_event_of_a_due_response_has_a_higher_sequence_after_a_pause(
    app, clock, institution, process
):
    before = named(read_events(app, process), "due")
    proposal = db.session.scalars(select(Proposal)).one()
    pause_clock(factories.create_staff(institution), proposal, "Di mana?", 5)
    after = named(read_events(app, process), "due")
    assert after["sequence"] > before["sequence"] and after["dtstart"].dt > before["dtstart"].dt


@pytest.mark.parametrize("url", ["/processes/nowhere/feed.atom", "/proposals/999/feed.json"])
def test_feed_of_missing_subject_is_not_found(app, url):
    assert anonymous_client(app).get(url).status_code == 404


def test_pages_link_to_their_feeds(app, proposal, institution):
    pages = (
        "/en/responses",
        f"/en/institutions/{institution.slug}",
        f"/en/processes/{proposal.process.slug}",
    )
    for page in pages:
        html = anonymous_client(app).get(page).text
        (url,) = re.findall(r'type="application/atom\+xml"\s+href="([^"]+)"', html)
        assert anonymous_client(app).get(unescape(url)).status_code == 200


def test_process_page_links_to_its_calendar(app, proposal):
    page = anonymous_client(app).get(f"/en/processes/{proposal.process.slug}").text
    (url,) = re.findall(r'href="([^"]+\.ics[^"]*)"', page)
    assert anonymous_client(app).get(unescape(url)).mimetype == "text/calendar"
