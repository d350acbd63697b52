"""Recording of acts: one row per act, consequences, form keys, details."""

import pytest
from flask import g
from sqlalchemy import func, select

from deliberate.database import NestedAct, db
from deliberate.models import Comment, Interaction
from deliberate.models.log.interaction import leaf, private_half, public_half
from deliberate.operations import ChangedForm, RepeatedForm, Submission
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.threads import comments as comment_operations
from deliberate.recording import ActWithoutSubject, recorded, validate_details
from deliberate.vocabulary import Kind, Stance, Visibility
from tests import factories


def test_act_is_recorded_as_one_row_of_its_actor(app, log):
    author, process = factories.create_resident(), factories.create_process()
    log()
    proposal = factories.create_proposal(process, author)
    (entry,) = log()
    assert (entry.kind, entry.actor_id) == ("proposal.submitted", author.actor_id)
    assert (entry.subject_id, entry.process_id) == (proposal.id, process.id)


def test_consequence_names_the_act_as_cause(app, log):
    proposal = factories.create_proposal(factories.create_process(threshold=1))
    log()
    support_proposal(factories.create_resident(), proposal)
    _, act, consequence = log()
    assert consequence.kind == "proposal.qualified"
    assert (consequence.cause, consequence.actor_id) == (act.id, None)


def test_failed_act_is_rolled_back_without_a_row(app, log):
    proposal = factories.create_proposal()
    log()
    with pytest.raises(ZeroDivisionError), recorded(None, Kind.COMMENT_POSTED) as act:
        act.session.add(Comment(proposal=proposal, body="a", body_html="a", renderer="x"))
        _ = 1 / 0
    assert log() == []
    assert db.session.scalar(select(func.count(Comment.id))) == 0


def test_nested_act_is_rejected(app):
    with pytest.raises(NestedAct), recorded(None, Kind.PROCESS_CLOSED):
        factories.create_resident()


def test_act_without_subject_is_rejected(app):
    with pytest.raises(ActWithoutSubject), recorded(None, Kind.PROCESS_CLOSED):
        pass


def test_leaf_changes_with_either_half(app, log):
    factories.create_resident()
    (entry,) = log()
    assert entry.leaf == leaf(public_half(entry), private_half(entry))
    entry.actor_role = "admin"
    assert entry.leaf != leaf(public_half(entry), private_half(entry))
    db.session.rollback()


def test_public_half_reveals_no_actor_and_no_minute(app, log):
    comment = comment_operations.post_comment(
        factories.create_resident(), factories.create_proposal(), "Setuju.", stance=Stance.FOR
    )
    entry = log()[-1]
    public_text = str(public_half(entry))
    assert entry.actor_id not in public_text and str(entry.id) not in public_text
    assert "Setuju" not in public_text + str(private_half(entry)) and comment.id == entry.subject_id


def test_details_of_private_kinds_are_in_the_private_half(app, log):
    comment = comment_operations.post_comment(
        factories.create_resident(), factories.create_proposal(), "Ya.", stance=Stance.FOR
    )
    comment_operations.rate_comment(factories.create_resident(), comment, is_strong=True)
    entry = log()[-1]
    assert public_half(entry)["details"] is None
    assert private_half(entry)["details"] == {"strong": 1}


@pytest.mark.parametrize("value", ["Jalan Merdeka 5", 0.5, {"a": 1}, ["dua kata"]])
def test_details_must_be_numbers_or_short_codes(value):
    with pytest.raises(ValueError, match="neither number nor short code"):
        validate_details(Kind.COMMENT_POSTED, {"kind": value})


def test_details_must_belong_to_the_kind():
    with pytest.raises(ValueError, match="has no detail"):
        validate_details(Kind.COMMENT_POSTED, {"choice": 1})


def test_repeated_form_counts_once(app, log):
    proposal, author = factories.create_proposal(), factories.create_resident()
    g.submission = Submission("key", "Setuju")
    first = comment_operations.post_comment(author, proposal, "Setuju", stance=Stance.FOR)
    with pytest.raises(RepeatedForm) as repeated:
        comment_operations.post_comment(author, proposal, "Setuju", stance=Stance.FOR)
    assert repeated.value.subject_id == first.id
    assert sum(entry.kind == "comment.posted" for entry in log()) == 1


def test_used_form_key_with_other_content_is_rejected(app):
    proposal, author = factories.create_proposal(), factories.create_resident()
    g.submission = Submission("key", "Setuju")
    comment_operations.post_comment(author, proposal, "Setuju", stance=Stance.FOR)
    g.submission = Submission("key", "Tidak")
    with pytest.raises(ChangedForm):
        comment_operations.post_comment(author, proposal, "Tidak", stance=Stance.AGAINST)


def test_log_stores_form_key_and_content_as_hashes(app, log):
    author, proposal = factories.create_resident(), factories.create_proposal()
    g.submission = Submission("key", "pilihan 2")
    comment_operations.post_comment(author, proposal, "pilihan 2", stance=Stance.FOR)
    del g.submission
    entry = next(e for e in log() if e.kind == "comment.posted")
    assert "key" not in entry.form_key and "pilihan" not in entry.form_digest


def test_ids_are_in_order_of_writing(app, log):
    for _ in range(20):
        factories.create_resident()
    ids = list(db.session.scalars(select(Interaction.id).order_by(Interaction.occurred_at)))
    assert ids == sorted(ids)


def test_kind_has_one_visibility_and_a_meaning():
    assert all(isinstance(kind.visibility, Visibility) and kind.meaning for kind in Kind)
    assert len(Kind) == len({kind.value for kind in Kind}) >= 64
