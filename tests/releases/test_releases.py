"""Releases are published whole, under an address that lasts."""

import zipfile

import pytest

from deliberate.commands import cli
from deliberate.database import unrecorded
from deliberate.operations.releases.releases import publish_all_releases, publish_release
from deliberate.sealing import seal_log
from tests import factories
from tests.client import visitor


@pytest.fixture
def folder(app):
    return app.config["SETTINGS"].data_path / "releases"


def test_publishing_a_release_is_one_act(app, folder, log):
    process = factories.a_process()
    log()
    release = publish_release(None, process, folder)
    (entry,) = log()
    assert (entry.kind, entry.subject_id) == ("release.built", release.id)


def test_a_second_release_of_a_day_gets_its_own_address(app, folder):
    process = factories.a_process()
    first, second = (publish_release(None, process, folder).stamp for _ in range(2))
    assert second == f"{first}-2"


def test_a_failed_build_leaves_the_last_good_one(app, folder):
    process = factories.a_process()
    release = publish_release(None, process, folder)

    def fail(_name, _rows):
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        publish_release(None, process, folder, fail)
    newest = visitor(app).get(f"/data/{process.slug}/latest.zip")
    assert newest.location.endswith(f"/{release.stamp}.zip")


def test_its_files_are_fetched_without_an_account(app, folder):
    release = publish_release(None, factories.a_process(), folder)
    address = f"/data/{release.process.slug}/{release.stamp}"
    for name in ("events.csv", "manifest.json", "facts/week_facts.csv"):
        assert visitor(app).get(f"{address}/{name}").status_code == 200
    packed = visitor(app).get(f"{address}.zip")
    assert packed.data[:2] == b"PK" and "attachment" in packed.headers["Content-Disposition"]


@pytest.mark.parametrize("name", ["../secret", "../../deliberate.db", "other.csv", "%2e%2e/secret"])
def test_nothing_else_is_fetched(app, folder, name):
    release = publish_release(None, factories.a_process(), folder)
    found = visitor(app).get(f"/data/{release.process.slug}/{release.stamp}/{name}")
    assert found.status_code == 404


def test_a_removed_release_says_why(app, folder):
    release = publish_release(None, factories.a_process(), folder)
    with unrecorded("test settings"):
        release.removed_at, release.removed_reason = release.built_at, "Penghapusan data"
    found = visitor(app).get(f"/data/{release.process.slug}/{release.stamp}.zip")
    assert found.status_code == 410 and "Penghapusan data" in found.text


def test_a_process_in_which_nothing_happened_is_not_released_again(app, folder):
    process = factories.a_process()
    assert publish_all_releases(folder) == 1
    assert publish_all_releases(folder) == 0
    factories.a_proposal(process)
    seal_log(app.config["SETTINGS"])
    assert publish_all_releases(folder) == 1


def test_the_data_page_names_what_is_withheld(app, folder):
    publish_release(None, factories.a_process(), folder)
    page = visitor(app).get("/en/data").text
    assert "events.csv" in page and "deliberate score" in page


def test_the_command_publishes(app, folder):
    process = factories.a_process()
    found = app.test_cli_runner().invoke(cli, ["export", process.slug, "--publish"])
    assert found.exit_code == 0
    (packed,) = (folder / process.slug).glob("*.zip")
    assert "manifest.json" in str(zipfile.ZipFile(packed).namelist())
