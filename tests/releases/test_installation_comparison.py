"""`deliberate compare`: releases of other installations, verified and scored again."""

import csv
import json
import shutil
import zipfile
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result
from flask import Flask

from deliberate import sealing
from deliberate.clock import now
from deliberate.commands import cli
from deliberate.exports.installations.release_archives import Downloads
from deliberate.models import Release
from deliberate.operations.releases.releases import publish_release
from deliberate.operations.threads.comments import post_comment
from deliberate.queries.releases.release_files import InvalidRelease, sha256_of
from deliberate.queries.scores.computed_scores import compute_scores
from deliberate.vocabulary import Stance
from tests import factories
from tests.live_server import run_server


def publish(app: Flask, comments: int) -> Release:
    """Publish a release of a new process with some comments."""
    proposal = factories.create_proposal()
    for number in range(comments):
        post_comment(factories.create_resident(), proposal, f"Argumen {number}.", stance=Stance.FOR)
    sealing.seal_log(app.config["SETTINGS"])
    sealing.publish_heads(now())
    sealing.write_leaf_file(app.config["SETTINGS"].log_path)
    return publish_release(None, proposal.process, app.config["SETTINGS"].data_path / "releases")


def address_of(url: str, release: Release) -> str:
    return f"{url}/data/{release.process.slug}/{release.stamp}.zip"


def folder_of(app: Flask, release: Release) -> Path:
    folder: Path = app.config["SETTINGS"].data_path / "releases"
    return folder / release.process.slug / release.stamp


def pack(folder: Path) -> None:
    """Write the archive of a release again."""
    archive = folder.with_name(f"{folder.name}.zip")
    archive.unlink(missing_ok=True)
    with zipfile.ZipFile(archive, "w") as packed:
        for path in folder.rglob("*"):
            packed.write(path, path.relative_to(folder))


def compare(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["compare", *map(str, arguments)])


@pytest.fixture
def releases(app):
    return [publish(app, 3), publish(app, 5)]


def test_numbers_of_compared_releases_equal_those_of_their_homes(app, releases, tmp_path):
    with run_server(app) as url:
        result = compare(*(address_of(url, r) for r in releases), "--to", tmp_path, "--json")
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    shown = {one["scores"]["process"]: one["scores"] for one in document["releases"]}
    for release in releases:
        own = json.loads(compute_scores(release.process).to_json())
        assert shown[release.process.slug]["indicators"] == own["indicators"]
        with (folder_of(app, release) / "scores.csv").open(newline="") as file:
            released = {row["id"]: row["value"] for row in csv.DictReader(file)}
        with (tmp_path / "scores.csv").open(newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["process"] == release.process.slug]
        assert {row["id"]: row["value"] for row in rows} == released


def test_rows_of_an_address_are_checked_against_its_log(app, releases):
    with run_server(app) as url:
        result = compare(address_of(url, releases[0]), folder_of(app, releases[1]))
    assert result.exit_code == 0, result.stderr
    assert "rows in the log of 127.0.0.1" in result.stdout
    assert "manifest verified, not compared with a log" in result.stdout


def seal_and_publish(app):
    """Seal the builds and publish them a day later, when the leaf files have them."""
    sealing.seal_log(app.config["SETTINGS"])
    sealing.publish_heads(now() + timedelta(days=1))
    sealing.write_leaf_file(app.config["SETTINGS"].log_path)


def test_manifest_of_an_address_is_compared_with_its_entry_in_the_log(app, releases):
    with run_server(app) as url:
        early = compare(address_of(url, releases[1]), folder_of(app, releases[0]))
        seal_and_publish(app)
        late = compare(address_of(url, releases[1]), folder_of(app, releases[0]))
    assert early.stdout.count("could not check that the log has this manifest") == 2
    assert late.stdout.count("could not check that the log has this manifest") == 1
    assert "its manifest is the one in the log" in late.stdout


def test_manifest_that_is_not_the_logged_one_is_refused(app, releases):
    stored = folder_of(app, releases[0])
    manifest = stored / "manifest.json"
    manifest.chmod(0o600)
    content = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(content | {"title": "Lain"}))
    pack(stored)
    seal_and_publish(app)
    with run_server(app) as url:
        result = compare(address_of(url, releases[0]), folder_of(app, releases[1]))
    assert result.exit_code == 1 and "not the one of the receipt" in result.stderr


def test_comparison_pages_exist_in_both_languages_and_link_each_other(app, releases, tmp_path):
    folders = [folder_of(app, release) for release in releases]
    assert compare(*folders, "--to", tmp_path / "new").exit_code == 0
    english = (tmp_path / "new" / "index.html").read_text()
    indonesian = (tmp_path / "new" / "index.id.html").read_text()
    assert 'lang="en"' in english and 'href="index.id.html"' in english
    assert "Perbandingan proses partisipasi" in indonesian and 'href="index.html"' in indonesian
    for release in releases:
        assert release.process.title in english


def test_title_of_a_foreign_release_is_escaped(app, releases, tmp_path):
    copy = shutil.copytree(folder_of(app, releases[0]), tmp_path / "copy")
    path = copy / "manifest.json"
    path.chmod(0o600)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"title": "<script>x</script>"}))
    result = compare(copy, folder_of(app, releases[1]), "--to", tmp_path / "pages")
    assert result.exit_code == 0, result.stderr
    assert "<script>" not in (tmp_path / "pages" / "index.html").read_text()


def test_release_with_a_changed_file_is_refused(app, releases, tmp_path):
    copy = shutil.copytree(folder_of(app, releases[0]), tmp_path / "copy")
    events = copy / "events.csv"
    events.chmod(0o600)
    events.write_text(events.read_text().replace("comment.posted", "comment.edited", 1))
    result = compare(copy, folder_of(app, releases[1]))
    assert result.exit_code == 1 and "events.csv was changed" in result.stderr


def test_release_with_rewritten_rows_and_manifest_is_refused_by_the_log(app, releases, tmp_path):
    """A manifest can be written anew for other rows; the published leaves cannot."""
    stored = folder_of(app, releases[0])
    with run_server(app) as url:
        for name in ("events.csv", "manifest.json"):
            (stored / name).chmod(0o600)
        events, manifest = stored / "events.csv", stored / "manifest.json"
        events.write_text(events.read_text().replace("comment.posted", "comment.edited", 1))
        content = json.loads(manifest.read_text())
        content["files"]["events.csv"] = {
            "sha256": sha256_of(events),
            "bytes": events.stat().st_size,
        }
        manifest.write_text(json.dumps(content))
        pack(stored)
        result = compare(address_of(url, releases[0]), folder_of(app, releases[1]))
    assert result.exit_code == 1 and "of the log is another act" in result.stderr


def test_compare_refuses_one_release_and_missing_files(tmp_path):
    assert compare(tmp_path, tmp_path).exit_code == 2
    result = compare(tmp_path, tmp_path / "nothing")
    assert result.exit_code == 1 and "manifest.json" in result.stderr
    assert compare("nothing", "nothing.zip").exit_code == 2


def test_compare_refuses_what_is_no_release_at_an_address(app, tmp_path):
    with run_server(app) as url:
        result = compare(f"{url}/id/", f"{url}/id/proposals")
    assert result.exit_code == 1 and "not a ZIP file" in result.stderr


def test_rows_that_were_checked_are_those_that_are_scored(app, releases, tmp_path):
    """A release has its rows in several formats; only one is compared with the log."""
    stored = folder_of(app, releases[1])
    parquet, manifest = stored / "events.parquet", stored / "manifest.json"
    for path in (parquet, manifest):
        path.chmod(0o600)
    duckdb.sql(f"COPY (FROM '{parquet}' LIMIT 1) TO '{tmp_path / 'other.parquet'}'")
    parquet.write_bytes((tmp_path / "other.parquet").read_bytes())
    content = json.loads(manifest.read_text())
    content["files"]["events.parquet"] = {
        "sha256": sha256_of(parquet),
        "bytes": parquet.stat().st_size,
    }
    manifest.write_text(json.dumps(content))
    pack(stored)
    with run_server(app) as url:
        result = compare(
            address_of(url, releases[1]), folder_of(app, releases[0]), "--json", "--formulas", "1.1"
        )
    assert result.exit_code == 0, result.stderr
    (checked,) = (one for one in json.loads(result.stdout)["releases"] if one["rows_in_log"])
    assert (
        checked["scores"]["indicators"]["DQ4.1"]["n"]
        == json.loads(compute_scores(releases[1].process).to_json())["indicators"]["DQ4.1"]["n"]
    )


@pytest.mark.parametrize("damage", ["deflate", "encrypted"])
def test_damaged_archive_is_refused_in_one_line(app, releases, tmp_path, damage):
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("manifest.json", "{}" * 500)
    content = bytearray(archive.read_bytes())
    if damage == "deflate":
        content[45:60] = b"\xff" * 15
    else:
        content[6] |= 1
        content[content.rindex(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(content)
    result = compare(archive, folder_of(app, releases[1]))
    assert result.exit_code == 1 and len(result.stderr.splitlines()) == 1


def test_download_is_not_redirected_to_another_host(tmp_path):
    def elsewhere(_environ, start_response):
        start_response("302 Found", [("Location", "http://169.254.169.254/latest")])
        return [b""]

    with run_server(elsewhere) as url:
        result = compare(f"{url}/data/x/latest.zip", f"{url}/data/y/latest.zip")
    assert result.exit_code == 1 and "redirect to another host" in result.stderr


def test_download_ends_at_its_limit(tmp_path):
    def large(_environ, start_response):
        start_response("200 OK", [("Content-Type", "application/zip")])
        return [b"x" * 1000]

    with run_server(large) as url, pytest.raises(InvalidRelease, match="larger or slower"):
        Downloads(max_bytes=999).download(f"{url}/a.zip", tmp_path / "a.zip")


def test_password_of_an_address_is_never_printed_or_written(app, releases, tmp_path):
    with run_server(app) as url:
        secret = address_of(url, releases[0]).replace("://", "://reader:geheim@")
        result = compare(secret, folder_of(app, releases[1]), "--to", tmp_path / "pages")
    assert "geheim" not in result.output + result.stderr
    written = [path.read_text() for path in (tmp_path / "pages").glob("*.*")]
    assert not any("geheim" in text for text in written)
