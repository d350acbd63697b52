"""Each act is logged exactly once."""

import pytest
from flask import g
from sqlalchemy import func, select

from deliberate.database import NestedAct, db
from deliberate.models import Comment, Interaction
from deliberate.models.log.interaction import leaf, private_half, public_half
from deliberate.operations import ChangedForm, RepeatedForm, Submission
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.recording import ActWithoutSubject, checked_details, recorded
from deliberate.vocabulary import Kind, Stance, Visibility
from tests import factories


def test_an_act_leaves_one_row_of_its_actor(app, log):
    author, process = factories.resident(), factories.a_process()
    log()
    proposal = factories.a_proposal(process, author)
    (entry,) = log()
    assert (entry.kind, entry.actor_id) == ("proposal.submitted", author.actor_id)
    assert (entry.subject_id, entry.process_id) == (proposal.id, process.id)


def test_a_rule_that_fires_inside_an_act_names_it_as_cause(app, log):
    proposal = factories.a_proposal(factories.a_process(threshold=1))
    log()
    proposal_operations.support_proposal(factories.resident(), proposal)
    _, act, consequence = log()
    assert consequence.kind == "proposal.qualified"
    assert (consequence.cause, consequence.actor_id) == (act.id, None)


def test_a_failed_act_leaves_nothing(app, log):
    proposal = factories.a_proposal()
    log()
    with pytest.raises(ZeroDivisionError), recorded(None, Kind.COMMENT_POSTED) as act:
        act.session.add(Comment(proposal=proposal, body="a", body_html="a", renderer="x"))
        _ = 1 / 0
    assert log() == []
    assert db.session.scalar(select(func.count(Comment.id))) == 0


def test_an_act_within_an_act_is_refused(app):
    with pytest.raises(NestedAct), recorded(None, Kind.PROCESS_CLOSED):
        factories.resident()


def test_an_act_without_subject_is_refused(app):
    with pytest.raises(ActWithoutSubject), recorded(None, Kind.PROCESS_CLOSED):
        pass


def test_the_leaf_binds_both_halves(app, log):
    factories.resident()
    (entry,) = log()
    assert entry.leaf == leaf(public_half(entry), private_half(entry))
    entry.actor_role = "admin"
    assert entry.leaf != leaf(public_half(entry), private_half(entry))
    db.session.rollback()


def test_the_public_half_tells_no_actor_and_no_minute(app, log):
    comment = comment_operations.post_comment(
        factories.resident(), factories.a_proposal(), "Setuju.", stance=Stance.FOR
    )
    entry = log()[-1]
    told = str(public_half(entry))
    assert entry.actor_id not in told and str(entry.id) not in told
    assert "Setuju" not in told + str(private_half(entry)) and comment.id == entry.subject_id


def test_details_of_private_kinds_stay_in_the_private_half(app, log):
    comment = comment_operations.post_comment(
        factories.resident(), factories.a_proposal(), "Ya.", stance=Stance.FOR
    )
    comment_operations.rate_comment(factories.resident(), comment, is_strong=True)
    entry = log()[-1]
    assert public_half(entry)["details"] is None
    assert private_half(entry)["details"] == {"strong": 1}


@pytest.mark.parametrize("value", ["Jalan Merdeka 5", 0.5, {"a": 1}, ["dua kata"]])
def test_details_are_numbers_or_short_codes(value):
    with pytest.raises(ValueError, match="neither number nor short code"):
        checked_details(Kind.COMMENT_POSTED, {"kind": value})


def test_details_are_those_of_the_kind():
    with pytest.raises(ValueError, match="has no detail"):
        checked_details(Kind.COMMENT_POSTED, {"choice": 1})


def test_the_same_form_twice_counts_once(app, log):
    proposal, author = factories.a_proposal(), factories.resident()
    g.submission = Submission("key", "Setuju")
    first = comment_operations.post_comment(author, proposal, "Setuju", stance=Stance.FOR)
    with pytest.raises(RepeatedForm) as again:
        comment_operations.post_comment(author, proposal, "Setuju", stance=Stance.FOR)
    assert again.value.subject_id == first.id
    assert sum(entry.kind == "comment.posted" for entry in log()) == 1


def test_a_used_form_key_with_other_content_is_refused(app):
    proposal, author = factories.a_proposal(), factories.resident()
    g.submission = Submission("key", "Setuju")
    comment_operations.post_comment(author, proposal, "Setuju", stance=Stance.FOR)
    g.submission = Submission("key", "Tidak")
    with pytest.raises(ChangedForm):
        comment_operations.post_comment(author, proposal, "Tidak", stance=Stance.AGAINST)


def test_a_form_key_cannot_be_guessed_from_the_log(app, log):
    author, proposal = factories.resident(), factories.a_proposal()
    g.submission = Submission("key", "pilihan 2")
    comment_operations.post_comment(author, proposal, "pilihan 2", stance=Stance.FOR)
    del g.submission
    entry = next(e for e in log() if e.kind == "comment.posted")
    assert "key" not in entry.form_key and "pilihan" not in entry.form_digest


def test_ids_keep_the_order_of_writing(app, log):
    for _ in range(20):
        factories.resident()
    ids = list(db.session.scalars(select(Interaction.id).order_by(Interaction.occurred_at)))
    assert ids == sorted(ids)


def test_every_kind_has_one_class_and_a_meaning():
    assert all(isinstance(kind.visibility, Visibility) and kind.meaning for kind in Kind)
    assert len(Kind) == len({kind.value for kind in Kind}) >= 64
