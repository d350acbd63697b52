"""Test errors of backups: damaged, incompatible or existing files are reported in one line."""

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
def test_backup_overwrites_nothing(installation, backup):
    assert backup("create", installation.file)[0] == 0
    content = installation.file.read_bytes()
    code, output = backup("create", installation.file)
    assert (code, "nothing is overwritten" in output) == (1, True)
    code, output = backup("restore", installation.file, "--without-erasures")
    assert (code, "is not empty" in output) == (1, True)
    assert installation.file.read_bytes() == content
    assert installation.file.stat().st_mode & 0o777 == 0o600


@pytest.mark.sqlite
def test_backup_restore_requires_the_erasure_list(installation, backup, empty_installation):
    backup("create", installation.file)
    assert backup("restore", installation.file, app=empty_installation)[0] == 2


def cut(content):
    return content[: len(content) // 2]


def flip(content):
    start = content.index(b"gambar")
    return content[:start] + b"Gambar" + content[start + 6 :]


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (cut, "damaged"),
        (flip, "uploads/a1b2 does not match the manifest"),
        (lambda _: b"nonsense" * 200, "not a backup"),
        (lambda _: b"", "not a backup"),
        (lambda content: cut(gzip.compress(content)), "damaged"),
    ],
    ids=["cut", "flipped", "nonsense", "empty", "cut and packed"],
)
def test_backup_that_is_damaged_is_named_and_not_restored(
    installation, backup, empty_installation, damage, message
):
    backup("create", installation.file)
    installation.file.write_bytes(damage(installation.file.read_bytes()))
    for arguments in (["verify"], ["restore", "--without-erasures"]):
        code, output = backup(*arguments, installation.file, app=empty_installation)
        assert (code, message in output) == (1, True), output
    assert stores.is_empty(empty_installation.config["SETTINGS"])
    assert backup("verify", installation.file.with_name("nowhere.tar"))[0] == 1


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"revision": "9999"}, "has the schema 9999, which this version does not know"),
        ({"engine": "oracle"}, "is a backup of oracle"),
        ({"format": 2}, "was made by a newer version"),
    ],
    ids=str,
)
def test_backup_of_another_schema_engine_or_version_is_refused(
    installation, backup, empty_installation, monkeypatch, tmp_path, change, message
):
    close = archive.BackupWriter.close
    monkeypatch.setattr(archive, "FORMAT", change.get("format", 1))
    monkeypatch.setattr(
        archive.BackupWriter, "close", lambda self, fields: close(self, fields | change)
    )
    backup("create", installation.file)
    monkeypatch.undo()
    code, output = backup(
        "restore", installation.file, "--without-erasures", app=empty_installation
    )
    assert (code, message in output) == (1, True), output
    assert stores.is_empty(empty_installation.config["SETTINGS"])


def test_backup_with_a_path_outside_is_refused(app, tmp_path):
    file = tmp_path / "evil.tar"
    (tmp_path / "evil").write_text("x")
    with tarfile.open(file, "w") as tar:
        tar.add(tmp_path / "evil", "../outside")
    with pytest.raises(archive.BackupError, match="does not belong in a backup"):
        archive.unpack(file, tmp_path / "in", lambda _: None)
    assert not (tmp_path / "outside").exists()


@pytest.mark.sqlite
def test_backup_on_a_full_disk_leaves_no_file(installation, backup, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive.BackupWriter, "add", fail)
    code, output = backup("create", installation.file)
    assert (code, "No space left on device; no backup was stored" in output) == (1, True), output
    assert list(installation.file.parent.glob("kota*")) == []


@pytest.mark.sqlite
def test_backup_contains_no_signing_key(installation, backup):
    backup("create", installation.file)
    with tarfile.open(installation.file) as tar:
        names = tar.getnames()
    assert not any(name.endswith(".pem") for name in names)
    assert {"manifest.json", "heads.jsonl", "uploads/a1b2"} <= set(names)
    assert any(name.startswith("log/segments/") for name in names)


@pytest.mark.sqlite
def test_backup_restore_reports_a_missing_signing_key(installation, backup, app, tmp_path):
    backup("create", installation.file)
    db.session.remove()
    settings = replace(
        installation.settings, data_dir=str(tmp_path / "other"), signing_key="2" * 64
    )
    with empty_database(settings) as settings:
        other = create_app(settings)
        code, output = backup(
            "restore", installation.file, "--without-erasures", "--json", app=other
        )
        assert (code, json.loads(output)["has_key"]) == (0, False), output
        release_connections(other)


@pytest.mark.postgresql
def test_backup_names_a_missing_postgresql_program(installation, backup, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    code, output = backup("create", installation.file)
    assert (code, "pg_dump is not installed" in output) == (1, True)


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


def test_backup_writes_no_log_rows(installation, backup, log):
    log()
    backup("create", installation.file)
    backup("verify", installation.file)
    assert log() == []
    assert db.session.scalar(select(func.count(Interaction.id))) > 0


def test_backup_verify_takes_no_password_among_its_options(backup, tmp_path):
    file = tmp_path / "backup.tar.gz"
    code, output = backup("verify", file, "--server", "postgresql://admin:rahasia@db/postgres")
    assert (code, "--server-file" in output, "rahasia" in output) == (2, True, False)


def test_backup_verify_reads_the_server_from_a_file(backup, tmp_path):
    (tmp_path / "server").write_text("postgresql://admin:rahasia@db/postgres\n")
    file = tmp_path / "backup.tar.gz"
    code, output = backup("verify", file, "--server-file", tmp_path / "server")
    assert code == 1 and "backup.tar.gz" in output
