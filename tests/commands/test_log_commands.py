"""`deliberate log`, and the standalone verifier run as a downloaded file."""

import json
import subprocess
import sys
from datetime import timedelta

import pytest
from flask import current_app

from deliberate import sealing
from deliberate.clock import now
from deliberate.database import db
from deliberate.sealing.tree_heads import export_tree_head, sign_tree_head
from tests import factories


@pytest.fixture
def run(app):
    """Run `deliberate log …` on a log of some entries, whose last head is published."""
    for _ in range(3):
        factories.create_resident()
        sealing.seal_log(app.config["SETTINGS"])
    sealing.publish_heads(until=now() + timedelta(seconds=1))
    return lambda *arguments: app.test_cli_runner().invoke(args=["log", *arguments])


@pytest.fixture
def run_verifier(run, tmp_path):
    """Run verify.py in an empty folder, without the package."""
    (tmp_path / "verify.py").write_text(run("verifier").output)

    def check(*arguments: str) -> tuple[int, str]:
        result = subprocess.run(
            [sys.executable, "-I", "verify.py", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return result.returncode, result.stdout + result.stderr

    check.folder = tmp_path
    return check


def latest_head_line() -> str:
    return json.dumps(export_tree_head(sealing.latest_tree_head(db.session)).as_json()) + "\n"


def test_log_verify_command_succeeds_for_an_intact_log(run, tmp_path):
    heads = tmp_path / "heads.jsonl"
    heads.write_text(latest_head_line())
    result = run("verify", "--heads", str(heads))
    assert result.exit_code == 0
    assert "3 entries are unchanged and match 1 external tree heads" in result.output
    assert "compare with heads stored elsewhere" in run("verify").output


def test_log_verify_command_exits_with_one_on_a_fault(run, tmp_path):
    heads = tmp_path / "heads.jsonl"
    forged = json.loads(latest_head_line()) | {"signature": "00"}
    heads.write_text(json.dumps(forged))
    result = run("verify", "--heads", str(heads))
    assert (result.exit_code, "signature" in result.output) == (1, True)
    result = run("verify", "--json", "--heads", str(heads))
    (fault,) = json.loads(result.output)["faults"]
    assert (result.exit_code, fault["where"]) == (1, 3)


def test_head_of_another_installation_is_named_with_its_address(run, tmp_path):
    heads, key = (
        tmp_path / "heads.jsonl",
        sealing.current_signing_key(current_app.config["SETTINGS"]),
    )
    own = sealing.latest_tree_head(db.session)
    other = sign_tree_head(
        sealing.MerkleTree(own.size, [bytes.fromhex(p) for p in own.peaks]),
        None, key, "https://lain.example", own.made_at,
    )  # fmt: skip
    heads.write_text(json.dumps(export_tree_head(other).as_json()) + "\n")
    result = run("verify", "--heads", str(heads))
    assert result.exit_code == 2
    assert result.stdout.startswith("cannot be compared:\n")
    assert "is of another log: https://lain.example, not " in result.output
    result = run("verify", "--json", "--heads", str(heads))
    answer = json.loads(result.output)
    assert (answer["answer"], len(answer["not_compared"])) == ("cannot be compared", 1)


@pytest.mark.parametrize("content", ["", "{}", "nonsense", '{"body":"[]","key":"","signature":""}'])
def test_log_verify_command_names_a_file_without_heads(run, tmp_path, content):
    heads = tmp_path / "heads.jsonl"
    heads.write_text(content + "\n" if content else "")
    result = run("verify", "--heads", str(heads))
    assert (result.exit_code, "heads.jsonl" in result.stderr) == (2, True)


def test_log_head_command_prints_a_head_that_verify_reads(run, tmp_path):
    heads_file = tmp_path / "heads.jsonl"
    heads_file.write_text(run("head").output)
    assert run("verify", "--heads", str(heads_file)).exit_code == 0


def test_log_commands_print_heads_and_proofs_as_json(run):
    assert json.loads(json.loads(run("head").output)["body"])["size"] == 3
    assert json.loads(run("prove", "1").output)["entry"] == 1
    assert len(json.loads(run("consistency", "2", "3").output)["path"]) == 1
    assert run("prove", "3").exit_code == run("consistency", "2", "4").exit_code == 1


def test_log_key_command_rotates_the_key(run, log):
    before = run("key").output
    log()
    after = run("key", "--rotate").output
    (entry,) = log()
    assert (entry.kind, entry.actor_role) == ("key.rotated", "system")
    assert run("key").output == after != before
    factories.create_resident()
    seal()
    assert sealing.verify_log() == []


def seal() -> None:
    sealing.seal_log(current_app.config["SETTINGS"])


def test_standalone_verifier_checks_a_proof(run, run_verifier):
    proof = run_verifier.folder / "proof.json"
    proof.write_text(run("prove", "1").output)
    assert run_verifier("proof", "proof.json")[0] == 0
    proof.write_text(proof.read_text().replace('"entry": 1', '"entry": 0'))
    code, output = run_verifier("proof", "proof.json")
    assert (code, output.startswith("does not hold: entry 0 is not in the log")) == (1, True)
    assert run_verifier("proof", "missing.json")[0] == 2


def test_standalone_verifier_checks_published_heads(clock, run, run_verifier):
    for _ in range(3):
        clock.shift(3600)
        factories.create_resident()
        seal()
        sealing.publish_heads()
    clock.shift(3600)
    sealing.publish_heads()
    lines = [json.dumps(head) for head in sealing.published_heads_json()]
    heads = run_verifier.folder / "heads.jsonl"
    heads.write_text("\n".join(lines))
    code, output = run_verifier("heads", "heads.jsonl")
    assert (code, f"holds: {len(lines)} tree heads" in output) == (0, True)
    (run_verifier.folder / "kept.jsonl").write_text(latest_head_line())
    assert run_verifier("heads", "heads.jsonl", "--kept", "kept.jsonl")[0] == 0
    heads.write_text("\n".join(lines[::-1]))
    assert "is older than the previous one" in run_verifier("heads", "heads.jsonl")[1]
