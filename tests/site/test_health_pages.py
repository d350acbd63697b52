"""Health endpoints, robots.txt, sitemap and security.txt."""

from datetime import timedelta
from xml.etree import ElementTree

import pytest
from sqlalchemy.exc import OperationalError

from deliberate.operations.site.job_runs import run_steps
from deliberate.queries.site import health_checks as health_check_queries
from deliberate.sealing import seal_log
from tests import factories
from tests.client import anonymous_client
from tests.notices.test_delivery import create_pending_mails


def test_healthz_responds_ok(app):
    assert anonymous_client(app).get("/healthz").get_json() == {"status": "ok"}


def test_readyz_is_ok_after_migration(app):
    response = anonymous_client(app).get("/readyz")
    assert response.status_code == 200
    parts = {"status", "database", "migration", "sealing", "disk", "mail", "jobs", "files"}
    assert response.get_json() == dict.fromkeys(parts, "ok")


def test_readyz_reports_late_sealing(app, monkeypatch):
    factories.create_resident()
    assert anonymous_client(app).get("/readyz").status_code == 200
    monkeypatch.setattr(health_check_queries, "MAX_UNSEALED_AGE", timedelta(seconds=-1))
    response = anonymous_client(app).get("/readyz")
    assert response.status_code == 503
    assert response.get_json()["sealing"].startswith("unsealed entries since 20")


def test_readyz_reports_a_full_disk(app, monkeypatch):
    monkeypatch.setattr(health_check_queries, "MIN_FREE_BYTES", 10**18)
    response = anonymous_client(app).get("/readyz")
    assert response.status_code == 503
    assert response.get_json()["disk"].endswith(" MB free")


def test_readyz_names_stuck_mail_and_failed_jobs_and_stays_ready(app, clock):
    create_pending_mails(people=1, each=2)
    with pytest.raises(ExceptionGroup):
        run_steps("job", {"broken_step": lambda: 1 // 0})
    clock.shift(timedelta(minutes=61))
    seal_log(app.config["SETTINGS"])
    response = anonymous_client(app).get("/readyz")
    assert response.status_code == 200
    report = response.get_json()
    assert report["mail"].startswith("2 mails stuck")
    assert report["jobs"] == "failed: broken_step"


def test_readyz_without_a_database_reports_only_that(app, monkeypatch):
    def fail() -> str:
        raise OperationalError("SELECT 1", {}, Exception("no connection"))

    monkeypatch.setattr(health_check_queries, "_schema_problem", fail)
    response = anonymous_client(app).get("/readyz")
    assert (response.status_code, response.get_json()["database"]) == (503, "no connection")


def test_robots_txt_disallows_desks_and_accounts(app):
    text = anonymous_client(app).get("/robots.txt").text
    for line in ("Disallow: /id/desk", "Disallow: /en/account", "Disallow: /*?"):
        assert line in text
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in text


def test_sitemap_lists_public_pages_in_both_languages(app):
    process = factories.create_process()
    page = anonymous_client(app).get("/sitemap.xml")
    urls = [element.text for element in ElementTree.fromstring(page.data).iter() if element.text]
    for language in ("id", "en"):
        assert f"http://127.0.0.1:8000/{language}/processes/{process.slug}" in urls
    assert page.mimetype == "application/xml"


@pytest.mark.parametrize(
    "field", ["Contact: mailto:", "Expires: 20", "Preferred-Languages: id, en"]
)
def test_security_txt_names_a_contact(app, field):
    response = anonymous_client(app).get("/.well-known/security.txt")
    assert response.mimetype == "text/plain"
    assert field in response.text
