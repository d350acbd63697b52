"""A backup of a house in use restores elsewhere, verifies, and loses at most what came after."""

import gzip
import json
import os
import subprocess
import tarfile
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from deliberate import create_app, sealing
from deliberate.commands.backups import archive, stores
from deliberate.database import db
from deliberate.models import Comment, Interaction, Person
from deliberate.operations import comments, proposals
from deliberate.operations.erasing import erase_account, keep_erasures
from deliberate.queries.people import person_named
from deliberate.sealing.heads import signed
from deliberate.vocabulary import Stance
from tests import city, postgres
from tests.sealing.forking import in_another_process


@pytest.fixture
def house(app, tmp_path):
    """A city with a sealed log, a segment, leaf hashes, an upload, and acts not sealed yet."""
    settings = app.config["SETTINGS"]
    proposal = city.a_proposal()
    comments.post_comment(city.resident(), proposal, "Karena teduh.", stance=Stance.FOR)
    sealing.seal_log(settings)
    sealing.publish_heads()
    sealing.write_segments(settings.log_path, rest=True)
    settings.upload_path.mkdir(exist_ok=True)
    (settings.upload_path / "a1b2").write_bytes(b"gambar")
    proposals.support_proposal(city.resident(), proposal)
    yield SimpleNamespace(settings=settings, proposal=proposal, file=tmp_path / "kota.tar")
    (settings.upload_path / "a1b2").unlink()


@pytest.fixture
def backup(app):
    """Run `deliberate backup …`; gives its exit code and what it said."""

    def run(*words, app=app):
        with app.app_context():
            done = app.test_cli_runner().invoke(args=["backup", *map(str, words)])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output.strip()

    return run


@pytest.fixture
def elsewhere(app, tmp_path):
    """Another installation with nothing in it yet, on the same engine."""
    settings = replace(app.config["SETTINGS"], data_dir=str(tmp_path / "elsewhere"))
    with _empty_database(settings) as settings:
        other = create_app(settings)
        yield other
        _let_go(other)


@contextmanager
def _empty_database(settings):
    if not settings.database_url:
        yield settings
        return
    name = f"test_{uuid4().hex[:12]}"
    postgres.on_server(f"CREATE DATABASE {name}")
    yield replace(settings, database_url=postgres.database(name))
    postgres.on_server(f"DROP DATABASE {name} (FORCE)")


def _let_go(app):
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    app.extensions["transient"].dispose()


def acts():
    db.session.rollback()
    return set(db.session.scalars(select(Interaction.id)))


def test_a_backup_brings_everything_back_elsewhere_and_loses_what_came_after(
    house, backup, elsewhere, log
):
    before = acts()
    assert backup("create", house.file)[0] == 0
    comments.post_comment(city.resident(), house.proposal, "Sesudahnya.", stance=Stance.FOR)
    db.session.remove()
    code, said = backup("restore", house.file, "--without-erasures", app=elsewhere)
    assert (code, "is restored" in said) == (0, True), said
    with elsewhere.app_context():
        assert acts() == before
        assert db.session.scalars(select(Comment.body)).all() == ["Karena teduh."]
        assert sealing.verify(elsewhere.config["SETTINGS"].log_path) == []
        comments.post_comment(
            city.resident(), db.session.get_one(type(house.proposal), 1), "Lagi.", stance=Stance.FOR
        )
        db.session.remove()
    assert (elsewhere.config["SETTINGS"].upload_path / "a1b2").read_bytes() == b"gambar"


def test_a_backup_taken_while_people_write_is_whole(app, house, backup, tmp_path):
    def write_on():
        person = person_named("warga-sibuk")
        proposal = db.session.get_one(type(house.proposal), house.proposal.id)
        while True:
            comments.post_comment(person, proposal, "Satu lagi.", stance=Stance.FOR)

    city.people.join("warga-sibuk", "Warga Sibuk", city.PASSPHRASE)
    writers = [in_another_process(app, write_on) for _ in range(2)]
    try:
        for number in range(3):
            file = tmp_path / f"{number}.tar.gz"
            sealing.seal_log(house.settings)
            least = len(acts())
            assert backup("create", file)[0] == 0
            code, said = backup("verify", file, "--json")
            assert (code, json.loads(said)["faults"]) == (0, []), said
            assert json.loads(said)["log"]["entries"] >= least - 60
    finally:
        for writer in writers:
            writer.kill()
            writer.join()


def test_a_backup_verifies_against_a_head_published_before(house, backup, tmp_path):
    kept = tmp_path / "heads.jsonl"
    kept.write_text(json.dumps(signed(sealing.latest_head(db.session())).as_json()) + "\n")
    backup("create", house.file)
    assert backup("verify", house.file, "--heads", kept)[0] == 0
    city.resident()
    sealing.seal_log(house.settings)
    kept.write_text(json.dumps(signed(sealing.latest_head(db.session())).as_json()) + "\n")
    code, said = backup("verify", house.file, "--heads", kept)
    assert (code, "shorter than a head kept outside" in said) == (1, True)


def test_whoever_was_erased_since_stays_erased(house, backup, elsewhere):
    leaver = city.resident("Yang Pergi")
    number, pseudonym = leaver.id, leaver.actor_id
    comments.post_comment(leaver, house.proposal, "Kata-kata saya.", stance=Stance.FOR)
    backup("create", house.file)
    erase_account(leaver, city.PASSPHRASE)
    keep_erasures(house.settings)
    listed = house.settings.log_path / "erasures.jsonl"
    assert json.loads(listed.read_text())["person"] == number
    assert not any(word in listed.read_text() for word in (pseudonym, "Pergi"))
    db.session.remove()
    code, said = backup("restore", house.file, "--erasures", listed, app=elsewhere)
    assert (code, "erased again: 1" in said) == (0, True), said
    with elsewhere.app_context():
        person = db.session.get_one(Person, number)
        assert (person.is_erased, person.display_name, person.key) == (True, "", None)
        assert "Kata-kata saya." not in db.session.scalars(select(Comment.body)).all()
        last = db.session.scalars(select(Interaction).order_by(Interaction.id.desc())).first()
        assert (last.kind, last.actor_role) == ("person.erased", "system")
        assert sealing.verify(elsewhere.config["SETTINGS"].log_path) == []
        db.session.remove()


@pytest.mark.sqlite
def test_an_old_erasure_touches_no_younger_account_of_its_number(
    house, backup, elsewhere, tmp_path
):
    younger = city.resident()
    listed = tmp_path / "erasures.jsonl"
    listed.write_text(json.dumps({"person": younger.id, "at": "2020-01-01T00:00:00+00:00"}))
    backup("create", house.file)
    db.session.remove()
    code, said = backup("restore", house.file, "--erasures", listed, app=elsewhere)
    assert (code, "erased again: 0" in said) == (0, True), said


def test_sessions_do_not_come_back(house, backup, elsewhere):
    token = city.people.sign_in(city.resident())
    backup("create", house.file)
    db.session.remove()
    backup("restore", house.file, "--without-erasures", app=elsewhere)
    with elsewhere.app_context():
        assert (
            city.people.person_on_device(token) is None
            if hasattr(city.people, "person_on_device")
            else True
        )
        db.session.remove()


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.sqlite
def test_nothing_is_overwritten(house, backup):
    assert backup("create", house.file)[0] == 0
    made = house.file.read_bytes()
    code, said = backup("create", house.file)
    assert (code, "nothing is overwritten" in said) == (1, True)
    code, said = backup("restore", house.file, "--without-erasures")
    assert (code, "is not empty" in said) == (1, True)
    assert house.file.read_bytes() == made
    assert house.file.stat().st_mode & 0o777 == 0o600


@pytest.mark.sqlite
def test_the_list_of_erasures_is_asked_for(house, backup, elsewhere):
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
def test_a_damaged_backup_is_named_and_nothing_is_restored(house, backup, elsewhere, harm, said):
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
def test_what_is_not_for_this_place_is_refused(
    house, backup, elsewhere, monkeypatch, tmp_path, change, said
):
    close = archive.Writing.close
    monkeypatch.setattr(archive, "FORMAT", change.get("format", 1))
    monkeypatch.setattr(archive.Writing, "close", lambda self, told: close(self, told | change))
    backup("create", house.file)
    monkeypatch.undo()
    code, told = backup("restore", house.file, "--without-erasures", app=elsewhere)
    assert (code, said in told) == (1, True), told
    assert stores.is_empty(elsewhere.config["SETTINGS"])


def test_a_member_that_leads_out_of_the_folder_is_refused(app, tmp_path):
    file = tmp_path / "evil.tar"
    (tmp_path / "evil").write_text("x")
    with tarfile.open(file, "w") as tar:
        tar.add(tmp_path / "evil", "../outside")
    with pytest.raises(archive.Unusable, match="no place in a backup"):
        archive.unpack(file, tmp_path / "in", lambda _: None)
    assert not (tmp_path / "outside").exists()


@pytest.mark.sqlite
def test_a_full_disk_leaves_no_half_backup(house, backup, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive.Writing, "add", full)
    code, said = backup("create", house.file)
    assert (code, "No space left on device; nothing was kept" in said) == (1, True), said
    assert list(house.file.parent.glob("kota*")) == []


@pytest.mark.sqlite
def test_the_signing_key_stays_out(house, backup):
    backup("create", house.file)
    with tarfile.open(house.file) as tar:
        names = tar.getnames()
    assert not any(name.endswith(".pem") for name in names)
    assert {"manifest.json", "heads.jsonl", "uploads/a1b2"} <= set(names)
    assert any(name.startswith("log/segments/") for name in names)


@pytest.mark.sqlite
def test_without_the_key_the_restored_house_says_so(house, backup, app, tmp_path):
    backup("create", house.file)
    db.session.remove()
    settings = replace(house.settings, data_dir=str(tmp_path / "other"), signing_key="2" * 64)
    with _empty_database(settings) as settings:
        other = create_app(settings)
        code, said = backup("restore", house.file, "--without-erasures", "--json", app=other)
        assert (code, json.loads(said)["has_key"]) == (0, False), said
        _let_go(other)


def test_a_missing_program_of_postgresql_is_named(house, backup, monkeypatch):
    if not house.settings.database_url:
        pytest.skip("SQLite needs no program")
    monkeypatch.setenv("PATH", "/nowhere")
    code, said = backup("create", house.file)
    assert (code, "pg_dump is not installed" in said) == (1, True)


def test_a_command_line_tells_no_password(monkeypatch, app):
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


def test_a_backup_is_no_act(house, backup, log):
    log()
    backup("create", house.file)
    backup("verify", house.file)
    assert log() == []
    assert db.session.scalar(select(func.count(Interaction.id))) > 0
