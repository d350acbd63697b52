"""Publishing, downloading and removing releases."""

import csv
import json
import zipfile

import pytest
from sqlalchemy import select

from deliberate.commands import cli
from deliberate.database import db, unrecorded
from deliberate.exports import event_log
from deliberate.exports.release_comparison import compare_releases
from deliberate.exports.release_rows import KINDS_OF_EVERY_PROCESS_AT_FIRST, compare_release_rows
from deliberate.models import Comment
from deliberate.operations.moderation.decisions import hide_contribution
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.releases.releases import publish_all_releases, publish_release
from deliberate.operations.threads.comments import post_comment
from deliberate.queries.processes.processes import get_process
from deliberate.queries.releases.release_files import InvalidRelease, sha256_of, verify_manifest
from deliberate.recording import recorded
from deliberate.sealing import seal_log, verifier
from deliberate.vocabulary import ModerationRule, Role, Stance
from deliberate.vocabulary.events.accounts import ResidentVerified
from tests import factories
from tests.client import anonymous_client
from tests.log.tamperings import FACTS, RELEASES


@pytest.fixture
def folder(app):
    return app.config["SETTINGS"].data_path / "releases"


@pytest.fixture
def find_release_faults(app, folder):
    """Return a function that compares the published releases with the log."""
    log_path = app.config["SETTINGS"].log_path
    return lambda: [fault.problem for fault in compare_releases(db.session(), folder, log_path)]


def test_publishing_a_release_is_logged(app, folder, log):
    process = factories.create_process()
    log()
    release = publish_release(None, process, folder)
    (entry,) = log()
    assert (entry.kind, entry.subject_id) == ("release.built", release.id)


def test_changed_file_of_a_release_is_found_by_its_logged_manifest(
    app, folder, log, find_release_faults
):
    process = factories.create_process()
    release = publish_release(None, process, folder)
    files = folder / process.slug / release.stamp
    seal_log(app.config["SETTINGS"])
    position = str(log()[-1].seq)
    receipt = json.loads(app.test_cli_runner().invoke(cli, ["log", "receipt", position]).output)
    assert verifier.check_files(files, receipt) == len(release.manifest["files"])
    assert find_release_faults() == []
    codebook, manifest = files / "codebook.csv", files / "manifest.json"
    codebook.chmod(0o600)
    codebook.write_text(codebook.read_text() + "x\n")
    with pytest.raises(verifier.VerificationError, match=r"codebook\.csv is not the file"):
        verifier.check_files(files, receipt)
    (problem,) = find_release_faults()
    assert "codebook.csv was changed" in problem
    manifest.chmod(0o600)
    manifest.write_text(
        manifest.read_text().replace(
            release.manifest["files"]["codebook.csv"]["sha256"], sha256_of(codebook)
        )
    )
    with pytest.raises(verifier.VerificationError, match="not the one of the receipt"):
        verifier.check_files(files, receipt)
    (problem,) = find_release_faults()
    assert "manifest.json differs from its entry" in problem


def rewrite_release(folder, change):
    """Change rows of a release as an operator does who builds its manifest and entry to match."""
    manifest = json.loads((folder / "manifest.json").read_text())
    events, parquet = folder / "events.jsonl", folder / "events.parquet"
    rows = change([json.loads(line) for line in events.read_text().splitlines()], manifest)
    for file in (events, folder / "events.csv", parquet, folder / "manifest.json"):
        file.chmod(0o600)
    for file in (folder / "events.csv", parquet):
        file.unlink()
        del manifest["files"][file.name]
    events.write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "manifest.json").write_text(json.dumps(manifest))
    rewrite_manifest(folder, events)


def rewrite_manifest(folder, file):
    """Give the manifest of a release the checksum of a changed file."""
    manifest = json.loads((folder / "manifest.json").read_text())
    name = file.relative_to(folder).as_posix()
    manifest["files"][name] = {"sha256": sha256_of(file)}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def publish_release_of_talk(app, folder):
    """Return the folder of a release with three comments and two supports that are withheld."""
    process = factories.create_process()
    proposal = factories.create_proposal(process)
    first, second = factories.create_resident(), factories.create_resident()
    post_comment(first, proposal, "Mahal.", stance=Stance.AGAINST)
    post_comment(second, proposal, "Benar.", stance=Stance.AGAINST)
    post_comment(proposal.author, proposal, "Tidak.", stance=Stance.AGAINST)
    for person in (first, second):
        support_proposal(person, proposal)
    seal_log(app.config["SETTINGS"])
    return folder / process.slug / publish_release(None, process, folder).stamp


@pytest.mark.parametrize("tampering", RELEASES, ids=lambda tampering: tampering.what)
@pytest.mark.sqlite
def test_release_rebuilt_with_other_rows_is_found(app, folder, find_release_faults, tampering):
    release = publish_release_of_talk(app, folder)
    assert find_release_faults() == []
    rewrite_release(release, tampering.change)
    problems = find_release_faults()
    assert any(tampering.problem in problem for problem in problems), problems


@pytest.mark.parametrize("tampering", FACTS, ids=lambda tampering: tampering.what)
@pytest.mark.sqlite
def test_release_rebuilt_with_other_facts_is_found(app, folder, find_release_faults, tampering):
    release = publish_release_of_talk(app, folder)
    rewrite_release(release, lambda rows, _manifest: rows)
    file = release / "facts" / f"{tampering.table}.csv"
    file.chmod(0o600)
    with file.open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    assert rows
    with file.open("w", encoding="utf-8", newline="") as table:
        writer = csv.DictWriter(table, rows[0])
        writer.writeheader()
        writer.writerows(tampering.change(rows))
    rewrite_manifest(release, file)
    assert any(f"{tampering.table}.csv: differs" in problem for problem in find_release_faults())


def test_facts_of_a_release_still_follow_from_a_log_that_grew(app, folder, find_release_faults):
    release = publish_release_of_talk(app, folder)
    factories.create_proposal(get_process(release.parent.name))
    seal_log(app.config["SETTINGS"])
    assert find_release_faults() == []


def test_facts_of_a_release_hold_after_a_copied_text_is_hidden(app, folder, find_release_faults):
    release = publish_release_of_talk(app, folder)
    comment = db.session.scalars(select(Comment).order_by(Comment.id)).first()
    hide_contribution(factories.create_staff(role=Role.MODERATOR), comment, ModerationRule.SPAM, "")
    seal_log(app.config["SETTINGS"])
    assert release.is_dir() and find_release_faults() == []


def test_release_from_before_formats_is_compared_by_the_kinds_it_counted(app, folder, monkeypatch):
    monkeypatch.setattr(event_log, "KINDS_OF_EVERY_PROCESS", KINDS_OF_EVERY_PROCESS_AT_FIRST)
    process, resident = factories.create_process(), factories.create_resident()
    with recorded(None, ResidentVerified) as act:
        act.about(resident, by="list", account=resident.actor_id or "")
    seal_log(app.config["SETTINGS"])
    release = publish_release(None, process, folder)
    files = folder / process.slug / release.stamp
    manifest = dict(release.manifest)
    assert list(compare_release_rows(db.session(), files, process.id, manifest)) != []
    del manifest["format"]
    assert list(compare_release_rows(db.session(), files, process.id, manifest)) == []


def test_release_of_a_newer_version_is_refused_by_name(app, folder):
    process = factories.create_process()
    release = publish_release(None, process, folder)
    files = folder / process.slug / release.stamp
    manifest = files / "manifest.json"
    manifest.chmod(0o600)
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"format": 2}))
    with pytest.raises(InvalidRelease, match=r"manifest\.json: format 2 is of a newer version"):
        verify_manifest(files)
    with pytest.raises(verifier.IncomparableError, match=r"manifest\.json: format 2 is of a newer"):
        verifier.check_files(files)


def test_second_release_of_a_day_gets_its_own_stamp(app, folder):
    process = factories.create_process()
    first, second = (publish_release(None, process, folder).stamp for _ in range(2))
    assert second == f"{first}-2"


def test_failed_build_leaves_the_newest_release(app, folder):
    process = factories.create_process()
    release = publish_release(None, process, folder)

    def fail(_name, _rows):
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        publish_release(None, process, folder, fail)
    newest = anonymous_client(app).get(f"/data/{process.slug}/latest.zip")
    assert newest.location.endswith(f"/{release.stamp}.zip")


def test_release_files_are_downloaded_without_an_account(app, folder):
    release = publish_release(None, factories.create_process(), folder)
    url = f"/data/{release.process.slug}/{release.stamp}"
    for name in ("events.csv", "manifest.json", "facts/week_facts.csv"):
        assert anonymous_client(app).get(f"{url}/{name}").status_code == 200
    archive = anonymous_client(app).get(f"{url}.zip")
    assert archive.data[:2] == b"PK" and "attachment" in archive.headers["Content-Disposition"]
    # A removed release must leave caches within minutes.
    assert archive.cache_control.max_age == 300 and archive.cache_control.must_revalidate
    unchanged = {"If-None-Match": archive.headers["ETag"]}
    assert anonymous_client(app).get(f"{url}.zip", headers=unchanged).status_code == 304


@pytest.mark.parametrize("name", ["../secret", "../../deliberate.db", "other.csv", "%2e%2e/secret"])
def test_release_download_refuses_other_paths(app, folder, name):
    release = publish_release(None, factories.create_process(), folder)
    result = anonymous_client(app).get(f"/data/{release.process.slug}/{release.stamp}/{name}")
    assert result.status_code == 404


def test_removed_release_returns_410_with_the_reason(app, folder):
    release = publish_release(None, factories.create_process(), folder)
    with unrecorded("test settings"):
        release.removed_at, release.removed_reason = release.built_at, "Penghapusan data"
    result = anonymous_client(app).get(f"/data/{release.process.slug}/{release.stamp}.zip")
    assert result.status_code == 410 and "Penghapusan data" in result.text


def test_process_without_new_acts_is_not_released_again(app, folder):
    process = factories.create_process()
    assert publish_all_releases(folder) == 1
    assert publish_all_releases(folder) == 0
    factories.create_proposal(process)
    seal_log(app.config["SETTINGS"])
    assert publish_all_releases(folder) == 1


def test_data_page_lists_files_and_commands(app, folder):
    publish_release(None, factories.create_process(), folder)
    page = anonymous_client(app).get("/en/data").text
    assert "events.csv" in page and "deliberate score" in page


def test_export_command_publishes_a_release(app, folder):
    process = factories.create_process()
    result = app.test_cli_runner().invoke(cli, ["export", process.slug, "--publish"])
    assert result.exit_code == 0
    (archive,) = (folder / process.slug).glob("*.zip")
    assert "manifest.json" in str(zipfile.ZipFile(archive).namelist())


def test_data_page_shows_the_first_rows_and_the_people_of_each_week(app, folder):
    proposal = factories.create_proposal()
    for author in (factories.create_resident(), factories.create_resident()):
        post_comment(author, proposal, "Halte itu perlu atap.", stance=Stance.FOR)
    seal_log(app.config["SETTINGS"])
    publish_release(None, proposal.process, folder)
    page = anonymous_client(app).get("/en/data").text
    first_rows = page.partition("First rows of events.csv")[2].partition("</table>")[0]
    assert "<code>occurred_at</code>" in first_rows and "<code>comment.posted</code>" in first_rows
    weeks = page.partition("The same numbers as a table")[2].partition("</table>")[0]
    assert '<td class="numeric">3</td>' in weeks


def test_data_page_opens_while_the_files_of_a_release_are_missing(app, folder):
    process = factories.create_process()
    release = publish_release(None, process, folder)
    (folder / process.slug / release.stamp).rename(folder / "elsewhere")
    page = anonymous_client(app).get("/en/data")
    assert page.status_code == 200 and "First rows" not in page.text
