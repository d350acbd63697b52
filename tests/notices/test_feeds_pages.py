"""Feeds and calendars: content, validity, conditional requests."""

import json
import re
from html import unescape
from xml.etree import ElementTree as Xml

import pytest

from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.responses.responses import publish_response
from deliberate.vocabulary import ResponseDecision
from tests import factories
from tests.client import anonymous_client

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def institution(app):
    return factories.create_institution("sarpras")


@pytest.fixture
def proposal(institution):
    proposal = factories.create_proposal(factories.create_process(institution, threshold=1))
    support_proposal(factories.create_resident(), proposal)
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
    proposal = factories.create_proposal(factories.create_process(institution, threshold=1))
    support_proposal(factories.create_resident(), proposal)
    response = anonymous_client(app).get(f"/processes/{proposal.process.slug}/calendar.ics?lang=en")
    lines = response.data.decode().replace("\r\n ", "").split("\r\n")
    assert response.mimetype == "text/calendar" and lines[0] == "BEGIN:VCALENDAR"
    assert "DTSTART;TZID=Asia/Makassar:20260301T090000" in lines
    assert "DTSTART;VALUE=DATE:20260407" in lines and "TZOFFSETTO:+0800" in lines
    assert all(len(line.encode()) <= 75 for line in response.data.decode().split("\r\n"))


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
