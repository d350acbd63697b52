"""Feeds and calendars: valid, stable, conditional."""

import json
import re
from html import unescape
from xml.etree import ElementTree as Xml

import pytest

from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.responses import responses as response_operations
from deliberate.vocabulary import ResponseDecision
from tests import factories
from tests.client import visitor

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def office(app):
    return factories.an_institution("sarpras")


@pytest.fixture
def proposal(office):
    proposal = factories.a_proposal(factories.a_process(office, threshold=1))
    proposal_operations.support_proposal(factories.resident(), proposal)
    response_operations.publish_response(
        factories.staff(office), proposal, ResponseDecision.ACCEPTED, "Ya & siap <40>", "Dibangun."
    )
    return proposal


def feeds_of(proposal, office):
    return [
        "/feed",
        f"/proposals/{proposal.id}/feed",
        f"/processes/{proposal.process.slug}/feed",
        f"/institutions/{office.slug}/feed",
    ]


def test_every_feed_tells_the_answer_in_both_forms(app, proposal, office):
    for address in feeds_of(proposal, office):
        atom = Xml.fromstring(visitor(app).get(f"{address}.atom").data)
        feed = json.loads(visitor(app).get(f"{address}.json").data)
        summaries = [e.findtext(f"{ATOM}summary") for e in atom.iter(f"{ATOM}entry")]
        assert "Ya & siap <40>" in summaries
        assert "Ya & siap <40>" in [item["content_text"] for item in feed["items"]]
        names = [e.findtext(f"{ATOM}id") for e in atom.iter(f"{ATOM}entry")]
        assert names == [item["id"] for item in feed["items"]] and len(set(names)) == len(names)


def test_an_atom_feed_has_what_the_standard_asks(app, proposal):
    atom = Xml.fromstring(visitor(app).get(f"/proposals/{proposal.id}/feed.atom").data)
    for part in (atom, *atom.iter(f"{ATOM}entry")):
        assert all(part.findtext(ATOM + name) for name in ("id", "title", "updated"))
    assert atom.find(f"{ATOM}author/{ATOM}name") is not None


def test_a_feed_that_did_not_change_is_not_sent_again(app, proposal):
    browser = visitor(app)
    first = browser.get("/feed.atom")
    again = browser.get("/feed.atom", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_a_feed_speaks_the_language_of_its_address(app, proposal):
    assert "Response to" in visitor(app).get("/feed.json?lang=en").text
    assert "Response to" not in visitor(app).get("/feed.json?lang=id").text


def test_a_calendar_has_phases_and_due_days_in_the_processs_zone(app, office, clock):
    proposal = factories.a_proposal(factories.a_process(office, threshold=1))
    proposal_operations.support_proposal(factories.resident(), proposal)
    answer = visitor(app).get(f"/processes/{proposal.process.slug}/calendar.ics?lang=en")
    lines = answer.data.decode().replace("\r\n ", "").split("\r\n")
    assert answer.mimetype == "text/calendar" and lines[0] == "BEGIN:VCALENDAR"
    assert "DTSTART;TZID=Asia/Makassar:20260301T090000" in lines
    assert "DTSTART;VALUE=DATE:20260407" in lines and "TZOFFSETTO:+0800" in lines
    assert all(len(line.encode()) <= 75 for line in answer.data.decode().split("\r\n"))


@pytest.mark.parametrize("address", ["/processes/nowhere/feed.atom", "/proposals/999/feed.json"])
def test_there_is_no_feed_of_what_is_not_there(app, address):
    assert visitor(app).get(address).status_code == 404


def test_pages_name_their_feeds(app, proposal, office):
    pages = (
        "/en/responses",
        f"/en/institutions/{office.slug}",
        f"/en/processes/{proposal.process.slug}",
    )
    for page in pages:
        shown = visitor(app).get(page).text
        (address,) = re.findall(r'type="application/atom\+xml" href="([^"]+)"', shown)
        assert visitor(app).get(unescape(address)).status_code == 200


def test_a_process_leads_to_its_calendar(app, proposal):
    page = visitor(app).get(f"/en/processes/{proposal.process.slug}").text
    (address,) = re.findall(r'href="([^"]+\.ics[^"]*)"', page)
    assert visitor(app).get(unescape(address)).mimetype == "text/calendar"
