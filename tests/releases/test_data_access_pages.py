"""Pages for requesting, deciding on and downloading protected data."""

import html
import re
import shutil
import subprocess
import sys
from datetime import timedelta

import duckdb
import pytest

from deliberate import sealing
from deliberate.clock import now
from deliberate.database import db
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.releases.data_access_requests import (
    refresh_protected_releases,
    request_data_access,
)
from deliberate.operations.releases.releases import publish_release
from deliberate.vocabulary import Role
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form

OWN_REQUESTS, QUEUE = "/en/data/requests", "/en/desk/requests"


@pytest.fixture
def settings(app):
    return app.config["SETTINGS"]


def form_fields(process, **fields):
    until = (now() + timedelta(days=90)).date().isoformat()
    return {
        "slug": process.slug,
        "purpose": "Siapa menjawab siapa",
        "ethics_reference": "KEPK 12/2026",
        "access_until": until,
        **fields,
    }


def create_request():
    person, until = (
        factories.create_staff(role=Role.RESEARCHER),
        (now() + timedelta(days=30)).date(),
    )
    return person, request_data_access(
        person, factories.create_process(), "Siapa menjawab", "KEPK 1", until
    )


def test_data_access_pages_lead_from_request_to_download(app, settings):
    process, researcher = factories.create_process(), factories.create_staff(role=Role.RESEARCHER)
    browser, desk = (
        signed_in_client(app, researcher),
        signed_in_client(app, factories.create_staff(role=Role.ADMIN)),
    )
    assert submit_form(browser, OWN_REQUESTS, **form_fields(process)).status_code == 303
    assert "Waits for a decision" in browser.get(OWN_REQUESTS).text
    assert "Siapa menjawab siapa" in desk.get(f"{QUEUE}/1").text
    assert submit_form(desk, f"{QUEUE}/1", f"{QUEUE}/1/grant").status_code == 303
    assert "being built" in browser.get(OWN_REQUESTS).text
    db.session.rollback()
    refresh_protected_releases(settings)
    fetched = submit_form(browser, OWN_REQUESTS, f"{OWN_REQUESTS}/1/files")
    assert fetched.data[:2] == b"PK"
    assert "attachment" in fetched.headers["Content-Disposition"]


def test_download_form_sent_twice_counts_once(app, settings, log):
    researcher, request = create_request()
    desk = signed_in_client(app, factories.create_staff(role=Role.ADMIN))
    submit_form(desk, f"{QUEUE}/{request.id}", f"{QUEUE}/{request.id}/grant")
    db.session.rollback()
    refresh_protected_releases(settings)
    browser = signed_in_client(app, researcher)
    page = browser.get(OWN_REQUESTS).text
    names = ("csrf_token", "form_key")
    tokens = {n: re.search(rf'name="{n}" value="([^"]*)"', page).group(1) for n in names}
    log()
    first, second = (
        browser.post(f"{OWN_REQUESTS}/{request.id}/files", data=tokens) for _ in range(2)
    )
    assert (first.status_code, second.status_code) == (200, 303)
    assert [entry.kind for entry in log()] == ["release.downloaded"]


@pytest.mark.parametrize(
    "changed", [{"purpose": ""}, {"ethics_reference": ""}, {"access_until": "besok"}]
)
def test_data_access_form_shows_errors_and_keeps_input(app, changed):
    browser = signed_in_client(app, factories.create_staff(role=Role.RESEARCHER))
    response = submit_form(
        browser, OWN_REQUESTS, **form_fields(factories.create_process(), **changed)
    )
    assert response.status_code == 422 and "There is a problem" in response.text
    assert changed.keys() & {"purpose"} or "Siapa menjawab siapa" in response.text
    assert changed.keys() & {"ethics_reference"} or "KEPK 12/2026" in response.text


def test_data_access_refusal_requires_a_reason_shown_to_the_researcher(app):
    researcher, request = create_request()
    desk = signed_in_client(app, factories.create_staff(role=Role.ADMIN))
    page = f"{QUEUE}/{request.id}"
    assert submit_form(desk, page, f"{page}/refuse", reason="").status_code == 422
    assert submit_form(desk, page, f"{page}/refuse", reason="Terlalu luas.").status_code == 303
    assert "Terlalu luas." in signed_in_client(app, researcher).get(OWN_REQUESTS).text


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.STAFF, Role.ADMIN])
def test_own_requests_page_is_for_researchers_only(app, role):
    assert (
        signed_in_client(app, factories.create_staff(role=role)).get(OWN_REQUESTS).status_code
        == 403
    )


def test_request_queue_is_for_administrators_only(app):
    assert (
        signed_in_client(app, factories.create_staff(role=Role.RESEARCHER)).get(QUEUE).status_code
        == 403
    )
    assert "Sign in" in anonymous_client(app).get(QUEUE).text


def test_removed_release_shows_the_reason_at_its_url(app, settings):
    release = publish_release(None, factories.create_process(), settings.releases_path)
    desk = signed_in_client(app, factories.create_staff(role=Role.ADMIN))
    page = f"/en/desk/releases/{release.id}"
    assert submit_form(desk, page, reason="").status_code == 422
    assert submit_form(desk, page, reason="Putusan 7/2026").status_code == 303
    response = anonymous_client(app).get(f"/data/{release.process.slug}/{release.stamp}.zip")
    assert response.status_code == 410 and "Putusan 7/2026" in response.text


@pytest.fixture
def examples(app, settings, tmp_path, monkeypatch):
    """Return the examples of the data page, in a folder that holds the unpacked release."""
    proposal = factories.create_proposal()
    sealing.seal_log(settings)
    release = publish_release(None, proposal.process, settings.releases_path)
    page = anonymous_client(app).get("/en/data").text
    archive = anonymous_client(app).get(f"/data/{release.process.slug}/{release.stamp}.zip").data
    (tmp_path / f"{release.stamp}.zip").write_bytes(archive)
    shutil.unpack_archive(tmp_path / f"{release.stamp}.zip", tmp_path)
    monkeypatch.chdir(tmp_path)
    code = re.search(r"<pre[^>]*><code>(.*?)</code></pre>", page, re.DOTALL).group(1)
    return html.unescape(code)


def between(examples, start, end):
    return examples.split(start, 1)[1].split(end, 1)[0]


def test_data_page_pandas_example_runs(examples):
    program = between(examples, "# Python: pandas\n", "# R\n")
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "proposal.submitted" in result.stdout


def test_data_page_duckdb_example_runs(examples):
    response = duckdb.sql(between(examples, "-- DuckDB\n", "\n\n")).fetchall()
    assert ("proposal.submitted", 1) in response


def test_data_page_r_example_names_an_existing_file(examples, tmp_path):
    name = re.search(r'read\.csv\("([^"]+)"\)', between(examples, "# R\n", "-- DuckDB")).group(1)
    assert "kind" in (tmp_path / name).read_text().splitlines()[0].split(",")


def test_data_page_names_in_words_what_is_withheld_and_leads_to_the_plans(app, settings):
    proposal = factories.create_proposal()
    support_proposal(factories.create_resident(), proposal)
    sealing.seal_log(settings)
    publish_release(None, proposal.process, settings.releases_path)
    page = anonymous_client(app).get("/en/data").text
    assert "<li>a person supported a proposal: 1</li>" in page and "support.given" not in page
    assert f"/en/processes/{proposal.process.slug}/study-plans" in page
