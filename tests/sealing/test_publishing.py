"""Publishing: hourly heads, daily leaf files, the witness mail, and releases that verify."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from deliberate import sealing
from deliberate.clock import now
from deliberate.database import db
from deliberate.exports.release_builder import build_release
from deliberate.models import Process
from deliberate.notifications.witnesses import notify_witnesses
from deliberate.operations.log import rotate_key
from deliberate.sealing import verifier
from tests import factories


@pytest.fixture
def settings(app, clock):
    return app.config["SETTINGS"]


def record_and_seal(settings) -> int:
    """Record and seal an entry; return the size of the head."""
    factories.create_resident()
    sealing.seal_log(settings)
    return sealing.latest_tree_head(db.session).size


def published_heads() -> list[dict]:
    db.session.rollback()
    return list(sealing.published_heads_json())


def published_sizes() -> list[int]:
    return [json.loads(head["body"])["size"] for head in published_heads()]


def test_only_the_last_head_of_an_hour_is_published(settings, clock):
    for _ in range(3):
        record_and_seal(settings)
    assert sealing.publish_heads() == []
    clock.shift(timedelta(hours=1))
    record_and_seal(settings)
    assert sealing.publish_heads() == [3]
    assert sealing.publish_heads() == []
    clock.shift(timedelta(hours=1))
    assert sealing.publish_heads() == [4]
    assert published_sizes() == [3, 4]


def test_published_heads_are_consistent_across_a_key_rotation(settings, clock, tmp_path):
    for _ in range(3):
        record_and_seal(settings)
        clock.shift(timedelta(hours=1))
        sealing.publish_heads()
    rotate_key(None, settings)
    record_and_seal(settings)
    clock.shift(timedelta(hours=1))
    sealing.publish_heads()
    lines = published_heads()
    assert published_sizes() == [1, 2, 3, 4, 5] and len({head["key"] for head in lines}) == 2
    assert check_heads_file(lines, tmp_path)
    for index in (1, 3):
        incomplete = [head for n, head in enumerate(lines) if n != index]
        with pytest.raises(verifier.VerificationError):
            check_heads_file(incomplete, tmp_path)


def check_heads_file(heads: list[dict], folder: Path) -> bool:
    file = folder / "heads.jsonl"
    file.write_text("".join(json.dumps(head) + "\n" for head in heads))
    verifier.check_heads(verifier.read_heads(file))
    return True


def test_leaf_files_are_written_once_up_to_the_published_head(settings, clock):
    assert sealing.write_leaf_file(settings.log_path) is None
    record_and_seal(settings)
    clock.shift(timedelta(hours=1))
    sealing.publish_heads()
    record_and_seal(settings)
    assert sealing.write_leaf_file(settings.log_path) == "000000000-000000000.txt"
    assert sealing.write_leaf_file(settings.log_path) is None
    clock.shift(timedelta(hours=1))
    sealing.publish_heads()
    assert sealing.write_leaf_file(settings.log_path) == "000000001-000000001.txt"
    assert len(sealing.leaf_files(settings.log_path)) == 2


def test_verifier_finds_every_row_of_a_release_in_the_log(settings, clock, tmp_path):
    proposal = factories.create_proposal()
    sealing.seal_log(settings)
    process = db.session.get(Process, proposal.process_id)
    build_release(process, tmp_path / "release")
    sealing.publish_heads(until=in_one_hour())
    sealing.write_leaf_file(settings.log_path)
    check_heads_file(published_heads(), tmp_path)
    heads = verifier.read_heads(tmp_path / "heads.jsonl")
    events = tmp_path / "release/events.csv"
    leaves = settings.log_path / sealing.LEAF_FOLDER
    count = verifier.check_release(events, heads, leaves)
    assert (count.rows, count.dated, count.covered) == (3, 0, 4)
    events.write_text(events.read_text().replace("proposal.submitted", "proposal.withdrawn"))
    with pytest.raises(verifier.VerificationError, match="another act"):
        verifier.check_release(events, heads, leaves)
    (file,) = leaves.iterdir()
    file.chmod(0o600)
    file.write_text(file.read_text().replace("a", "b"))
    with pytest.raises(verifier.VerificationError, match="do not match the tree head"):
        verifier.check_release(events, heads, leaves)


def in_one_hour():
    return now() + timedelta(hours=1)


class MailServer:
    """A mail server that stores the mails it is sent."""

    def __init__(self) -> None:
        self.mails = []

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        return None

    def send(self, mail) -> None:
        self.mails.append(mail)


def test_witness_mail_has_the_newest_published_head(settings, clock):
    settings = replace(settings, witnesses="pers@example.org, ombudsman@example.org")
    server = MailServer()
    record_and_seal(settings)
    assert not notify_witnesses(settings, server)
    clock.shift(timedelta(hours=1))
    sealing.publish_heads()
    record_and_seal(settings)
    assert notify_witnesses(settings, server)
    (mail,) = server.mails
    assert mail["To"] == "pers@example.org, ombudsman@example.org"
    (head,) = published_heads()
    line = json.dumps({name: head[name] for name in ("body", "key", "signature")}) + "\n"
    assert line in mail.get_body(("plain",)).get_content()
    (attachment,) = mail.iter_attachments()
    assert attachment.get_content() == line.encode()
    assert not notify_witnesses(replace(settings, witnesses=""), server)
