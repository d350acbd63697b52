"""A release brought in scores here as there; one that is not whole is named and left outside."""

import json
import shutil

import pytest

from deliberate import sealing
from deliberate.commands import cli
from deliberate.exports.release import Unwritable, build_release
from deliberate.imports.release import bring_in_release
from deliberate.imports.source import UnreadableSource
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.releases.releases import publish_all_releases
from deliberate.operations.threads import comments as comment_operations
from deliberate.queries.scores.process_scores import process_named, process_slugs, scores_of
from deliberate.vocabulary import Stance
from tests import factories


@pytest.fixture
def settings(app):
    yield app.config["SETTINGS"]
    shutil.rmtree(app.config["SETTINGS"].imported_path, ignore_errors=True)


@pytest.fixture
def release(app, settings, tmp_path):
    """A release of a process with private acts, and the scores where it came from."""
    process = factories.a_process()
    people = [factories.resident() for _ in range(4)]
    proposal = factories.a_proposal(process, people[0])
    first = comment_operations.post_comment(
        people[1], proposal, "Terlalu mahal.", stance=Stance.AGAINST
    )
    comment_operations.post_comment(
        people[0], proposal, "Hanya tiga.", parent=first, stance=Stance.FOR
    )
    for person in people[1:]:
        proposal_operations.support_proposal(person, proposal)
    sealing.seal_log(settings)
    build_release(process, tmp_path / "r")
    return tmp_path / "r", scores_of(process).to_json()


def run(app, *words):
    return app.test_cli_runner().invoke(cli, [str(word) for word in words])


def test_it_scores_here_as_there(app, settings, release):
    folder, there = release
    assert run(app, "import", "release", folder, "--process", "tamu").exit_code == 0
    assert scores_of(process_named("tamu")).to_json() == there
    assert run(app, "score", "tamu", "--json").stdout == there


def test_it_is_one_act_and_twice_is_none(app, settings, release, log):
    log()
    bring_in_release(release[0], "tamu", settings)
    (entry,) = log()
    assert (entry.kind, entry.details["source"]) == ("process.imported", "release")
    bring_in_release(release[0], "tamu", settings)
    assert log() == []


def test_a_packed_one_comes_in_too(app, settings, release, tmp_path):
    packed = shutil.make_archive(str(tmp_path / "p"), "zip", tmp_path, "r")
    words = ("import", "release", packed, "--process", "tamu")
    assert run(app, *words).exit_code == 0


def change(path):
    path.write_text(path.read_text().replace("comment.posted", "comment.edited"))


def cut(path):
    path.write_bytes(path.read_bytes()[:-20])


@pytest.mark.parametrize(
    ("harm", "name", "said"),
    [
        (change, "events.csv", "events.csv was changed after the release was built"),
        (cut, "events.parquet", "events.parquet is cut short: perhaps half a download"),
        (lambda path: path.unlink(), "facts/week_facts.csv", "week_facts.csv is missing"),
        (cut, "manifest.json", "no manifest of a release"),
    ],
)
def test_what_is_not_whole_is_named_and_nothing_is_written(
    app, settings, release, harm, name, said
):
    folder, _there = release
    harm(folder / name)
    found = run(app, "import", "release", folder, "--process", "tamu")
    assert found.exit_code == 2 and said in found.stderr
    assert process_named("tamu") is None and not (settings.imported_path / "tamu").exists()


def test_half_a_zip_is_named(app, settings, release, tmp_path):
    packed = shutil.make_archive(str(tmp_path / "p"), "zip", tmp_path, "r")
    cut(tmp_path / "p.zip")
    found = run(app, "import", "release", packed, "--process", "tamu")
    assert found.exit_code == 2 and "half a download" in found.stderr


def test_a_manifest_reaches_nothing_outside(app, settings, release):
    path = release[0] / "manifest.json"
    said = json.loads(path.read_text())
    said["files"]["../../deliberate.db"] = {"sha256": "0" * 64}
    path.write_text(json.dumps(said))
    with pytest.raises(UnreadableSource, match="outside the release"):
        bring_in_release(release[0], "tamu", settings)


def test_a_name_that_is_taken_is_left_as_it_is(app, settings, release):
    process = factories.a_process()
    with pytest.raises(UnreadableSource, match="exists and is not this release"):
        bring_in_release(release[0], process.slug, settings)


def test_its_own_files_are_its_release(app, settings, release, tmp_path):
    process = bring_in_release(release[0], "tamu", settings)
    with pytest.raises(Unwritable, match="its own files"):
        build_release(process, tmp_path / "again")
    assert publish_all_releases(settings.releases_path) == len(process_slugs()) - 1
