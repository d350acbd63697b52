"""What pages show is compared with the log: texts, stances, decisions, supports, counters."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest
from sqlalchemy import select

from deliberate import sealing
from deliberate.database import db
from deliberate.models import Interaction, Person, Process, Proposal
from deliberate.operations.processes.processes import open_process
from deliberate.operations.proposals.merging import merge_proposals, unmerge_proposal
from deliberate.operations.responses.responses import publish_response
from deliberate.operations.threads.comments import post_comment
from deliberate.queries.log.page_comparison import PageFault, compare_pages
from deliberate.queries.log.receipts import get_receipt
from deliberate.recording import ActWithoutText, recorded
from deliberate.vocabulary import ResponseDecision, Role, Stance
from deliberate.vocabulary.events import EVENT_TYPES
from deliberate.vocabulary.events.threads import BlankCommentImported, CommentEdited
from tests import factories
from tests.log.prepared_log import prepare_log, tampered

TAMPERINGS = {
    "proposal": ["title = 'Lain'", "body = 'Lain'", "salt = NULL", "author_id = author_id + 1"],
    "proposal_version": ["body = 'Lain'"],
    "comment": [
        "body = 'Lain'",
        "salt = NULL",
        "stance = -stance WHERE stance <> 0",
        "parent_id = parent_id + 1 WHERE parent_id IS NOT NULL",
        "author_role = 'staff'",
        "author_id = author_id + 1",
        "corrections = replace(corrections, '14', '15') WHERE corrections <> '[]'",
        "corrections = '[]' WHERE corrections <> '[]'",
    ],
    "rating": ["is_strong = NOT is_strong"],
    "response": ["headline = 'Kami menolak'", "points = '[]'", "decision = 'rejected'"],
    "commitment_step": ["note = 'Lain'"],
    "summary": ["best_for = 'Lain'"],
    "poll": ["question = 'Lain'", "box_root = NULL, min_share = 7"],
    "poll_outcome": ["body = 'Lain'"],
    "poll_option": ["label = 'Lain' WHERE salt IS NOT NULL"],
    "assessment": ["document = '{}'"],
    "meeting": ["minutes = 'Lain'", "attended = 90"],
    "mandate": ["basis = 'Lain'", "topic = 'Lain'"],
    "overlap": ["reason = 'Lain'", "due_on = '2030-01-01'"],
    "overlap_decision": ["decision = 'Lain'"],
    "document_version": [
        "source = 'Lain'",
        "note = 'Lain'",
        "preamble = 'Lain'",
        "closing = 'Lain'",
        "explanation = 'Lain'",
    ],
    "unit_answer": ["reason = 'Lain'", "decision = 'adopted'"],
    "unit_contribution": ["replacement = 'Lain' WHERE kind = 'amendment'", "body = 'Lain'"],
    "study_plan": ["hypotheses = 'Lain'"],
    "support": ["person_id = 1 WHERE person_id = (SELECT min(person_id) FROM support)"],
}
"""Changes by table; each is found in that table."""
UNIT_TAMPERINGS = [
    "body = 'Lain' WHERE body <> ''",
    "explanation = 'Lain'",
    "number = '99' WHERE kind = 'ayat'",
    "unit_id = -unit_id",
    "position = -position",
]
"""Changes of the units of draft texts, which their version binds."""
BALLOT_TAMPERINGS = [
    "UPDATE poll_ballot SET choice = '[[99,1]]' WHERE key = (SELECT min(key) FROM poll_ballot)",
    "DELETE FROM poll_ballot WHERE key = (SELECT min(key) FROM poll_ballot)",
    "INSERT INTO poll_ballot (key, poll_id, choice, area) VALUES ('0', 1, '[[1,1]]', '')",
    "UPDATE poll_option SET label = 'Lain' WHERE poll_id = 1 AND position = 1",
    "UPDATE poll_option SET is_pass = true WHERE poll_id = 1 AND position = 1",
]
"""Changes of the ballot box of the first poll after its close."""


def test_every_changed_text_and_column_is_found(app, clock):
    prepare_log(app, clock)
    assert list(compare_pages(db.session())) == []
    kinds = {kind for kind, event in EVENT_TYPES.items() if event.HAS_TEXT}
    kinds.remove(BlankCommentImported.KIND)  # tests of imports compare it: nobody writes one here
    marked = select(Interaction.kind).where(Interaction.content.is_not(None))
    assert kinds <= set(db.session.scalars(marked))
    missed = []
    for table, changes in TAMPERINGS.items():
        for change in changes:
            with tampered(f"UPDATE {table} SET {change}") as session:
                if table not in {fault.table for fault in compare_pages(session)}:
                    missed.append((table, change))
    for change in UNIT_TAMPERINGS:
        with tampered(f"UPDATE unit_text SET {change}") as session:
            if "document_version" not in {fault.table for fault in compare_pages(session)}:
                missed.append(("unit_text", change))
    for statement in BALLOT_TAMPERINGS:
        with tampered(statement) as session:
            if PageFault("poll", 1, "ballots", None) not in without_positions(session):
                missed.append(("poll_ballot", statement))
    assert missed == []


def without_positions(session):
    return [replace(fault, position=None) for fault in compare_pages(session)]


def test_changed_signatories_and_qualification_are_named_with_their_column(app):
    institution = factories.create_institution()
    proposal = factories.create_qualified_proposal(institution)
    officer = factories.create_staff(institution)
    response = publish_response(
        officer, proposal, ResponseDecision.ACCEPTED, "Kami setuju", "Bangku dipasang."
    )
    changes = {
        f"UPDATE proposal SET qualified_at = NULL WHERE id = {proposal.id}": (
            PageFault("proposal", proposal.id, "qualified_at")
        ),
        f"UPDATE response SET signatories = '[99]' WHERE id = {response.id}": (
            PageFault("response", response.id, "signatories")
        ),
    }
    for change, fault in changes.items():
        with tampered(change) as session:
            assert fault in without_positions(session)


def test_qualification_that_a_merger_moves_and_gives_back_is_what_was_sealed(app):
    institution = factories.create_institution()
    source = factories.create_qualified_proposal(institution)
    target = factories.create_proposal(source.process)
    moderator = factories.create_staff(institution, role=Role.MODERATOR)
    ids = moderator.id, source.id
    merge_proposals(moderator, source, target)
    assert target.qualified_at == source.qualified_at
    assert list(compare_pages(db.session())) == []
    db.session.rollback()
    unmerge_proposal(db.session.get_one(Person, ids[0]), db.session.get_one(Proposal, ids[1]))
    assert list(compare_pages(db.session())) == []


def test_sample_city_shows_what_its_log_sealed(shared_city):
    with shared_city.app_context():
        assert list(compare_pages(db.session())) == []
        kinds = {kind for kind, event in EVENT_TYPES.items() if event.HAS_TEXT}
        acts = Interaction.cause.is_(None)  # a consequence, as of a granted appeal, has no words
        unmarked = acts & Interaction.content.is_(None) & Interaction.kind.in_(kinds)
        assert db.session.scalars(select(Interaction.kind).where(unmarked)).all() == []


def test_process_opened_with_defaults_shows_what_was_sealed(app):
    open_process(None, Process(slug="taman", title="Taman", question="Apa?"))
    db.session.expire_all()
    assert list(compare_pages(db.session())) == []


def test_act_of_a_kind_with_text_cannot_go_without_its_mark(app):
    proposal = factories.create_proposal()
    comment = post_comment(factories.create_resident(), proposal, "Halte", stance=Stance.FOR)
    with pytest.raises(ActWithoutText), recorded(comment.author, CommentEdited) as act:
        act.about(comment)
    with (
        pytest.raises(ActWithoutText, match="no salt"),
        recorded(comment.author, CommentEdited) as act,
    ):
        act.lock(comment).salt = None
        act.set_text(lambda: "Halte", comment)


def test_holder_checks_their_own_words_offline_with_the_receipt(app, tmp_path):
    person = factories.create_resident()
    context = factories.request_from()
    post_comment(
        person, factories.create_proposal(), "Halte di sini", stance=Stance.FOR, context=context
    )
    sealing.seal_log(app.config["SETTINGS"])
    receipt = get_receipt(context.recorded_ids[0], person.actor_id)
    entry = db.session.get(Interaction, receipt.entry).seq
    files = {
        "verify.py": sealing.verifier_program(),
        "receipt.json": receipt.file_content,
        "words.txt": "Halte di sini\n",
        "other.txt": "Halte di sana\n",
        "proof.json": json.dumps(sealing.inclusion_proof(entry).as_json()),
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    assert "salt" not in receipt.code
    is_valid = run(tmp_path, "text", "receipt.json", "words.txt", "--proof", "proof.json")
    assert is_valid.stdout.startswith("holds: the words are those of the receipt, and entry")
    altered = run(tmp_path, "text", "receipt.json", "other.txt")
    assert (altered.returncode, altered.stdout) == (
        1,
        "does not hold: the words are not those of the receipt\n",
    )


def run(folder, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "verify.py", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
