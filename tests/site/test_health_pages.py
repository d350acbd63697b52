"""What machines ask."""

from datetime import timedelta
from xml.etree import ElementTree

import pytest
from sqlalchemy.exc import OperationalError

from deliberate.queries.site import health_checks as health_check_queries
from tests import factories
from tests.client import visitor


def test_the_process_answers(app):
    assert visitor(app).get("/healthz").get_json() == {"status": "ok"}


def test_a_migrated_house_is_ready(app):
    answer = visitor(app).get("/readyz")
    assert answer.status_code == 200
    parts = {"status", "database", "migration", "sealing", "disk"}
    assert answer.get_json() == dict.fromkeys(parts, "ok")


def test_acts_that_wait_long_for_their_seal_are_said(app, monkeypatch):
    factories.resident()
    assert visitor(app).get("/readyz").status_code == 200
    monkeypatch.setattr(health_check_queries, "UNSEALED_AT_MOST", timedelta(seconds=-1))
    answer = visitor(app).get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["sealing"].startswith("acts wait since 20")


def test_a_full_disk_is_said(app, monkeypatch):
    monkeypatch.setattr(health_check_queries, "LEAST_FREE", 10**18)
    answer = visitor(app).get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["disk"].endswith(" MB free")


def test_without_a_database_only_that_is_said(app, monkeypatch):
    def away() -> str:
        raise OperationalError("SELECT 1", {}, Exception("away"))

    monkeypatch.setattr(health_check_queries, "_schema_behind", away)
    answer = visitor(app).get("/readyz")
    assert (answer.status_code, answer.get_json()["database"]) == (503, "does not answer")


def test_robots_stay_out_of_desks_and_accounts(app):
    text = visitor(app).get("/robots.txt").text
    for line in ("Disallow: /id/desk", "Disallow: /en/account", "Disallow: /*?"):
        assert line in text
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in text


def test_the_sitemap_holds_what_is_public_in_both_languages(app):
    process = factories.a_process()
    page = visitor(app).get("/sitemap.xml")
    places = [found.text for found in ElementTree.fromstring(page.data).iter() if found.text]
    for language in ("id", "en"):
        assert f"http://127.0.0.1:8000/{language}/processes/{process.slug}" in places
    assert page.mimetype == "application/xml"


@pytest.mark.parametrize(
    "field", ["Contact: mailto:", "Expires: 20", "Preferred-Languages: id, en"]
)
def test_whoever_finds_a_hole_knows_whom_to_tell(app, field):
    answer = visitor(app).get("/.well-known/security.txt")
    assert answer.mimetype == "text/plain"
    assert field in answer.text
