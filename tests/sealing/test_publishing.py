"""What is given out of the log: an hourly head, daily leaves, a letter; a release is checked."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from deliberate import sealing
from deliberate.clock import now
from deliberate.database import db
from deliberate.exports.release import build_release
from deliberate.models import Process
from deliberate.notifications.witnesses import tell_witnesses
from deliberate.operations.log import rotate_key
from deliberate.sealing import verifier
from tests import factories


@pytest.fixture
def settings(app, clock):
    return app.config["SETTINGS"]


def sealed(settings) -> int:
    """One more entry under a head; gives the head's size."""
    factories.resident()
    sealing.seal_log(settings)
    return sealing.latest_head(db.session).size


def given_out() -> list[dict]:
    db.session.rollback()
    return list(sealing.published_heads())


def sizes() -> list[int]:
    return [json.loads(head["body"])["size"] for head in given_out()]


def test_of_the_heads_of_an_hour_only_the_last_is_given_out(settings, clock):
    for _ in range(3):
        sealed(settings)
    assert sealing.publish_heads() == []
    clock.shift(timedelta(hours=1))
    sealed(settings)
    assert sealing.publish_heads() == [3]
    assert sealing.publish_heads() == []
    clock.shift(timedelta(hours=1))
    assert sealing.publish_heads() == [4]
    assert sizes() == [3, 4]


def test_heads_given_out_prove_each_other_through_a_change_of_key(settings, clock, tmp_path):
    for _ in range(3):
        sealed(settings)
        clock.shift(timedelta(hours=1))
        sealing.publish_heads()
    rotate_key(None, settings)
    sealed(settings)
    clock.shift(timedelta(hours=1))
    sealing.publish_heads()
    lines = given_out()
    assert sizes() == [1, 2, 3, 4, 5] and len({head["key"] for head in lines}) == 2
    assert checked(lines, tmp_path)
    for place in (1, 3):
        broken = [head for n, head in enumerate(lines) if n != place]
        with pytest.raises(verifier.Wrong):
            checked(broken, tmp_path)


def checked(heads: list[dict], folder: Path) -> bool:
    file = folder / "heads.jsonl"
    file.write_text("".join(json.dumps(head) + "\n" for head in heads))
    verifier.check_heads(verifier.read_heads(file))
    return True


def test_leaves_are_written_once_up_to_the_last_head_given_out(settings, clock):
    assert sealing.write_leaves(settings.log_path) is None
    sealed(settings)
    clock.shift(timedelta(hours=1))
    sealing.publish_heads()
    sealed(settings)
    assert sealing.write_leaves(settings.log_path) == "000000000-000000000.txt"
    assert sealing.write_leaves(settings.log_path) is None
    clock.shift(timedelta(hours=1))
    sealing.publish_heads()
    assert sealing.write_leaves(settings.log_path) == "000000001-000000001.txt"
    assert len(sealing.leaf_files(settings.log_path)) == 2


def test_every_row_of_a_release_is_proven_to_lie_in_the_log(settings, clock, tmp_path):
    proposal = factories.a_proposal()
    sealing.seal_log(settings)
    process = db.session.get(Process, proposal.process_id)
    build_release(process, tmp_path / "release")
    sealing.publish_heads(until=clock_ahead())
    sealing.write_leaves(settings.log_path)
    checked(given_out(), tmp_path)
    heads = verifier.read_heads(tmp_path / "heads.jsonl")
    events = tmp_path / "release/events.csv"
    leaves = settings.log_path / sealing.LEAVES
    assert verifier.check_release(events, heads, leaves) == (3, 4)
    events.write_text(events.read_text().replace("proposal.submitted", "proposal.withdrawn"))
    with pytest.raises(verifier.Wrong, match="another act"):
        verifier.check_release(events, heads, leaves)
    (file,) = leaves.iterdir()
    file.chmod(0o600)
    file.write_text(file.read_text().replace("a", "b"))
    with pytest.raises(verifier.Wrong, match="not those of the head"):
        verifier.check_release(events, heads, leaves)


def clock_ahead():
    return now() + timedelta(hours=1)


class Postbox:
    """A mail server that keeps what it is given."""

    def __init__(self) -> None:
        self.mails = []

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        return None

    def send(self, mail) -> None:
        self.mails.append(mail)


def test_witnesses_get_the_newest_head_given_out(settings, clock):
    settings = replace(settings, witnesses="pers@example.org, ombudsman@example.org")
    box = Postbox()
    sealed(settings)
    assert not tell_witnesses(settings, box)
    clock.shift(timedelta(hours=1))
    sealing.publish_heads()
    sealed(settings)
    assert tell_witnesses(settings, box)
    (mail,) = box.mails
    assert mail["To"] == "pers@example.org, ombudsman@example.org"
    (head,) = given_out()
    assert head["body"] in mail.get_content() and head["signature"] in mail.get_content()
    assert not tell_witnesses(replace(settings, witnesses=""), box)
