"""What an outsider can check with a mail or a head kept elsewhere: three answers, never two."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import current_app

from deliberate import sealing
from deliberate.database import db
from deliberate.notifications.witnesses import notify_witnesses
from deliberate.sealing.tree_heads import export_tree_head, sign_tree_head
from tests import factories
from tests.sealing import saved_mails

pytestmark = pytest.mark.sqlite
HOLDS, DOES_NOT_HOLD, CANNOT_BE_COMPARED = 0, 1, 2


class Outsider:
    """Somebody with a folder of downloaded and saved files."""

    def __init__(self, app, folder, clock):
        self.app, self.folder, self.clock = app, folder, clock
        (folder / "verify.py").write_text(sealing.verifier_program())

    def download_heads(self):
        lines = [json.dumps(head) + "\n" for head in sealing.published_heads_json()]
        (self.folder / "heads.jsonl").write_text("".join(lines))

    def save(self, content, name="kept"):
        file = self.folder / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    def verify(self, *arguments):
        """Run the downloaded program; return exit code and answer."""
        result = subprocess.run(
            [sys.executable, "-I", "verify.py", *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert result.stderr == ""
        return result.returncode, result.stdout

    def compare(self, content):
        """Compare a kept file with the downloaded list."""
        self.save(content)
        return self.verify("heads", "heads.jsonl", "--kept", "kept")

    def ask_operator(self, content):
        """Give a kept file to the operator, who runs `deliberate log verify`."""
        file = self.save(content)
        return self.app.test_cli_runner().invoke(args=["log", "verify", "--heads", str(file)])


class Letters:
    """A mail server that keeps what it is given."""

    def __init__(self):
        self.mails = []

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        return None

    def send(self, mail):
        self.mails.append(mail)


@pytest.fixture
def outsider(app, tmp_path, clock):
    """Return an outsider of a log whose two heads of two hours are published."""
    for _ in range(2):
        factories.create_resident()
        sealing.seal_log(app.config["SETTINGS"])
        clock.shift(timedelta(hours=1))
        sealing.publish_heads()
    somebody = Outsider(app, tmp_path, clock)
    somebody.download_heads()
    return somebody


@pytest.fixture
def letter(outsider):
    """Return the mail that the witnesses received."""
    settings = replace(outsider.app.config["SETTINGS"], witnesses="pers@example.org")
    server = Letters()
    assert notify_witnesses(settings, server)
    return server.mails[0]


def newest_line():
    return json.dumps(export_tree_head(sealing.latest_tree_head(db.session)).as_json()) + "\n"


@pytest.mark.parametrize("program", saved_mails.SAVED, ids=lambda program: program.__name__)
def test_saved_mail_of_a_head_verifies_with_both_programs(outsider, letter, program):
    content = program(letter)
    assert outsider.compare(content)[0] == HOLDS, outsider.compare(content)[1]
    result = outsider.ask_operator(content)
    assert (result.exit_code, "match 1 external tree heads" in result.output) == (HOLDS, True)


def test_changed_mail_does_not_hold(outsider, letter):
    content = saved_mails.eml_of_thunderbird(letter).decode()
    changed = re.sub(
        r'("signature": ?")([0-9a-f])', lambda m: f"{m[1]}{int(m[2], 16) ^ 1:x}", content
    )
    assert changed != content
    code, answer = outsider.compare(changed)
    assert (code, answer.startswith("does not hold: ")) == (DOES_NOT_HOLD, True)
    assert outsider.ask_operator(changed).exit_code == DOES_NOT_HOLD


def test_mail_with_another_root_does_not_hold(outsider, letter):
    content = saved_mails.eml_of_thunderbird(letter).decode()
    changed = re.sub(r'(root\\":\\")[0-9a-f]{4}', r"\g<1>beef", content)
    assert changed != content
    assert outsider.compare(changed)[0] == DOES_NOT_HOLD
    assert outsider.ask_operator(changed).exit_code == DOES_NOT_HOLD


def signed_again(outsider, origin=None, key=None, root=None):
    """Return a head line over the entries of the newest head that names something else."""
    settings = outsider.app.config["SETTINGS"]
    newest = sealing.latest_tree_head(db.session)
    peaks = [bytes.fromhex(peak) for peak in root or newest.peaks]
    head = sign_tree_head(
        sealing.MerkleTree(newest.size, peaks),
        None,
        key or sealing.current_signing_key(settings),
        origin or settings.base_url,
        newest.made_at,
    )
    return json.dumps(export_tree_head(head).as_json()) + "\n"


def test_head_of_another_log_cannot_be_compared(outsider):
    other = signed_again(outsider, origin="https://lain.example")
    code, answer = outsider.compare(other)
    assert (code, "is of another log: https://lain.example" in answer) == (CANNOT_BE_COMPARED, True)
    assert outsider.ask_operator(other).exit_code == CANNOT_BE_COMPARED


def test_log_with_another_root_than_a_kept_head_does_not_hold(outsider):
    newest = sealing.latest_tree_head(db.session)
    other = signed_again(outsider, root=["00" * 32 for _peak in newest.peaks])
    code, answer = outsider.compare(other)
    assert (code, "is another one in heads.jsonl" in answer) == (DOES_NOT_HOLD, True)
    assert outsider.ask_operator(other).exit_code == DOES_NOT_HOLD


def test_log_that_was_made_anew_with_another_key_does_not_hold(outsider):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    seal_one_more(outsider)
    other = signed_again(outsider, key=Ed25519PrivateKey.generate())
    code, answer = outsider.compare(other)
    assert (code, "signed by a key that no head" in answer) == (DOES_NOT_HOLD, True)
    assert outsider.ask_operator(other).exit_code == DOES_NOT_HOLD


def seal_one_more(outsider):
    factories.create_resident()
    sealing.seal_log(outsider.app.config["SETTINGS"])


def test_head_that_is_newer_than_the_list_cannot_be_compared(outsider):
    seal_one_more(outsider)
    code, answer = outsider.compare(newest_line())
    assert (code, "is newer than heads.jsonl" in answer) == (CANNOT_BE_COMPARED, True)
    assert outsider.ask_operator(newest_line()).exit_code == HOLDS


def test_unpublished_head_in_the_middle_cannot_be_compared(outsider):
    seal_one_more(outsider)
    kept = newest_line()
    seal_one_more(outsider)
    outsider.clock.shift(timedelta(hours=1))
    sealing.publish_heads()
    outsider.download_heads()
    code, answer = outsider.compare(kept)
    assert (code, "never published" in answer) == (CANNOT_BE_COMPARED, True)
    assert outsider.ask_operator(kept).exit_code == HOLDS


def test_list_that_was_cut_before_a_kept_head_does_not_hold(outsider):
    heads = (outsider.folder / "heads.jsonl").read_text().splitlines()
    kept = json.loads(newest_line())
    body = json.loads(kept["body"])
    key = sealing.current_signing_key(current_app.config["SETTINGS"])
    body |= {"size": 9, "t": json.loads(json.loads(heads[0])["body"])["t"]}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    larger = json.dumps(kept | {"body": text, "signature": key.sign(text.encode()).hex()})
    code, answer = outsider.compare(larger)
    assert (code, "covers more than the whole log" in answer) == (DOES_NOT_HOLD, True)


def test_list_of_the_first_hour_cannot_be_compared(outsider):
    (outsider.folder / "heads.jsonl").write_text("")
    code, answer = outsider.compare(newest_line())
    assert (code, "at the first full hour" in answer) == (CANNOT_BE_COMPARED, True)


@pytest.mark.parametrize(
    "content", ["Salam,\n\nterlampir.\n", "{}\n", '{"body":1}', b"\xff\xd8\xff"]
)
def test_file_without_a_head_cannot_be_compared(outsider, content):
    assert outsider.compare(content)[0] == CANNOT_BE_COMPARED
    assert outsider.ask_operator(content).exit_code == CANNOT_BE_COMPARED


def test_proof_of_a_newer_head_than_the_list_cannot_be_compared(outsider):
    seal_one_more(outsider)
    outsider.save(json.dumps(sealing.inclusion_proof(0).as_json()), "proof.json")
    code, answer = outsider.verify("proof", "proof.json", "--heads", "heads.jsonl")
    assert (code, "newer than heads.jsonl" in answer) == (CANNOT_BE_COMPARED, True)


def test_log_head_command_hands_out_published_heads_only(outsider):
    run = outsider.app.test_cli_runner().invoke
    published = run(args=["log", "head"]).output
    seal_one_more(outsider)
    assert run(args=["log", "head"]).output == published != newest_line()
    assert outsider.compare(published)[0] == HOLDS
    proof = json.loads(run(args=["log", "prove", "0"]).output)
    assert proof["head"] == json.loads(published)


def test_log_head_command_says_when_the_first_head_comes(app):
    factories.create_resident()
    sealing.seal_log(app.config["SETTINGS"])
    result = app.test_cli_runner().invoke(args=["log", "head"])
    assert (result.exit_code, "no tree head has been published" in result.stderr) == (2, True)
