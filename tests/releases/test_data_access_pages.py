"""Asking for the protected tier, deciding on it and fetching it, page by page."""

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
from deliberate.operations.releases.data_access_requests import keep_protected, request_release
from deliberate.operations.releases.releases import publish_release
from deliberate.vocabulary import Role
from tests import factories
from tests.client import send, signed_in, visitor

MINE, QUEUE = "/en/data/requests", "/en/desk/requests"


@pytest.fixture
def settings(app):
    return app.config["SETTINGS"]


def filled(process, **more):
    until = (now() + timedelta(days=90)).date().isoformat()
    return {
        "slug": process.slug,
        "purpose": "Siapa menjawab siapa",
        "ethics": "KEPK 12/2026",
        "until": until,
        **more,
    }


def asked():
    person, until = factories.staff(role=Role.RESEARCHER), (now() + timedelta(days=30)).date()
    return person, request_release(person, factories.a_process(), "Siapa menjawab", "KEPK 1", until)


def test_a_request_goes_from_asking_to_fetching(app, settings):
    process, researcher = factories.a_process(), factories.staff(role=Role.RESEARCHER)
    browser, desk = signed_in(app, researcher), signed_in(app, factories.staff(role=Role.ADMIN))
    assert send(browser, MINE, **filled(process)).status_code == 303
    assert "Waits for a decision" in browser.get(MINE).text
    assert "Siapa menjawab siapa" in desk.get(f"{QUEUE}/1").text
    assert send(desk, f"{QUEUE}/1", f"{QUEUE}/1/grant").status_code == 303
    assert "being built" in browser.get(MINE).text
    db.session.rollback()
    keep_protected(settings)
    fetched = send(browser, MINE, f"{MINE}/1/files")
    assert fetched.data[:2] == b"PK"
    assert "attachment" in fetched.headers["Content-Disposition"]


def test_a_form_sent_twice_fetches_once(app, settings, log):
    researcher, request = asked()
    desk = signed_in(app, factories.staff(role=Role.ADMIN))
    send(desk, f"{QUEUE}/{request.id}", f"{QUEUE}/{request.id}/grant")
    db.session.rollback()
    keep_protected(settings)
    browser = signed_in(app, researcher)
    page = browser.get(MINE).text
    names = ("csrf_token", "form_key")
    tokens = {n: re.search(rf'name="{n}" value="([^"]*)"', page).group(1) for n in names}
    log()
    first, second = (browser.post(f"{MINE}/{request.id}/files", data=tokens) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 303)
    assert [entry.kind for entry in log()] == ["release.downloaded"]


@pytest.mark.parametrize("wrong", [{"purpose": ""}, {"ethics": ""}, {"until": "besok"}])
def test_what_is_missing_is_said_and_nothing_typed_is_lost(app, wrong):
    browser = signed_in(app, factories.staff(role=Role.RESEARCHER))
    found = send(browser, MINE, **filled(factories.a_process(), **wrong))
    assert found.status_code == 422 and "There is a problem" in found.text
    assert wrong.keys() & {"purpose"} or "Siapa menjawab siapa" in found.text
    assert wrong.keys() & {"ethics"} or "KEPK 12/2026" in found.text


def test_a_refusal_needs_a_reason_which_the_researcher_reads(app):
    researcher, request = asked()
    desk = signed_in(app, factories.staff(role=Role.ADMIN))
    page = f"{QUEUE}/{request.id}"
    assert send(desk, page, f"{page}/refuse", reason="").status_code == 422
    assert send(desk, page, f"{page}/refuse", reason="Terlalu luas.").status_code == 303
    assert "Terlalu luas." in signed_in(app, researcher).get(MINE).text


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.STAFF, Role.ADMIN])
def test_only_researchers_see_their_requests(app, role):
    assert signed_in(app, factories.staff(role=role)).get(MINE).status_code == 403


def test_only_administrators_see_the_queue(app):
    assert signed_in(app, factories.staff(role=Role.RESEARCHER)).get(QUEUE).status_code == 403
    assert "Sign in" in visitor(app).get(QUEUE).text


def test_a_release_taken_away_says_why_at_its_address(app, settings):
    release = publish_release(None, factories.a_process(), settings.releases_path)
    desk = signed_in(app, factories.staff(role=Role.ADMIN))
    page = f"/en/desk/releases/{release.id}"
    assert send(desk, page, reason="").status_code == 422
    assert send(desk, page, reason="Putusan 7/2026").status_code == 303
    gone = visitor(app).get(f"/data/{release.process.slug}/{release.stamp}.zip")
    assert gone.status_code == 410 and "Putusan 7/2026" in gone.text


# --- the lines on the data page ------------------------------------------------------------------


@pytest.fixture
def lines(app, settings, tmp_path, monkeypatch):
    """What the data page gives to copy, in a folder where its release was unpacked."""
    proposal = factories.a_proposal()
    sealing.seal_log(settings)
    release = publish_release(None, proposal.process, settings.releases_path)
    page = visitor(app).get("/en/data").text
    packed = visitor(app).get(f"/data/{release.process.slug}/{release.stamp}.zip").data
    (tmp_path / f"{release.stamp}.zip").write_bytes(packed)
    shutil.unpack_archive(tmp_path / f"{release.stamp}.zip", tmp_path)
    monkeypatch.chdir(tmp_path)
    shown = re.search(r"<pre[^>]*><code>(.*?)</code></pre>", page, re.DOTALL).group(1)
    return html.unescape(shown)


def part(lines, start, end):
    return lines.split(start, 1)[1].split(end, 1)[0]


def test_the_lines_for_pandas_run(lines):
    program = part(lines, "# Python: pandas\n", "# R\n")
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "proposal.submitted" in done.stdout


def test_the_lines_for_duckdb_run(lines):
    found = duckdb.sql(part(lines, "-- DuckDB\n", "\n\n")).fetchall()
    assert ("proposal.submitted", 1) in found


def test_the_lines_for_r_name_a_file_that_is_there(lines, tmp_path):
    name = re.search(r'read\.csv\("([^"]+)"\)', part(lines, "# R\n", "-- DuckDB")).group(1)
    assert "kind" in (tmp_path / name).read_text().splitlines()[0].split(",")
