"""A mirror of the public log: complete, verified, resumed; tampering with the feed is found."""

import json
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Response
from sqlalchemy import func, select

from deliberate import sealing
from deliberate.api import feed
from deliberate.citivoice import KINDS_OF_EVERY_PROCESS
from deliberate.clock import now
from deliberate.commands import cli, mirror
from deliberate.database import db
from deliberate.models import Interaction, Release
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.releases.releases import publish_release, remove_release
from deliberate.operations.threads.comments import post_comment
from deliberate.queries.log.public_acts import PUBLIC_KINDS
from deliberate.sealing.kept_outside.mirror import Mirror, MirrorReport
from deliberate.sealing.verifier import VerificationError
from deliberate.vocabulary import Role, Stance
from tests import factories
from tests.client import anonymous_client
from tests.live_server import run_server

pytestmark = pytest.mark.sqlite
EVERYWHERE = sorted(KINDS_OF_EVERY_PROCESS)
Change = Callable[[Any], Any]


def publish_heads(app) -> None:
    sealing.seal_log(app.config["SETTINGS"])
    sealing.publish_heads(now() + timedelta(hours=1))


def discuss(comments: int) -> Any:
    proposal = factories.create_proposal()
    for number in range(comments):
        resident = factories.create_resident()
        post_comment(resident, proposal, f"Argumen {number}.", stance=Stance.FOR)
        support_proposal(resident, proposal)
    return proposal


@pytest.fixture(autouse=True)
def unlimited(app, monkeypatch):
    """Count no request: all tests are of one network."""
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", False)


@pytest.fixture
def served(app, monkeypatch):
    """Serve a log with several heads and a release, in small pages; return how to fetch it."""
    for name, size in (("ACTS_PER_PAGE", 4), ("LEAVES_PER_PAGE", 9), ("HEADS_PER_PAGE", 2)):
        monkeypatch.setattr(feed, name, size)
    proposal = discuss(4)
    publish_heads(app)
    discuss(3)
    publish_heads(app)
    publish_release(None, proposal.process, app.config["SETTINGS"].data_path / "releases")
    publish_heads(app)
    discuss(2)
    publish_heads(app)
    return fetch_from(app)


def fetch_from(app) -> Callable[[str], bytes]:
    client = anonymous_client(app)

    def fetch(path: str) -> bytes:
        answer = client.get(path)
        if answer.status_code != 200:
            raise OSError(f"{path}: status {answer.status_code}")
        return answer.data

    return fetch


def update(folder: Path, fetch: Callable[[str], bytes]) -> MirrorReport:
    return Mirror(folder).update(fetch, EVERYWHERE)


def stored_acts(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "acts.jsonl").read_text().splitlines()]


def test_mirror_has_every_public_act_once_and_no_private_one(app, served, tmp_path):
    report = update(tmp_path, served)
    rows = db.session.scalars(select(Interaction)).all()
    public = {row.seq: row.kind for row in rows if row.kind in PUBLIC_KINDS}
    assert {act["position"]: act["public"]["kind"] for act in stored_acts(tmp_path)} == public
    assert (report.acts, report.entries, report.heads) == (len(public), len(rows), 4)
    assert len(public) < len(rows)
    (below,) = report.complete_below.values()
    assert 0 < below < report.entries


def test_mirror_goes_on_with_what_is_new(app, served, tmp_path):
    first = update(tmp_path, served)
    discuss(1)
    publish_heads(app)
    second = update(tmp_path, served)
    assert second.acts > first.acts
    assert second == update(tmp_path, served)
    assert len(stored_acts(tmp_path)) == second.acts


def test_mirror_killed_twenty_times_ends_like_one_that_was_not(served, tmp_path):
    whole = update(tmp_path / "whole", served)
    chance, kills, folder = random.Random(22), 0, tmp_path / "killed"

    class Killed(BaseException):
        pass

    def dying(path: str) -> bytes:
        if kills < 20 and chance.random() < 0.3:
            raise Killed
        return served(path)

    while kills < 20:
        try:
            update(folder, dying)
        except Killed:
            kills += 1
            for path in folder.iterdir():  # a line that was only partly written
                path.write_bytes(path.read_bytes() + b'{"position": 1')
    assert update(folder, served) == whole
    for name in ("heads.jsonl", "acts.jsonl", "leaves.txt"):
        assert (folder / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def of_act(change: Change) -> tuple[str, Change]:
    def changed(content: dict) -> dict:
        for act in content["acts"]:
            if act["public"]["kind"] == "comment.posted":
                change(act)
                break
        return content

    return "/api/v1/acts", changed


def of_public(**values: object) -> tuple[str, Change]:
    return of_act(lambda act: act["public"].update(values))


def of_list(path: str, change: Change) -> tuple[str, Change]:
    name = path.rsplit("/", 1)[1]

    def changed(content: dict) -> dict:
        return {**content, name: change(content[name])} if len(content[name]) > 1 else content

    return path, changed


def of_heads(change: Change) -> tuple[str, Change]:
    def changed(content: dict) -> dict:
        for head in content["heads"][1:2]:
            change(head)
        return content

    return "/api/v1/heads", changed


def forge_head(head: dict) -> None:
    """Sign another root with another key."""
    key = Ed25519PrivateKey.generate()
    fields = json.loads(head["body"]) | {"root": "00" * 32}
    head["body"] = json.dumps(fields, sort_keys=True, separators=(",", ":"))
    head["signature"] = key.sign(head["body"].encode()).hex()
    head["key"] = key.public_key().public_bytes_raw().hex()


TAMPERINGS: dict[str, tuple[str, Change]] = {
    "change the details of an act": of_public(details={}),
    "change the kind of an act": of_public(kind="comment.edited"),
    "change the hour of an act": of_public(hour="2020-01-01T00:00:00Z"),
    "change the stance of an act": of_public(stance=-1),
    "move an act to another proposal": of_public(proposal=999),
    "invent the private half of an act": of_act(lambda act: act.update(private="00" * 32)),
    "state another leaf beside an act": of_act(lambda act: act.update(leaf="00" * 32)),
    "move an act to another entry": of_act(lambda act: act.update(position=act["position"] + 1)),
    "keep an act back": of_list("/api/v1/acts", lambda acts: [acts[0], *acts[2:]]),
    "give an act twice": of_list("/api/v1/acts", lambda acts: [acts[0], *acts]),
    "swap two acts": of_list("/api/v1/acts", lambda acts: [acts[1], acts[0], *acts[2:]]),
    "change a leaf hash": of_list("/api/v1/leaves", lambda rows: ["00" * 32, *rows[1:]]),
    "keep a leaf hash back": of_list("/api/v1/leaves", lambda rows: rows[1:]),
    "swap two leaf hashes": of_list("/api/v1/leaves", lambda rows: [*rows[1::-1], *rows[2:]]),
    "cut a leaf hash": of_list("/api/v1/leaves", lambda rows: [rows[0][:10], *rows[1:]]),
    "change the text of a head": of_heads(lambda head: head.update(body=head["body"] + " ")),
    "change the signature of a head": of_heads(lambda head: head.update(signature="00" * 64)),
    "leave out the proof of a head": of_heads(lambda head: head.update(consistency=[])),
    "sign a head with another key": of_heads(forge_head),
    "keep a head back": of_list("/api/v1/heads", lambda heads: heads[1:]),
    "keep a release back": ("/api/v1/releases", lambda content: {"data": []}),
    "write the manifest of a release anew": ("/data/", lambda content: {**content, "title": "x"}),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_tampering_with_the_feed_is_found_and_an_honest_feed_mends_it(served, tmp_path, what):
    prefix, change = TAMPERINGS[what]

    def tampered(path: str) -> bytes:
        content = served(path)
        return (
            json.dumps(change(json.loads(content))).encode() if path.startswith(prefix) else content
        )

    with pytest.raises(VerificationError):
        update(tmp_path, tampered)
    assert update(tmp_path, served).releases == 1


def test_log_that_was_rewritten_or_cut_is_found_by_an_earlier_mirror(app, served, tmp_path):
    update(tmp_path, served)
    heads = (tmp_path / "heads.jsonl").read_text().splitlines()

    def cut(path: str) -> bytes:
        content = json.loads(served(path))
        return json.dumps({**content, "heads": []} if "/heads" in path else content).encode()

    with pytest.raises(VerificationError, match="no longer shows"):
        update(tmp_path, cut)

    def without_the_known(path: str) -> bytes:
        content = json.loads(served(path))
        if "/heads" in path:
            content["heads"] = content["heads"][1:]
        return json.dumps(content).encode()

    discuss(1)
    publish_heads(app)
    with pytest.raises(VerificationError, match="no longer shows"):
        update(tmp_path, without_the_known)

    def another(path: str) -> bytes:
        content = json.loads(served(path))
        if "/heads" in path and content["heads"]:
            forge_head(content["heads"][0])
        return json.dumps(content).encode()

    with pytest.raises(VerificationError, match="another log"):
        update(tmp_path, another)
    assert (tmp_path / "heads.jsonl").read_text().splitlines() == heads


def test_release_that_was_removed_is_not_asked_for(app, served, tmp_path):
    release = db.session.scalars(select(Release)).one()
    remove_release(factories.create_staff(role=Role.ADMIN), release, "Perintah pengadilan.")
    publish_heads(app)
    assert update(tmp_path, served).releases == 0


def test_list_of_releases_that_never_ends_is_refused(served, tmp_path):
    def same_page(path: str) -> bytes:
        return served(path.partition("&after")[0] if "/releases" in path else path)

    with pytest.raises(VerificationError, match="does not go on"):
        update(tmp_path, same_page)


def test_feed_of_an_empty_log_is_refused_in_one_line(app, tmp_path):
    with pytest.raises(VerificationError, match="no tree head yet"):
        update(tmp_path, fetch_from(app))


def test_feed_ends_at_the_published_head(app, served):
    head = json.loads(served("/api/v1/heads?after=0"))["size"]
    discuss(1)
    sealing.seal_log(app.config["SETTINGS"])  # sealed, but not published
    content = json.loads(served("/api/v1/acts"))
    assert content["size"] == head
    leaves = json.loads(served(f"/api/v1/leaves?first={head}"))["leaves"]
    assert leaves == []
    assert db.session.scalar(select(func.count()).select_from(Interaction)) > head


def test_private_acts_leave_no_trace_but_a_hash_that_cannot_be_guessed(app, served):
    """Try what an attacker knows: kind, hour, person and proposal of a support."""
    rows = db.session.scalars(select(Interaction).where(Interaction.kind == "support.given")).all()
    assert rows
    everything = b"".join(
        served(f"/api/v1/{path}") for path in ("acts?limit=1000", "heads", "leaves")
    ).decode()
    for row in rows:
        for secret in (row.id, row.actor_id, row.salt.hex(), "support.given"):
            assert secret not in everything
    positions = {act["position"] for act in json.loads(served("/api/v1/acts?limit=1000"))["acts"]}
    assert positions.isdisjoint({row.seq for row in rows})


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["mirror", *map(str, arguments)])


def test_command_mirrors_an_installation_and_says_what_it_proves(app, served, tmp_path):
    with run_server(app) as url:
        first = run(url, "--out", tmp_path)
        again = run(url, "--out", tmp_path, "--json")
    assert first.exit_code == 0, first.output
    assert "no public act is missing below entry" in first.output
    assert json.loads(again.stdout)["acts"] == len(stored_acts(tmp_path))


def test_command_ends_with_one_on_a_fault_and_two_on_what_cannot_be_read(app, served, tmp_path):
    with run_server(app) as url:
        assert run(url, "--out", tmp_path).exit_code == 0
        leaves = (tmp_path / "leaves.txt").read_text()
        (tmp_path / "leaves.txt").write_text("00" * 32 + leaves[64:])
        changed = run(url, "--out", tmp_path)
        as_json = run(url, "--out", tmp_path, "--json")
    assert (changed.exit_code, "not verified" in changed.output) == (1, True)
    assert as_json.exit_code == 0  # what was wrong was read again
    gone = run("http://127.0.0.1:9/", "--out", tmp_path)
    assert (gone.exit_code, "cannot be read" in gone.output) == (2, True)
    assert run("ftp://a.example", "--out", tmp_path).exit_code == 2


def test_fault_is_printed_as_json(app, served, tmp_path):
    with run_server(app) as url:
        run(url, "--out", tmp_path)
        acts = (tmp_path / "acts.jsonl").read_text().replace('"stance": 1', '"stance": -1')
        (tmp_path / "acts.jsonl").write_text(acts)
        result = run(url, "--out", tmp_path, "--json")
    assert result.exit_code == 1
    assert "is another act" in json.loads(result.stdout)["fault"]


def add_answer(app, monkeypatch, answer: Callable[[], Response | None]) -> None:
    """Have an application ask `answer` before every view."""
    asked = [*app.before_request_funcs[None], answer]
    monkeypatch.setitem(app.before_request_funcs, None, asked)


@pytest.mark.parametrize(("stated", "seconds"), [("7", 7), ("9999", 60), ("", 1), ("soon", 1)])
def test_command_waits_as_long_as_an_installation_with_a_limit_says(
    app, served, tmp_path, monkeypatch, stated, seconds
):
    waits: list[int] = []

    def limited() -> Response | None:
        headers = {"Retry-After": stated} if stated else {}
        return None if len(waits) > 1 else Response("", 429, headers)

    monkeypatch.setattr(mirror, "sleep", waits.append)
    add_answer(app, monkeypatch, limited)
    with run_server(app) as url:
        assert run(url, "--out", tmp_path).exit_code == 0
    assert waits == [seconds, seconds]


def test_command_ends_where_an_installation_never_answers_again(tmp_path, app, monkeypatch):
    waits: list[int] = []
    monkeypatch.setattr(mirror, "sleep", waits.append)
    add_answer(app, monkeypatch, lambda: Response("", 429))
    with run_server(app) as url:
        result = run(url, "--out", tmp_path)
    assert (result.exit_code, len(waits)) == (2, mirror.TRIES)
