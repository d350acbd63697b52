"""A backup that is damaged, not for this place, or in the way of another is named in one line."""

import gzip
import json
import os
import subprocess
import tarfile
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from deliberate import create_app
from deliberate.commands.backups import archive, stores
from deliberate.database import db
from deliberate.models import Interaction
from tests.commands.conftest import empty_database, release_connections


@pytest.mark.sqlite
def test_backup_overwrites_nothing(house, backup):
    assert backup("create", house.file)[0] == 0
    made = house.file.read_bytes()
    code, said = backup("create", house.file)
    assert (code, "nothing is overwritten" in said) == (1, True)
    code, said = backup("restore", house.file, "--without-erasures")
    assert (code, "is not empty" in said) == (1, True)
    assert house.file.read_bytes() == made
    assert house.file.stat().st_mode & 0o777 == 0o600


@pytest.mark.sqlite
def test_backup_restore_requires_the_erasure_list(house, backup, elsewhere):
    backup("create", house.file)
    assert backup("restore", house.file, app=elsewhere)[0] == 2


def cut(content):
    return content[: len(content) // 2]


def flip(content):
    place = content.index(b"gambar")
    return content[:place] + b"Gambar" + content[place + 6 :]


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (cut, "damaged"),
        (flip, "uploads/a1b2 is not what the manifest says"),
        (lambda _: b"nonsense" * 200, "no backup"),
        (lambda _: b"", "no backup"),
        (lambda content: cut(gzip.compress(content)), "damaged"),
    ],
    ids=["cut", "flipped", "nonsense", "empty", "cut and packed"],
)
def test_backup_that_is_damaged_is_named_and_not_restored(house, backup, elsewhere, harm, said):
    backup("create", house.file)
    house.file.write_bytes(harm(house.file.read_bytes()))
    for words in (["verify"], ["restore", "--without-erasures"]):
        code, told = backup(*words, house.file, app=elsewhere)
        assert (code, said in told) == (1, True), told
    assert stores.is_empty(elsewhere.config["SETTINGS"])
    assert backup("verify", house.file.with_name("nowhere.tar"))[0] == 1


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"revision": "9999"}, "has the schema 9999, which this version does not know"),
        ({"engine": "oracle"}, "is a backup of oracle"),
        ({"format": 2}, "was made by a newer version"),
    ],
    ids=str,
)
def test_backup_of_another_schema_engine_or_version_is_refused(
    house, backup, elsewhere, monkeypatch, tmp_path, change, said
):
    close = archive.BackupWriter.close
    monkeypatch.setattr(archive, "FORMAT", change.get("format", 1))
    monkeypatch.setattr(
        archive.BackupWriter, "close", lambda self, told: close(self, told | change)
    )
    backup("create", house.file)
    monkeypatch.undo()
    code, told = backup("restore", house.file, "--without-erasures", app=elsewhere)
    assert (code, said in told) == (1, True), told
    assert stores.is_empty(elsewhere.config["SETTINGS"])


def test_backup_with_a_path_outside_is_refused(app, tmp_path):
    file = tmp_path / "evil.tar"
    (tmp_path / "evil").write_text("x")
    with tarfile.open(file, "w") as tar:
        tar.add(tmp_path / "evil", "../outside")
    with pytest.raises(archive.BackupError, match="no place in a backup"):
        archive.unpack(file, tmp_path / "in", lambda _: None)
    assert not (tmp_path / "outside").exists()


@pytest.mark.sqlite
def test_backup_on_a_full_disk_leaves_no_file(house, backup, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive.BackupWriter, "add", full)
    code, said = backup("create", house.file)
    assert (code, "No space left on device; nothing was kept" in said) == (1, True), said
    assert list(house.file.parent.glob("kota*")) == []


@pytest.mark.sqlite
def test_backup_contains_no_signing_key(house, backup):
    backup("create", house.file)
    with tarfile.open(house.file) as tar:
        names = tar.getnames()
    assert not any(name.endswith(".pem") for name in names)
    assert {"manifest.json", "heads.jsonl", "uploads/a1b2"} <= set(names)
    assert any(name.startswith("log/segments/") for name in names)


@pytest.mark.sqlite
def test_backup_restore_reports_a_missing_signing_key(house, backup, app, tmp_path):
    backup("create", house.file)
    db.session.remove()
    settings = replace(house.settings, data_dir=str(tmp_path / "other"), signing_key="2" * 64)
    with empty_database(settings) as settings:
        other = create_app(settings)
        code, said = backup("restore", house.file, "--without-erasures", "--json", app=other)
        assert (code, json.loads(said)["has_key"]) == (0, False), said
        release_connections(other)


@pytest.mark.postgresql
def test_backup_names_a_missing_postgresql_program(house, backup, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    code, said = backup("create", house.file)
    assert (code, "pg_dump is not installed" in said) == (1, True)


def test_backup_command_line_contains_no_password(monkeypatch, app):
    settings = replace(
        app.config["SETTINGS"], database_url="postgresql://kota:rahasia@db.example:5433/kota"
    )
    seen = {}

    def run(command, env, **_):
        seen.update(command=command, env=env)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    stores._run("pg_dump", settings)
    assert "rahasia" not in " ".join(seen["command"])
    assert (seen["env"]["PGPASSWORD"], "PATH" in seen["env"]) == ("rahasia", "PATH" in os.environ)
    assert seen["command"][1] == "--dbname=postgresql://kota@db.example:5433/kota"


def test_backup_writes_no_log_rows(house, backup, log):
    log()
    backup("create", house.file)
    backup("verify", house.file)
    assert log() == []
    assert db.session.scalar(select(func.count(Interaction.id))) > 0
