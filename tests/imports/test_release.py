"""Test imports of releases: same scores as at the origin; incomplete ones are refused."""

import json
import shutil
import tempfile

import pytest

from deliberate import sealing
from deliberate.commands import cli
from deliberate.exports.release_builder import ReleaseNotWritable, build_release
from deliberate.imports.release import import_release
from deliberate.imports.source import UnreadableSource
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.releases.releases import publish_all_releases
from deliberate.operations.threads import comments as comment_operations
from deliberate.queries.processes.processes import get_process
from deliberate.queries.scores.computed_scores import compute_scores
from deliberate.queries.scores.process_scores import opened_process_slugs
from deliberate.vocabulary import Stance
from tests import factories


@pytest.fixture
def settings(app):
    yield app.config["SETTINGS"]
    shutil.rmtree(app.config["SETTINGS"].imported_path, ignore_errors=True)


@pytest.fixture
def release(app, settings, tmp_path):
    """Build a release of a process with private acts; return its folder and original scores."""
    process = factories.create_process()
    people = [factories.create_resident() for _ in range(4)]
    proposal = factories.create_proposal(process, people[0])
    first = comment_operations.post_comment(
        people[1], proposal, "Terlalu mahal.", stance=Stance.AGAINST
    )
    comment_operations.post_comment(
        people[0], proposal, "Hanya tiga.", parent=first, stance=Stance.FOR
    )
    for person in people[1:]:
        support_proposal(person, proposal)
    sealing.seal_log(settings)
    build_release(process, tmp_path / "r")
    return tmp_path / "r", compute_scores(process).to_json()


def run_command(app, *arguments):
    return app.test_cli_runner().invoke(cli, [str(argument) for argument in arguments])


def test_imported_release_has_the_scores_of_its_origin(app, settings, release):
    folder, original_scores = release
    assert run_command(app, "import", "release", folder, "--process", "tamu").exit_code == 0
    assert compute_scores(get_process("tamu")).to_json() == original_scores
    assert run_command(app, "score", "tamu", "--json").stdout == original_scores


def test_imported_release_is_one_act_and_repeating_adds_none(app, settings, release, log):
    log()
    import_release(release[0], "tamu", settings)
    (entry,) = log()
    assert (entry.kind, entry.details["source"]) == ("process.imported", "release")
    import_release(release[0], "tamu", settings)
    assert log() == []


def test_release_can_be_imported_from_a_zip_file(app, settings, release, tmp_path):
    archive = shutil.make_archive(str(tmp_path / "p"), "zip", tmp_path, "r")
    arguments = ("import", "release", archive, "--process", "tamu")
    assert run_command(app, *arguments).exit_code == 0


def change(path):
    path.write_text(path.read_text().replace("comment.posted", "comment.edited"))


def cut(path):
    path.write_bytes(path.read_bytes()[:-20])


@pytest.mark.parametrize(
    ("damage", "name", "message"),
    [
        (change, "events.csv", "events.csv was changed after the release was built"),
        (cut, "events.parquet", "events.parquet is truncated: the download may be incomplete"),
        (lambda path: path.unlink(), "facts/week_facts.csv", "week_facts.csv is missing"),
        (cut, "manifest.json", "not a release manifest"),
    ],
)
def test_damaged_release_is_named_and_nothing_is_stored(
    app, settings, release, damage, name, message
):
    folder, _there = release
    damage(folder / name)
    result = run_command(app, "import", "release", folder, "--process", "tamu")
    assert result.exit_code == 2 and message in result.stderr
    assert get_process("tamu") is None and not (settings.imported_path / "tamu").exists()


def test_truncated_release_zip_is_refused(app, settings, release, tmp_path):
    archive = shutil.make_archive(str(tmp_path / "p"), "zip", tmp_path, "r")
    cut(tmp_path / "p.zip")
    result = run_command(app, "import", "release", archive, "--process", "tamu")
    assert result.exit_code == 2 and "incomplete download" in result.stderr


def test_release_manifest_cannot_name_files_outside(app, settings, release):
    path = release[0] / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["files"]["../../deliberate.db"] = {"sha256": "0" * 64}
    path.write_text(json.dumps(manifest))
    with pytest.raises(UnreadableSource, match="outside the release"):
        import_release(release[0], "tamu", settings)


def test_release_import_refuses_a_name_in_use(app, settings, release):
    process = factories.create_process()
    with pytest.raises(UnreadableSource, match="exists and is not this release"):
        import_release(release[0], process.slug, settings)


def test_imported_release_is_not_published_again(app, settings, release, tmp_path):
    process = import_release(release[0], "tamu", settings)
    with pytest.raises(ReleaseNotWritable, match="is an imported release"):
        build_release(process, tmp_path / "again")
    assert publish_all_releases(settings.releases_path) == len(opened_process_slugs()) - 1


def test_errors_of_a_packed_release_name_the_archive_alone(app, settings, release, tmp_path):
    (release[0] / "facts" / "week_facts.csv").unlink()
    archive = shutil.make_archive(str(tmp_path / "p"), "zip", tmp_path, "r")
    result = run_command(app, "import", "release", archive, "--process", "tamu")
    assert result.exit_code == 2
    assert "facts/week_facts.csv is missing" in result.stderr and archive in result.stderr
    assert tempfile.gettempdir() not in result.stderr.replace(str(tmp_path), "")
    assert not list(settings.imported_path.glob("*tamu*"))


def test_release_whose_process_cannot_be_written_is_imported_later(
    app, settings, release, monkeypatch, log
):
    """The files come before the row, so that no row is without its files."""

    def stop(*_arguments):
        assert (settings.imported_path / "tamu" / "manifest.json").is_file()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("deliberate.imports.release._create_process", stop)
        with pytest.raises(KeyboardInterrupt):
            import_release(release[0], "tamu", settings)
    assert get_process("tamu") is None
    assert import_release(release[0], "tamu", settings).slug == "tamu"
