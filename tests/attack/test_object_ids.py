"""Numbers in addresses: walked, huge, foreign, and no numbers at all."""

import re

import pytest
from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Interaction
from deliberate.queries.accounts.people import get_person_by_sign_in_name
from tests.attack.http_client import in_path
from tests.attack.route_list import routes

EVERYWHERE = ["2147483648", "0", "1%00"]
ODD = ["9223372036854775808", "9" * 40, "-1", "1e9", "%00", "%ff", "..%2f..%2fetc%2fpasswd"]
ODD += [in_path("١"), in_path("１"), "1'--"]


def numbered() -> list[str]:
    """Addresses that hold the number of a thing."""
    return sorted({r.rule for r in routes() if "<number>" in r.rule and "GET" in r.methods})


@pytest.mark.parametrize("number", EVERYWHERE + ODD)
def test_url_with_an_unknown_id_is_not_found(callers, number):
    wrong = {}
    for rule in numbered()[:: 1 if number in EVERYWHERE else 9]:
        path = rule.replace("<lang>", "id").replace("<number>", number).replace("<slug>", "proses")
        for name, value in (("<any(comment,proposal):kind>", "comment"), ("<criterion>", "x")):
            path = path.replace(name, value)
        path = path.replace("<any(atom,json):ending>", "atom")
        status = callers["staff"].get(path).status
        if status not in {400, 403, 404} and not (status == 302 and rule in SHORT):
            wrong[path] = status
    assert wrong == {}


SHORT = {"/p/<number>", "/r/<number>", "/v/<number>"}
"""Short addresses lead on without looking."""


@pytest.mark.parametrize("page", ["check", "words", "place", "institution"])
def test_draft_of_another_author_is_not_found_by_its_id(town, callers, page):
    for number in range(1, town.numbers["own_draft"] + 4):
        for role in ("resident", "staff", "moderator", "admin"):
            is_own = role == "resident" and number == town.numbers["own_draft"]
            status = callers[role].get(f"/id/proposals/drafts/{number}/{page}").status
            assert status == (200 if is_own else 404)


def test_draft_of_another_author_cannot_be_published_or_discarded(town, callers):
    draft, before = town.numbers["draft"], town.rows()
    for way in ("check", "discard", "words", "place", "institution"):
        answer = callers["resident"].send("/id/account", {}, f"/id/proposals/drafts/{draft}/{way}")
        assert answer.status == 404
    assert town.rows() == before


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
def test_content_of_another_author_cannot_be_changed(town, callers, page, way):
    before = town.rows()
    told = {"title": "Dibajak", "body": "Dibajak " * 40, "reason": "Dibajak", "words": "Dibajak"}
    answer = callers["resident"].send("/id/account", told, way.format(**town.numbers))
    assert answer.status in {403, 404, 422} and town.rows() == before


@pytest.mark.parametrize("role", ["resident", "researcher", "evaluator"])
def test_desk_pages_refuse_residents_at_every_id(town, callers, role):
    for number in range(1, 6):
        for place in ("desk/proposals", "desk/people", "desk/commitments", "desk/assessments"):
            status = callers[role].get(f"/id/{place}/{number}").status
            assert status == 403 or (role == "evaluator" and status == 404)


def test_receipts_and_devices_of_others_are_not_found(town, callers):
    with town.app.app_context():
        person = get_person_by_sign_in_name(town.names["other"])
        assert person is not None
        theirs = db.session.scalar(
            select(Interaction.id).where(Interaction.actor_id == person.actor_id).limit(1)
        )
    mine = callers["resident"]
    assert mine.get(f"/id/log/receipts/{theirs}").status == 404
    assert mine.get(f"/log/receipts/{theirs}.json").status == 404
    elsewhere = town.caller("third")
    marks = re.findall(r"/devices/([^/\"]+)/sign-out", town.caller("third").get(DEVICES).text)
    assert marks
    for mark in marks:
        assert mine.send(DEVICES, {}, f"{DEVICES}/{mark}/sign-out").status == 404
    assert elsewhere.is_in()


DEVICES = "/id/account/devices"


def test_malformed_receipt_ids_are_not_found(town, callers):
    for entry in ("a" * 32, "0" * 32, "%00" * 10 + "aa", "z" * 31, "z" * 33):
        assert callers["resident"].get(f"/id/log/receipts/{entry}").status == 404
        assert callers["resident"].get(f"/log/receipts/{entry}.json").status == 404


def test_planned_process_is_not_public(callers):
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
        answer = callers["resident"].get(path)
        assert answer.status == 404 or "rencana" not in answer.text.replace("?process=rencana", "")


def test_hidden_text_is_not_public(town, callers):
    hidden, proposal = town.numbers["hidden"], town.numbers["proposal"]
    for path in (f"/id/proposals/{proposal}?open={hidden}", f"/c/{hidden}"):
        answer = callers["resident"].get(path)
        answer = callers["resident"].get(answer.location) if answer.location else answer
        block = answer.text.partition(f'id="c{hidden}"')[2].partition("</li>")[0]
        assert "ScRiPt" not in block
