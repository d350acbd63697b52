"""Killed at any moment or out of space, a build publishes nothing half and harms nothing old."""

import resource
import signal
import time
import zipfile

import pytest

from deliberate import sealing
from deliberate.commands import cli
from deliberate.exports.formats import FORMATS
from deliberate.operations.releases.releases import publish_release
from deliberate.queries.releases.releases import newest_release
from deliberate.queries.scores.process_scores import process_named
from tests import factories
from tests.sealing.subprocesses import in_another_process


@pytest.fixture
def folder(app):
    return app.config["SETTINGS"].releases_path


@pytest.fixture
def slug(app):
    """The address of a process with something to release."""
    process = factories.a_process()
    for _ in range(3):
        factories.a_proposal(process)
    sealing.seal_log(app.config["SETTINGS"])
    return process.slug


def published(slug, folder) -> str:
    """Publish a release here; gives its date."""
    return publish_release(None, process_named(slug), folder).stamp


def publish_for_ever(slug, folder) -> None:
    """Release after release, so that a kill hits anywhere."""
    while True:
        publish_release(None, process_named(slug), folder, formats=tuple(FORMATS))


def test_a_killed_build_publishes_nothing_half(app, slug, folder):
    first = published(slug, folder)
    for moment in (0.05, 0.3, 0.6, 0.9, 1.3):
        builder = in_another_process(app, publish_for_ever, slug, folder)
        time.sleep(moment)
        builder.kill()
        builder.join()
        builder.close()
        newest = newest_release(slug)
        assert whole(folder / slug / f"{newest.stamp}.zip", newest.manifest)
    last = published(slug, folder)
    place = folder / slug
    left = {path.name.removesuffix(".zip") for path in place.iterdir()} - {".lock"}
    assert {first, last} <= left
    assert all(whole(path, {"files": {}}) for path in place.glob("*.zip"))
    assert not [name for name in left if name.startswith(".")]


def whole(packed, manifest) -> bool:
    with zipfile.ZipFile(packed) as file:
        names = {name.partition("/")[2] for name in file.namelist()}
        return file.testzip() is None and set(manifest["files"]) <= names


def build_in_little_room(slug, folder, most) -> None:
    """A build that meets a full disk: no file may grow beyond so many bytes."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    publish_release(None, process_named(slug), folder, formats=tuple(FORMATS))


@pytest.mark.parametrize("most", [2_000, 9_000])
def test_a_full_disk_leaves_the_last_good_one(app, slug, folder, most):
    first = published(slug, folder)
    before = (folder / slug / f"{first}.zip").read_bytes()
    builder = in_another_process(app, build_in_little_room, slug, folder, most)
    builder.join()
    assert builder.exitcode == 1
    builder.close()
    place = folder / slug
    assert sorted(path.name for path in place.iterdir()) == [
        ".lock", first, f"{first}.zip",
    ]  # fmt: skip
    assert (place / f"{first}.zip").read_bytes() == before


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), OSError(27, "Large")])
def test_a_full_disk_is_called_by_its_name(app, slug, folder, tmp_path, monkeypatch, error):
    def fail(*_given):
        raise error

    monkeypatch.setattr("deliberate.exports.release.write_words", fail)
    found = app.test_cli_runner().invoke(cli, ["export", slug, "--out", str(tmp_path / "r")])
    assert found.exit_code == 1 and "the disk is full" in found.stderr
    assert list(tmp_path.iterdir()) == []
