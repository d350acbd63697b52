"""Numbers in addresses: walked, huge, foreign, and no numbers at all."""

import re

import pytest
from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Interaction
from deliberate.queries.accounts.people import get_person_by_sign_in_name
from tests.attack.http_client import quote_path
from tests.attack.route_list import list_routes

EVERYWHERE = ["2147483648", "0", "1%00"]
ODD = ["9223372036854775808", "9" * 40, "-1", "1e9", "%00", "%ff", "..%2f..%2fetc%2fpasswd"]
ODD += [quote_path("١"), quote_path("１"), "1'--"]


def numbered() -> list[str]:
    """Addresses that hold the number of a thing."""
    return sorted({r.rule for r in list_routes() if "<number>" in r.rule and "GET" in r.methods})


@pytest.mark.parametrize("number", EVERYWHERE + ODD)
def test_url_with_an_unknown_id_is_not_found(clients, number):
    wrong = {}
    for rule in numbered()[:: 1 if number in EVERYWHERE else 9]:
        path = rule.replace("<lang>", "id").replace("<number>", number).replace("<slug>", "proses")
        for name, value in (("<any(comment,proposal):kind>", "comment"), ("<criterion>", "x")):
            path = path.replace(name, value)
        path = path.replace("<any(atom,json):ending>", "atom")
        status = clients["staff"].get(path).status
        if status not in {400, 403, 404} and not (status == 302 and rule in SHORT):
            wrong[path] = status
    assert wrong == {}


SHORT = {"/p/<number>", "/r/<number>", "/v/<number>"}
"""Short addresses lead on without looking."""


@pytest.mark.parametrize("page", ["check", "words", "place", "institution"])
def test_draft_of_another_author_is_not_found_by_its_id(site, clients, page):
    for number in range(1, site.ids["own_draft"] + 4):
        for role in ("resident", "staff", "moderator", "admin"):
            is_own = role == "resident" and number == site.ids["own_draft"]
            status = clients[role].get(f"/id/proposals/drafts/{number}/{page}").status
            assert status == (200 if is_own else 404)


def test_draft_of_another_author_cannot_be_published_or_discarded(site, clients):
    draft, before = site.ids["draft"], site.count_log_rows()
    for way in ("check", "discard", "words", "place", "institution"):
        response = clients["resident"].send(
            "/id/account", {}, f"/id/proposals/drafts/{draft}/{way}"
        )
        assert response.status == 404
    assert site.count_log_rows() == before


@pytest.mark.parametrize(
    ("page", "way"),
    [
        ("/id/proposals/{answered}", "/id/proposals/{answered}/revision"),
        ("/id/proposals/{answered}", "/id/proposals/{answered}/withdrawal"),
        ("/id/account", "/id/comments/{comment}/change"),
        ("/id/account", "/id/comments/{comment}/withdraw"),
        ("/id/account", "/id/moderation/comment/{hidden}/appeal"),
        ("/id/account", "/id/desk/proposals/{answered}/resume"),
    ],
)
def test_content_of_another_author_cannot_be_changed(site, clients, page, way):
    before = site.count_log_rows()
    told = {"title": "Dibajak", "body": "Dibajak " * 40, "reason": "Dibajak", "words": "Dibajak"}
    response = clients["resident"].send("/id/account", told, way.format(**site.ids))
    assert response.status in {403, 404, 422} and site.count_log_rows() == before


@pytest.mark.parametrize("role", ["resident", "researcher", "evaluator"])
def test_desk_pages_refuse_residents_at_every_id(site, clients, role):
    for number in range(1, 6):
        for place in ("desk/proposals", "desk/people", "desk/commitments", "desk/assessments"):
            status = clients[role].get(f"/id/{place}/{number}").status
            assert status == 403 or (role == "evaluator" and status == 404)


def test_receipts_and_devices_of_others_are_not_found(site, clients):
    with site.app.app_context():
        person = get_person_by_sign_in_name(site.names["other"])
        assert person is not None
        theirs = db.session.scalar(
            select(Interaction.id).where(Interaction.actor_id == person.actor_id).limit(1)
        )
    mine = clients["resident"]
    assert mine.get(f"/id/log/receipts/{theirs}").status == 404
    assert mine.get(f"/log/receipts/{theirs}.json").status == 404
    elsewhere = site.client("third")
    marks = re.findall(r"/devices/([^/\"]+)/sign-out", site.client("third").get(DEVICES).text)
    assert marks
    for mark in marks:
        assert mine.send(DEVICES, {}, f"{DEVICES}/{mark}/sign-out").status == 404
    assert elsewhere.is_signed_in()


DEVICES = "/id/account/devices"


def test_malformed_receipt_ids_are_not_found(site, clients):
    for entry in ("a" * 32, "0" * 32, "%00" * 10 + "aa", "z" * 31, "z" * 33):
        assert clients["resident"].get(f"/id/log/receipts/{entry}").status == 404
        assert clients["resident"].get(f"/log/receipts/{entry}.json").status == 404


def test_planned_process_is_not_public(clients):
    for path in (
        "/id/processes/rencana",
        "/id/scores/rencana",
        "/id/scores/rencana.json",
        "/id/scores/rencana/assessments",
        "/processes/rencana/calendar.ics",
        "/processes/rencana/feed.atom",
        "/data/rencana/latest.zip",
        "/id/proposals/new?process=rencana",
    ):
        response = clients["resident"].get(path)
        assert response.status == 404 or "rencana" not in response.text.replace(
            "?process=rencana", ""
        )


def test_hidden_text_is_not_public(site, clients):
    hidden, proposal = site.ids["hidden"], site.ids["proposal"]
    for path in (f"/id/proposals/{proposal}?open={hidden}", f"/c/{hidden}"):
        response = clients["resident"].get(path)
        response = clients["resident"].get(response.location) if response.location else response
        block = response.text.partition(f'id="c{hidden}"')[2].partition("</li>")[0]
        assert "ScRiPt" not in block
