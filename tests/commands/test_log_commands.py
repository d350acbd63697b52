"""The log is checked at a terminal, by its operator and by anybody at home."""

import json
import subprocess
import sys

import pytest
from flask import current_app

from deliberate import sealing
from deliberate.database import db
from deliberate.sealing.heads import signed
from tests import factories


@pytest.fixture
def run(app):
    """Run `deliberate log …` on a log of some entries."""
    for _ in range(3):
        factories.resident()
        sealing.seal_log(app.config["SETTINGS"])
    return lambda *words: app.test_cli_runner().invoke(args=["log", *words])


@pytest.fixture
def at_home(run, tmp_path):
    """Run verify.py in an empty folder, as somebody who has nothing of the house."""
    (tmp_path / "verify.py").write_text(run("verifier").output)

    def check(*words: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-I", "verify.py", *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    check.folder = tmp_path
    return check


def head_line() -> str:
    return json.dumps(signed(sealing.latest_head(db.session)).as_json()) + "\n"


def test_a_whole_log_verifies(run, tmp_path):
    heads = tmp_path / "heads.jsonl"
    heads.write_text(head_line())
    done = run("verify", "--heads", str(heads))
    assert done.exit_code == 0
    assert "3 entries are as they were sealed, and as 1 heads kept elsewhere say" in done.output
    assert "heads kept elsewhere tell" in run("verify").output


def test_a_fault_is_exit_code_one(run, tmp_path):
    heads = tmp_path / "heads.jsonl"
    forged = json.loads(head_line()) | {"signature": "00"}
    heads.write_text(json.dumps(forged))
    done = run("verify", "--heads", str(heads))
    assert (done.exit_code, "signature" in done.output) == (1, True)
    done = run("verify", "--json", "--heads", str(heads))
    (fault,) = json.loads(done.output)["faults"]
    assert (done.exit_code, fault["where"]) == (1, 3)


@pytest.mark.parametrize("content", ["", "{}", "nonsense", '{"body":"[]","key":"","signature":""}'])
def test_a_file_without_heads_is_named(run, tmp_path, content):
    heads = tmp_path / "heads.jsonl"
    heads.write_text(content + "\n" if content else "")
    done = run("verify", "--heads", str(heads))
    assert (done.exit_code, "heads.jsonl" in done.stderr) == (2, True)


def test_a_head_that_was_shown_is_one_that_can_be_kept(run, tmp_path):
    kept = tmp_path / "heads.jsonl"
    kept.write_text(run("head").output)
    assert run("verify", "--heads", str(kept)).exit_code == 0


def test_heads_and_proofs_are_shown_as_json(run):
    assert json.loads(json.loads(run("head").output)["body"])["size"] == 3
    assert json.loads(run("prove", "1").output)["entry"] == 1
    assert len(json.loads(run("consistency", "2", "3").output)["path"]) == 1
    assert run("prove", "3").exit_code == run("consistency", "2", "4").exit_code == 1


def test_the_key_is_handed_over_by_a_signed_head(run, log):
    before = run("key").output
    log()
    after = run("key", "--rotate").output
    (entry,) = log()
    assert (entry.kind, entry.actor_role) == ("key.rotated", "system")
    assert run("key").output == after != before
    factories.resident()
    seal()
    assert sealing.verify() == []


def seal() -> None:
    sealing.seal_log(current_app.config["SETTINGS"])


def test_anybody_checks_a_proof_at_home(run, at_home):
    proof = at_home.folder / "proof.json"
    proof.write_text(run("prove", "1").output)
    assert at_home("proof", "proof.json")[0] == 0
    proof.write_text(proof.read_text().replace('"entry": 1', '"entry": 0'))
    code, said = at_home("proof", "proof.json")
    assert (code, said.startswith("does not hold: entry 0 is not in the log")) == (1, True)
    assert at_home("proof", "missing.json")[0] == 2


def test_anybody_checks_published_heads_at_home(run, at_home, clock):
    for _ in range(3):
        clock.shift(3600)
        factories.resident()
        seal()
        sealing.publish_heads()
    clock.shift(3600)
    sealing.publish_heads()
    lines = [json.dumps(head) for head in sealing.published_heads()]
    heads = at_home.folder / "heads.jsonl"
    heads.write_text("\n".join(lines))
    code, said = at_home("heads", "heads.jsonl")
    assert (code, f"{len(lines)} heads hold" in said) == (0, True)
    (at_home.folder / "kept.jsonl").write_text(head_line())
    assert at_home("heads", "heads.jsonl", "--kept", "kept.jsonl")[0] == 0
    heads.write_text("\n".join(lines[:-1]))
    assert "kept" in at_home("heads", "heads.jsonl", "--kept", "kept.jsonl")[1]
    heads.write_text("\n".join(lines[::-1]))
    assert "does not continue" in at_home("heads", "heads.jsonl")[1]
