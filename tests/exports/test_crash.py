"""Builds that are killed or run out of disk space leave published releases unharmed."""

import resource
import signal
import time
import zipfile

import pytest

from deliberate import sealing
from deliberate.commands import cli
from deliberate.exports.formats import FORMATS
from deliberate.operations.releases.releases import publish_release
from deliberate.queries.processes.processes import get_process
from deliberate.queries.releases.releases import newest_release
from tests import factories
from tests.sealing.subprocesses import in_another_process


@pytest.fixture
def folder(app):
    return app.config["SETTINGS"].releases_path


@pytest.fixture
def slug(app):
    """Return the slug of a process with proposals to release."""
    process = factories.create_process()
    for _ in range(3):
        factories.create_proposal(process)
    sealing.seal_log(app.config["SETTINGS"])
    return process.slug


def publish(slug, folder) -> str:
    """Publish a release and return its stamp."""
    return publish_release(None, get_process(slug), folder).stamp


def publish_repeatedly(slug, folder) -> None:
    """Publish releases without end, so that a kill can hit any step."""
    while True:
        publish_release(None, get_process(slug), folder, formats=tuple(FORMATS))


def test_killed_build_publishes_nothing_incomplete(app, slug, folder):
    first_stamp = publish(slug, folder)
    for seconds in (0.05, 0.3, 0.6, 0.9, 1.3):
        builder = in_another_process(app, publish_repeatedly, slug, folder)
        time.sleep(seconds)
        builder.kill()
        builder.join()
        builder.close()
        newest = newest_release(slug)
        assert is_complete(folder / slug / f"{newest.stamp}.zip", newest.manifest)
    last_stamp = publish(slug, folder)
    process_folder = folder / slug
    names = {path.name.removesuffix(".zip") for path in process_folder.iterdir()} - {".lock"}
    assert {first_stamp, last_stamp} <= names
    assert all(is_complete(path, {"files": {}}) for path in process_folder.glob("*.zip"))
    assert not [name for name in names if name.startswith(".")]


def is_complete(archive, manifest) -> bool:
    with zipfile.ZipFile(archive) as file:
        names = {name.partition("/")[2] for name in file.namelist()}
        return file.testzip() is None and set(manifest["files"]) <= names


def build_with_file_size_limit(slug, folder, max_bytes) -> None:
    """Publish a release under a file size limit, which acts like a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (max_bytes, max_bytes))
    publish_release(None, get_process(slug), folder, formats=tuple(FORMATS))


@pytest.mark.parametrize("max_bytes", [2_000, 9_000])
def test_full_disk_leaves_the_newest_release(app, slug, folder, max_bytes):
    first_stamp = publish(slug, folder)
    archive_bytes = (folder / slug / f"{first_stamp}.zip").read_bytes()
    builder = in_another_process(app, build_with_file_size_limit, slug, folder, max_bytes)
    builder.join()
    assert builder.exitcode == 1
    builder.close()
    process_folder = folder / slug
    assert sorted(path.name for path in process_folder.iterdir()) == [
        ".lock", first_stamp, f"{first_stamp}.zip",
    ]  # fmt: skip
    assert (process_folder / f"{first_stamp}.zip").read_bytes() == archive_bytes


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), OSError(27, "Large")])
def test_full_disk_is_reported_as_such(app, slug, folder, tmp_path, monkeypatch, error):
    def fail(*_args):
        raise error

    monkeypatch.setattr("deliberate.exports.release_builder.write_descriptions", fail)
    result = app.test_cli_runner().invoke(cli, ["export", slug, "--out", str(tmp_path / "r")])
    assert result.exit_code == 1 and "the disk is full" in result.stderr
    assert list(tmp_path.iterdir()) == []
