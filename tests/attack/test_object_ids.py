"""Test ids in URLs: enumerated, huge, malformed, or of other people's content."""

import re

import pytest
from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Interaction
from deliberate.queries.accounts.people import get_person_by_sign_in_name
from tests.attack.http_client import quote_path
from tests.attack.route_list import PLACEHOLDERS, get_routes

CHECKED_ON_ALL_ROUTES = ["2147483648", "0", "1%00"]
MALFORMED_IDS = [
    "9223372036854775808",
    "9" * 40,
    "-1",
    "1e9",
    "%00",
    "%ff",
    "..%2f..%2fetc%2fpasswd",
]
MALFORMED_IDS += [quote_path("١"), quote_path("１"), "1'--"]

INTEGER_ID = re.compile(r"<(?!device_id|figure_id)(\w+_id|version_number)>")


def rules_with_ids() -> list[str]:
    """Return the rules of pages with an integer id."""
    return sorted({route.rule for route in get_routes() if INTEGER_ID.search(route.rule)})


@pytest.mark.parametrize("content_id", CHECKED_ON_ALL_ROUTES + MALFORMED_IDS)
def test_url_with_an_unknown_id_is_not_found(clients, content_id):
    unexpected = {}
    for rule in rules_with_ids()[:: 1 if content_id in CHECKED_ON_ALL_ROUTES else 9]:
        path = INTEGER_ID.sub(lambda _match: content_id, rule)
        for name, value in PLACEHOLDERS.items():
            path = re.sub(rf"<(any\([\w,]*\):)?{name}>", value, path)
        status = clients["staff"].get(path).status
        if status not in {400, 403, 404} and not (status == 302 and rule in SHORT_URLS):
            unexpected[path] = status
    assert unexpected == {}


SHORT_URLS = {"/p/<subject_id>", "/r/<subject_id>", "/v/<subject_id>"}
"""Short URLs redirect without a lookup."""


@pytest.mark.parametrize("page", ["check", "words", "place", "institution"])
def test_draft_of_another_author_is_not_found_by_its_id(site, clients, page):
    for draft_id in range(1, site.ids["own_draft"] + 4):
        for role in ("resident", "staff", "moderator", "admin"):
            is_own = role == "resident" and draft_id == site.ids["own_draft"]
            status = clients[role].get(f"/id/proposals/drafts/{draft_id}/{page}").status
            assert status == (200 if is_own else 404)


def test_draft_of_another_author_cannot_be_published_or_discarded(site, clients):
    draft_id, before = site.ids["draft"], site.count_log_rows()
    for action in ("check", "discard", "words", "place", "institution"):
        response = clients["resident"].send(
            "/id/account", {}, f"/id/proposals/drafts/{draft_id}/{action}"
        )
        assert response.status == 404
    assert site.count_log_rows() == before


@pytest.mark.parametrize(
    ("page", "action"),
    [
        ("/id/proposals/{answered}", "/id/proposals/{answered}/revision"),
        ("/id/proposals/{answered}", "/id/proposals/{answered}/withdrawal"),
        ("/id/account", "/id/comments/{comment}/change"),
        ("/id/account", "/id/comments/{comment}/withdraw"),
        ("/id/account", "/id/moderation/comment/{hidden}/appeal"),
        ("/id/account", "/id/desk/proposals/{answered}/resume"),
    ],
)
def test_content_of_another_author_cannot_be_changed(site, clients, page, action):
    before = site.count_log_rows()
    fields = {"title": "Dibajak", "body": "Dibajak " * 40, "reason": "Dibajak", "words": "Dibajak"}
    response = clients["resident"].send("/id/account", fields, action.format(**site.ids))
    assert response.status in {403, 404, 422} and site.count_log_rows() == before


@pytest.mark.parametrize("role", ["resident", "researcher", "evaluator"])
def test_desk_pages_refuse_residents_at_every_id(site, clients, role):
    for content_id in range(1, 6):
        for section in ("desk/proposals", "desk/people", "desk/commitments", "desk/assessments"):
            status = clients[role].get(f"/id/{section}/{content_id}").status
            assert status == 403 or (role == "evaluator" and status == 404)


def test_receipts_and_devices_of_others_are_not_found(site, clients):
    with site.app.app_context():
        person = get_person_by_sign_in_name(site.names["other"])
        assert person is not None
        receipt_id = db.session.scalar(
            select(Interaction.id).where(Interaction.actor_id == person.actor_id).limit(1)
        )
    client = clients["resident"]
    assert client.get(f"/id/log/receipts/{receipt_id}").status == 404
    assert client.get(f"/log/receipts/{receipt_id}.json").status == 404
    other_client = site.client("third")
    device_ids = re.findall(r"/devices/([^/\"]+)/sign-out", site.client("third").get(DEVICES).text)
    assert device_ids
    for device_id in device_ids:
        assert client.send(DEVICES, {}, f"{DEVICES}/{device_id}/sign-out").status == 404
    assert other_client.is_signed_in()


DEVICES = "/id/account/devices"


def test_malformed_receipt_ids_are_not_found(site, clients):
    for receipt_id in ("a" * 32, "0" * 32, "%00" * 10 + "aa", "z" * 31, "z" * 33):
        assert clients["resident"].get(f"/id/log/receipts/{receipt_id}").status == 404
        assert clients["resident"].get(f"/log/receipts/{receipt_id}.json").status == 404


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
    hidden_id, proposal_id = site.ids["hidden"], site.ids["proposal"]
    for path in (f"/id/proposals/{proposal_id}?open={hidden_id}", f"/c/{hidden_id}"):
        response = clients["resident"].get(path)
        response = clients["resident"].get(response.location) if response.location else response
        block = response.text.partition(f'id="c{hidden_id}"')[2].partition("</li>")[0]
        assert "ScRiPt" not in block
