"""Recording of acts: one row per act, consequences, form keys, details."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from deliberate import sealing
from deliberate.database import ClockBehind, NestedAct, db
from deliberate.models import Comment, FormKey, Interaction
from deliberate.models.log.interaction import leaf, private_half, public_half
from deliberate.operations import ChangedForm, RepeatedForm, RequestContext, Submission
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.threads import comments as comment_operations
from deliberate.recording import ActWithoutSubject, recorded
from deliberate.vocabulary import Origin, PollType, ResultRule, Stance, Visibility
from deliberate.vocabulary.events import EVENT_TYPES, Event
from deliberate.vocabulary.events.polls import PollOpened
from deliberate.vocabulary.events.processes import ProcessClosed
from deliberate.vocabulary.events.threads import CommentPosted
from tests import factories


def submitted(key, content):
    """Return the context of a request that submits a form."""
    return RequestContext(language="id", network="", submission=Submission(key, content))


def post(author, proposal, body, context):
    return comment_operations.post_comment(
        author, proposal, body, stance=Stance.FOR, context=context
    )


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
    with pytest.raises(ZeroDivisionError), recorded(None, CommentPosted) as act:
        act.session.add(Comment(proposal=proposal, body="a", body_html="a", renderer="x"))
        _ = 1 / 0
    assert log() == []
    assert db.session.scalar(select(func.count(Comment.id))) == 0


def test_nested_act_is_rejected(app):
    with pytest.raises(NestedAct), recorded(None, ProcessClosed):
        factories.create_resident()


def test_act_without_subject_is_rejected(app):
    with pytest.raises(ActWithoutSubject), recorded(None, ProcessClosed):
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
        CommentPosted(kind=value).details()


def test_details_must_belong_to_the_kind():
    with pytest.raises(TypeError, match="choice"):
        CommentPosted(choice=1)


def test_event_of_another_kind_is_rejected(app):
    proposal = factories.create_proposal()
    with pytest.raises(TypeError, match="act of kind"), recorded(None, ProcessClosed) as act:
        act.describe(proposal, CommentPosted())


def test_flags_and_codes_are_logged_as_plain_values():
    details = PollOpened(
        type=PollType.SINGLE, secret=True, result_rule=ResultRule.AFTER_CLOSE, quorum=0
    ).details()
    assert details == {"type": "single", "secret": 1, "result_rule": "after_close", "quorum": 0}


def test_text_of_a_new_subject_is_logged_as_hmac_under_its_salt(app, log):
    proposal = factories.create_proposal()
    entry = log()[-1]
    text = f"{proposal.title}\n\n{proposal.body}".encode()
    assert entry.content == hmac.new(proposal.salt, text, hashlib.sha256).hexdigest()


def test_context_receives_the_id_of_the_act_and_gives_its_channel(app, log):
    context = RequestContext(language="en", network="198.51.100.7", origin=Origin.API)
    proposal, author = factories.create_proposal(), factories.create_resident()
    log()
    comment = comment_operations.post_comment(
        author, proposal, "Setuju", stance=Stance.FOR, context=context
    )
    (entry,) = log()
    assert (context.recorded_ids, entry.origin) == ([entry.id], "api")
    assert comment.language == "en"


def test_repeated_form_counts_once(app, log):
    proposal, author = factories.create_proposal(), factories.create_resident()
    context = submitted("key", "Setuju")
    first = post(author, proposal, "Setuju", context)
    with pytest.raises(RepeatedForm) as repeated:
        post(author, proposal, "Setuju", context)
    assert repeated.value.subject_id == first.id
    assert sum(entry.kind == "comment.posted" for entry in log()) == 1


def test_used_form_key_with_other_content_is_rejected(app):
    proposal, author = factories.create_proposal(), factories.create_resident()
    post(author, proposal, "Setuju", submitted("key", "Setuju"))
    with pytest.raises(ChangedForm):
        post(author, proposal, "Tidak", submitted("key", "Tidak"))


def test_log_stores_form_key_and_content_as_hashes(app, log):
    author, proposal = factories.create_resident(), factories.create_proposal()
    post(author, proposal, "pilihan 2", submitted("key", "pilihan 2"))
    used = db.session.scalars(select(FormKey)).one()
    assert "key" not in used.key and "pilihan" not in used.digest
    assert [e.kind for e in log() if e.id == used.entry] == ["comment.posted"]


def test_ids_are_in_order_of_writing(app, log):
    for _ in range(20):
        factories.create_resident()
    ids = list(db.session.scalars(select(Interaction.id).order_by(Interaction.occurred_at)))
    assert ids == sorted(ids)


def test_kind_has_one_visibility_and_a_meaning():
    events = EVENT_TYPES.values()
    assert all(event.VISIBILITY in Visibility and event.meaning() for event in events)
    assert len(events) >= 114 and all(issubclass(event, Event) for event in events)


def test_act_of_a_host_whose_clock_is_behind_is_refused_and_nothing_is_stored(app, log):
    now = datetime(2026, 3, 2, tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        factories.create_resident()
        sealing.seal_log(app.config["SETTINGS"])
    log()
    with time_machine.travel(now - timedelta(seconds=61), tick=False), pytest.raises(ClockBehind):
        factories.create_resident("Warga baru")
    assert log() == []
