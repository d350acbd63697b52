"""Months whose private rows left the log's table on PostgreSQL, read from their segments."""

import json
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from deliberate import sealing
from deliberate.clock import now
from deliberate.commands.backup import command as backup_command
from deliberate.commands.log import command as log_command
from deliberate.database import columns, db, unrecorded
from deliberate.models import Interaction, Person, Process, Segment
from deliberate.models.log.detached import LEAVING_KINDS, SegmentMissing, show_whole_log
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.threads.comments import post_comment, rate_comment
from deliberate.queries.accounts.account_data import _log_rows
from deliberate.queries.log.page_comparison import compare_pages
from deliberate.queries.log.receipts import get_receipt, list_public_receipts
from deliberate.queries.log.sealed_log import load_process_log
from deliberate.queries.scores.computed_scores import compute_scores
from deliberate.sealing.detaching import BackedUpLog, NotDetachable, attach_month, detach_month
from deliberate.sealing.partitions import partition_log
from deliberate.sealing.receipt_check import check_receipt
from deliberate.vocabulary import Stance
from tests import factories
from tests.databases import new_postgres_app

MONTH = "interaction_before"
pytestmark = pytest.mark.postgresql


@pytest.fixture(params=["postgresql"])
def app(tmp_path):
    """Yield the application on a database of its own: partitions would remain for other tests."""
    with new_postgres_app(tmp_path) as app, app.app_context():
        yield app
        db.session.remove()


@pytest.fixture
def log_path(app, clock, monkeypatch):
    """Return the folder of a log with a month of acts that ended a year ago."""
    monkeypatch.setattr(columns, "_last_id", (0, 0))
    settings = app.config["SETTINGS"]
    proposal = factories.create_proposal()
    first = post_comment(factories.create_resident(), proposal, "Setuju", stance=Stance.FOR)
    rate_comment(proposal.author, first, is_strong=True)
    for _number in range(3):
        support_proposal(factories.create_resident(), proposal)
    sealing.seal_log(settings)
    partition_log()
    for _half in range(2):
        clock.shift(timedelta(days=205))
        partition_log()
    factories.create_resident()
    sealing.seal_log(settings)
    sealing.write_segments(settings.log_path, rest=True)
    sealing.publish_heads(until=now() + timedelta(seconds=1))
    sealing.write_leaf_file(settings.log_path)
    return settings.log_path


def backups(count=2):
    """Return what backups of different times have of the whole log."""
    segments = {row.file_name: row.sha256 for row in db.session.scalars(select(Segment))}
    return [BackedUpLog(f"{n}.tar", f"2026-0{n}", 10_000, segments) for n in range(1, count + 1)]


def private_rows():
    query = select(Interaction.kind).where(Interaction.kind.in_(LEAVING_KINDS))
    return db.session.scalars(query).all()


def test_detached_month_is_verified_proven_and_compared_from_its_segments(app, log_path):
    proofs = [
        sealing.inclusion_proof(n).as_json()
        for n in range(sealing.latest_tree_head(db.session).size)
    ]
    assert detach_month(MONTH, log_path, backups()) == 4
    assert private_rows() == []
    assert sealing.verify_log(log_path) == []
    assert proofs == [sealing.inclusion_proof(n).as_json() for n in range(len(proofs))]
    db.session.rollback()
    show_whole_log(db.session(), log_path)
    assert len(private_rows()) == 4
    assert list(compare_pages(db.session())) == []
    db.session.rollback()
    assert private_rows() == []


def test_receipts_and_own_data_of_a_detached_month_are_whole(app, log_path):
    act = db.session.scalar(select(Interaction).where(Interaction.kind == "support.given"))
    receipt, position = get_receipt(act.id, act.actor_id), act.seq
    proposal_id, actor_id = act.proposal_id, act.actor_id
    public = list_public_receipts(proposal_id, 1000, None, 100)
    person = db.session.scalar(
        text("SELECT person_id FROM person_key WHERE actor_id = :a"), {"a": actor_id}
    )
    owner = db.session.get(Person, person)
    own = _log_rows(owner)
    detach_month(MONTH, log_path, backups())
    db.session.expire_all()
    assert get_receipt(receipt.entry, actor_id) == receipt
    assert get_receipt(receipt.entry, "another") is None
    assert list_public_receipts(proposal_id, 1000, None, 100) == public
    assert _log_rows(owner) == own and "support.given" in str(own)
    size = sealing.latest_tree_head(db.session).size
    checked = check_receipt(receipt.code, size)
    assert (checked.proof.entry, checked.proof.head.fields["size"]) == (position, size)
    altered = json.loads(receipt.code) | {"private": "00" * 32}
    assert check_receipt(json.dumps(altered), size).proof is None


def test_scores_of_a_detached_month_are_those_before(app, log_path):
    process = db.session.scalar(select(Process))
    before = compute_scores(process).to_dict()
    detach_month(MONTH, log_path, backups())
    assert compute_scores(process).to_dict() == before


def test_detached_rows_without_their_segment_are_missed_and_never_left_out(app, log_path):
    detach_month(MONTH, log_path, backups())
    for file in (log_path / "segments").iterdir():
        file.rename(log_path / file.name)
    (problem, *_others) = sealing.verify_log(log_path)
    assert "left the database: they are in the segment 000000000-" in problem.problem
    with pytest.raises(SegmentMissing):
        load_process_log(log_path)
    with pytest.raises(SegmentMissing):
        sealing.inclusion_proof(0)


@contextmanager
def refused(words):
    with pytest.raises(NotDetachable, match=words):
        yield
    assert private_rows()


def test_month_stays_until_segments_and_two_backups_cover_it(app, log_path, clock):
    both = backups()
    with refused("two backups of different times"):
        detach_month(MONTH, log_path, both[:1])
    with refused("two backups of different times"):
        detach_month(MONTH, log_path, [both[0], both[0]])
    with refused("lacks the segment"):
        detach_month(MONTH, log_path, [both[0], BackedUpLog("b", "2027", 10_000, {})])
    with refused("b has 1 entries"):
        detach_month(MONTH, log_path, [both[0], BackedUpLog("b", "2027", 1, both[0].segments)])
    with refused("no partition"):
        detach_month("interaction_1999_01", log_path, both)
    (file,) = (log_path / "segments").iterdir()
    content = file.read_bytes()
    file.chmod(0o640)
    file.write_bytes(content[:-1] + b"x")
    with refused("was changed"):
        detach_month(MONTH, log_path, both)
    file.write_bytes(content)
    clock.shift(timedelta(days=-200))
    with refused("less than 12 months ago"):
        detach_month(MONTH, log_path, both)


def test_private_row_that_is_deleted_from_a_month_is_found_unless_detached(app, log_path):
    with unrecorded("test") as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text("DELETE FROM interaction WHERE kind = 'comment.rated'"))
    assert "entries are missing" in {fault.problem for fault in sealing.verify_log(log_path)}
    with refused("differs from the sealed log|lacks entries"):
        detach_month(MONTH, log_path, backups())


def test_public_row_deleted_from_a_detached_month_is_found(app, log_path):
    detach_month(MONTH, log_path, backups())
    with unrecorded("test") as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text("DELETE FROM interaction WHERE kind = 'comment.posted'"))
    assert sealing.verify_log(log_path) != []


def test_detached_month_is_put_back_unless_its_table_was_changed(app, log_path):
    before = db.session.scalars(select(Interaction.id).order_by(Interaction.id)).all()
    detach_month(MONTH, log_path, backups())
    with unrecorded("test") as session:
        session.execute(text(f"UPDATE {MONTH}_detached SET subject_id = 99 WHERE stance = 1"))
    with pytest.raises(NotDetachable, match="differs from the log"):
        attach_month(MONTH, log_path)
    with unrecorded("test") as session:
        session.execute(
            text(
                f"UPDATE {MONTH}_detached d SET subject_id = i.subject_id FROM"
                " interaction i WHERE i.id = d.id"
            )
        )
    attach_month(MONTH, log_path)
    assert db.session.scalars(select(Interaction.id).order_by(Interaction.id)).all() == before
    assert sealing.verify_log(log_path) == []
    with pytest.raises(Exception, match="append-only"), unrecorded("test") as session:
        session.execute(text(f"DELETE FROM {MONTH}"))
    assert detach_month(MONTH, log_path, backups()) == 4


def test_command_reads_two_backups_and_says_what_it_did(app, log_path, tmp_path, clock):
    db.session.remove()  # commands have sessions of their own and wait for open transactions
    run = app.test_cli_runner().invoke
    files = [tmp_path / "1.tar", tmp_path / "2.tar"]
    for file in files:
        assert run(backup_command, ["create", str(file)]).exit_code == 0
        clock.shift(timedelta(hours=1))
    options = [f"--backup={file}" for file in files]
    answer = run(log_command, ["detach", MONTH, options[0]])
    assert answer.exit_code == 1 and "stays: two backups" in answer.output
    assert run(log_command, ["detach", MONTH, *options]).output == (
        f"4 rows of {MONTH} are read from the segments; drop {MONTH}_detached\n"
    )
    assert run(log_command, ["verify"]).exit_code == 0
    assert run(log_command, ["attach", MONTH]).output == f"{MONTH} is whole again\n"
