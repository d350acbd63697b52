"""Licences of releases, the agreement of the protected tier, and who is told of a study."""

import os
from datetime import timedelta
from pathlib import Path

import click
import pytest

from deliberate import commands
from deliberate.clock import now
from deliberate.config import InvalidSetting
from deliberate.exports.documents.licences import licence_of
from deliberate.exports.release_builder import build_release
from deliberate.models import Process
from deliberate.operations.accounts.profiles import change_consent
from deliberate.operations.releases.data_access_requests import (
    grant_data_access,
    refresh_protected_releases,
)
from deliberate.queries.releases.data_access_requests import studies_with_acts_of
from deliberate.recording import recorded
from deliberate.sealing import publish_heads, seal_log
from deliberate.vocabulary.events.processes import ProcessImported
from tests import factories
from tests.client import signed_in_client
from tests.releases.test_data_access_requests import create_admin, create_request


def imported_process(licence):
    """Return a process of another platform, imported under a licence or none."""
    process = factories.create_process()
    with recorded(None, ProcessImported) as act:
        act.session.get_one(Process, process.id).source = "decidim"
        act.about(process, source="decidim", carries=[], licence=licence)
    return process


def test_own_process_is_licensed_as_compiled_here(app, tmp_path):
    process = factories.create_process()
    manifest = build_release(process, tmp_path / "r")
    assert manifest["licence"] == "CC-BY-4.0"
    assert 'license: "CC-BY-4.0"' in (tmp_path / "r" / "CITATION.cff").read_text()
    assert not (tmp_path / "r" / "TERMS.md").exists()


@pytest.mark.parametrize("licence", ["ODbL-1.0", "OGL-NL-9"])
def test_imported_process_has_the_licence_stated_at_its_import(app, tmp_path, licence):
    process = imported_process(licence)
    manifest = build_release(process, tmp_path / "r")
    assert manifest["licence"] == licence
    for name in ("README.md", "NOTICE", "datapackage.json", "manifest.json"):
        text = (tmp_path / "r" / name).read_text()
        assert licence in text and "CC-BY" not in text, name


def test_import_without_a_licence_is_never_licensed(app):
    assert licence_of(imported_process(None), "open").name == "LicenseRef-Unstated"


def test_newest_import_states_the_licence(app, clock):
    process = imported_process("CC0-1.0")
    clock.shift(timedelta(days=1))
    with recorded(None, ProcessImported) as act:
        act.about(process, source="decidim", carries=[], licence="CC-BY-SA-4.0")
    assert licence_of(process, "open").name == "CC-BY-SA-4.0"


def test_protected_release_has_its_agreement_in_both_languages_and_no_licence(app, tmp_path):
    process = factories.create_process()
    manifest = build_release(process, tmp_path / "r", secret=b"s" * 32)
    assert manifest["licence"] == "LicenseRef-Agreement" and "TERMS.md" in manifest["files"]
    terms = (tmp_path / "r" / "TERMS.md").read_text()
    assert "Agreement on protected data" in terms and "Perjanjian" in terms
    assert "CC-BY" not in (tmp_path / "r" / "README.md").read_text()


def test_people_who_consented_see_the_studies_that_use_their_data(app):
    settings, process = app.config["SETTINGS"], factories.create_process()
    author, other = factories.create_resident(), factories.create_resident()
    factories.create_proposal(process, author)
    for person in (author, other):
        change_consent(person, research=True)
    seal_log(settings)
    publish_heads(until=now())
    request = create_request(process=process)
    browser = signed_in_client(app, author)
    assert "None so far." in browser.get("/en/account").text
    grant_data_access(create_admin(), request)
    refresh_protected_releases(settings)
    html = browser.get("/en/account").text
    assert "Utas yang panjang" in html and "ethics reference KEPK 12" in html
    assert studies_with_acts_of(other) == []
    change_consent(author, research=False)
    assert studies_with_acts_of(author) == []
    assert "Utas yang panjang" not in browser.get("/en/account").text


@pytest.fixture
def no_settings(tmp_path, monkeypatch):
    """Work in a folder in which nothing is set."""
    for name in [name for name in os.environ if name.startswith("DELIBERATE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "instance"


def app_for(name):
    with click.Context(click.Command(name), info_name=name):
        return commands._app()


@pytest.mark.parametrize("name", ["score", "export", "import", "log"])
def test_terminal_commands_work_on_the_sample_city_without_a_setting(no_settings, name):
    no_settings.mkdir()
    (no_settings / commands.SAMPLE_CITY).touch()
    settings = app_for(name).config["SETTINGS"]
    assert settings.mode == "demo" and settings.data_path == Path("instance").resolve()


@pytest.mark.parametrize("name", ["score", "serve", "jobs"])
def test_without_the_sample_city_settings_are_needed(no_settings, name):
    with pytest.raises(InvalidSetting):
        app_for(name)


def test_no_server_runs_the_sample_city_by_mistake(no_settings, monkeypatch):
    no_settings.mkdir()
    (no_settings / commands.SAMPLE_CITY).touch()
    with pytest.raises(InvalidSetting):
        app_for("serve")
    monkeypatch.setenv("DELIBERATE_BASE_URL", "https://a.example.org")
    with pytest.raises(InvalidSetting):
        app_for("score")
