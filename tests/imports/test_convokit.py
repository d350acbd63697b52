"""Test imports of ConvoKit corpora as threads that can be scored."""

import json
import random

import pytest
from sqlalchemy import select

from deliberate import sealing
from deliberate.commands import cli
from deliberate.database import db
from deliberate.exports.release_builder import build_release
from deliberate.imports.formats.convokit import PROFILE, read_corpus
from deliberate.imports.import_run import ImportRequest, prepare_import
from deliberate.imports.source import UnreadableSource
from deliberate.models import Comment, Proposal
from deliberate.operations.threads import comments as comment_operations
from deliberate.queries.processes.processes import get_process
from deliberate.queries.scores.computed_scores import compute_scores
from deliberate.vocabulary import Stance
from tests import factories

START = 1_400_000_000


def utterance(source_id, root, parent, speaker, after, text="Kata", **meta):
    return {
        "id": source_id,
        "conversation_id": root,
        "text": text,
        "speaker": speaker,
        "meta": meta,
        "reply-to": parent,
        "timestamp": START + after,
        "vectors": [],
    }


THREAD = [
    utterance("a1", "a1", None, "ratna", 0, "Taman kota\nTanam pohon."),
    utterance("a2", "a1", "a1", "budi", 60, "Setuju.", stance=1),
    utterance("a3", "a1", "a2", "ratna", 120, "Terima kasih.", stance=0),
    utterance("b2", "b1", "b1", "siti", 180),
]


def write_corpus(folder, utterances, **files):
    folder.mkdir(exist_ok=True)
    random.Random(1).shuffle(utterances)
    lines = (json.dumps(entry) + "\n" for entry in utterances)
    (folder / "utterances.jsonl").write_text("".join(lines), encoding="utf-8")
    (folder / "conversations.json").write_text(json.dumps(files.get("conversations", {})))
    (folder / "speakers.json").write_text("{}")
    return folder


def run_import(path, slug="utas"):
    return prepare_import(ImportRequest(PROFILE, path, slug, reader=read_corpus)).run()


def test_convokit_conversation_becomes_a_proposal_with_its_thread(app, tmp_path):
    summary = run_import(write_corpus(tmp_path / "c", list(THREAD)))
    assert (summary.proposals, summary.comments, summary.rejects) == (2, 3, [])
    by_name = {c.source_id: c for c in db.session.scalars(select(Comment))}
    assert by_name["a3"].parent_id == by_name["a2"].id and by_name["a2"].parent_id is None
    assert by_name["a2"].stance == 1 and by_name["a2"].depth == 0
    titles = {p.source_id: p.title for p in db.session.scalars(select(Proposal))}
    assert titles["a1"].startswith("Taman kota") and titles["b1"] == "№ b1"


def test_convokit_import_repeated_adds_nothing(app, tmp_path):
    folder = write_corpus(tmp_path / "c", list(THREAD))
    run_import(folder)
    assert run_import(folder).acts == 0


def test_convokit_import_can_be_scored(app, tmp_path):
    folder = write_corpus(tmp_path / "c", list(THREAD))
    command = ["import", "convokit", str(folder), "--process", "utas", "--json"]
    command += ["--licence", "CC-BY-4.0"]
    result = app.test_cli_runner().invoke(cli, command)
    assert result.exit_code == 0, result.output
    scored = app.test_cli_runner().invoke(cli, ["score", "utas", "--json"])
    assert json.loads(scored.stdout)["process"] == "utas"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"timestamp": None}, "is not a date or time"),
        ({"timestamp": 12}, "is not a time between 1990 and now"),
        ({"id": ""}, "id is empty"),
    ],
)
def test_convokit_invalid_utterance_is_rejected_with_a_reason(app, tmp_path, change, message):
    summary = run_import(
        write_corpus(tmp_path / "c", [*THREAD, {**THREAD[1], "id": "x", **change}])
    )
    (reject,) = summary.rejects
    assert message in reject.reason and summary.comments == 3


@pytest.mark.parametrize("missing", ["utterances.jsonl", "conversations.json", "speakers.json"])
def test_convokit_incomplete_download_is_refused(app, tmp_path, missing):
    folder = write_corpus(tmp_path / "c", list(THREAD))
    (folder / missing).unlink()
    with pytest.raises(UnreadableSource, match=missing):
        run_import(folder)
    assert get_process("utas") is None


def test_convokit_export_imported_again_has_the_same_thread_facts(app, tmp_path, clock):
    process = factories.create_process()
    people = [factories.create_resident() for _ in range(4)]
    proposal = factories.create_proposal(process, people[0])
    parent = None
    for number, person in enumerate([*people[1:], *people, *people]):
        clock.shift(3600)
        stance = Stance.FOR if number % 2 else Stance.AGAINST
        parent = comment_operations.post_comment(
            person, proposal, "Kata", parent=parent, stance=stance
        )
    sealing.seal_log(app.config["SETTINGS"])
    build_release(process, tmp_path / "r", formats=["convokit"])
    run_import(tmp_path / "r" / "convokit")
    sealing.seal_log(app.config["SETTINGS"])
    original, imported = (
        compute_scores(p).facts["thread_facts"] for p in (process, get_process("utas"))
    )
    for column in ("comments", "authors", "replies", "max_depth", "pairs", "stance_for"):
        assert original[column].tolist() == imported[column].tolist(), column
