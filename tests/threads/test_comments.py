"""Operations on comments: records and permissions."""

import pytest

from deliberate.database import db
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.permissions.decision import Refused
from deliberate.queries.site.counter_check import find_counter_mismatches
from deliberate.vocabulary import PhaseKind, Role, Stance
from deliberate.vocabulary.events.threads import (
    CommentEdited,
    CommentPosted,
    CommentRated,
    CommentWithdrawn,
)
from tests import factories


def post_argument(proposal=None, author=None, stance=Stance.FOR):
    proposal, author = (
        proposal or factories.create_proposal(),
        author or factories.create_resident(),
    )
    return comment_operations.post_comment(author, proposal, "Karena panas.", stance=stance)


def test_posting_records_one_row_with_stance_and_details(app, log):
    proposal, author = factories.create_proposal(), factories.create_resident()
    log()
    comment = comment_operations.post_comment(
        author, proposal, "Berapa biayanya?", stance=Stance.NEUTRAL, is_question=True, source="APBD"
    )
    (entry,) = log()
    assert (entry.kind, entry.subject_id) == (CommentPosted.KIND, comment.id)
    assert (entry.stance, entry.parent_id) == (0, None)
    assert entry.details == {"kind": "question", "source_given": 1}


def test_reply_records_its_parent_and_counts_in_its_branch(app, log):
    argument = post_argument()
    middle = comment_operations.post_comment(
        factories.create_resident(), argument.proposal, "Ya.", parent=argument
    )
    log()
    reply = comment_operations.post_comment(
        factories.create_resident(), argument.proposal, "Nah.", parent=middle
    )
    entry = log()[-1]
    assert (entry.parent_id, entry.stance) == (middle.id, None)
    assert (reply.root_id, reply.depth) == (argument.id, 2)
    factories.reload(argument)
    assert (argument.reply_count, argument.is_answered) == (2, False)


def test_reply_by_staff_marks_the_argument_as_answered(app):
    argument = post_argument()
    comment_operations.post_comment(
        factories.create_staff(), argument.proposal, "Ada dananya.", parent=argument
    )
    factories.reload(argument)
    assert argument.is_answered


def test_argument_needs_a_stance_and_reply_does_not(app, log):
    argument = post_argument()
    log()
    with pytest.raises(Refused):
        comment_operations.post_comment(factories.create_resident(), argument.proposal, "Hmm.")
    comment_operations.post_comment(
        factories.create_resident(), argument.proposal, "Hmm.", parent=argument
    )
    assert [entry.kind for entry in log()][-1] == CommentPosted.KIND


def test_reply_is_refused_across_threads_and_to_withdrawn_comments(app):
    author = factories.create_resident()
    argument = post_argument(author=author)
    with pytest.raises(Refused):
        comment_operations.post_comment(
            factories.create_resident(), factories.create_proposal(), "Ya.", parent=argument
        )
    comment_operations.withdraw_comment(author, argument)
    with pytest.raises(Refused):
        comment_operations.post_comment(
            factories.create_resident(), argument.proposal, "Ya.", parent=argument
        )


def test_posting_is_refused_when_the_phase_has_closed(app, clock, log):
    process = factories.create_process(days=2)
    proposal, author = factories.create_proposal(process), factories.create_resident()
    log()
    clock.shift(3 * 86400)
    with pytest.raises(Refused):
        post_argument(proposal, author)
    assert log() == []


def test_rating_is_refused_in_a_phase_without_comments(app, clock):
    process = factories.create_process(days=2)
    comment = post_argument(factories.create_proposal(process))
    factories.add_phase(process, PhaseKind.RESPONSE, process.phases[0].closes_at, 9)
    clock.shift(3 * 86400)
    with pytest.raises(Refused):
        comment_operations.rate_comment(factories.create_resident(), comment, is_strong=True)


def test_stance_counts_include_arguments_by_residents_only(app):
    proposal = factories.create_proposal()
    for stance in (Stance.FOR, Stance.FOR, Stance.AGAINST, Stance.NEUTRAL):
        post_argument(proposal, stance=stance)
    post_argument(proposal, author=factories.create_staff())
    factories.reload(proposal)
    counts = (proposal.for_count, proposal.against_count, proposal.neutral_count)
    assert counts == (2, 1, 1) and proposal.comment_count == 5


def test_comment_can_be_edited_for_fifteen_minutes(app, clock, log):
    author = factories.create_resident()
    comment = post_argument(author=author)
    log()
    clock.shift(15 * 60)
    comment_operations.edit_comment(author, comment, "Karena *sangat* panas.")
    (entry,) = log()
    assert (entry.kind, comment.body_html) == (
        CommentEdited.KIND,
        "<p>Karena <em>sangat</em> panas.</p>",
    )
    clock.shift(1)
    with pytest.raises(Refused):
        comment_operations.edit_comment(author, comment, "Nanti.")


@pytest.mark.parametrize(
    "act", [comment_operations.edit_comment, comment_operations.withdraw_comment]
)
def test_comment_change_is_refused_for_others(app, log, act):
    comment, stranger = post_argument(), factories.create_staff(role=Role.ADMIN)
    log()
    with pytest.raises(Refused):
        act(stranger, comment, *(["Lain."] if act is comment_operations.edit_comment else []))
    assert log() == []


def test_withdrawing_records_one_row_and_updates_stance_counts(app, log):
    author = factories.create_resident()
    comment = post_argument(author=author)
    log()
    comment_operations.withdraw_comment(author, comment)
    (entry,) = log()
    assert (entry.kind, entry.subject_id) == (CommentWithdrawn.KIND, comment.id)
    factories.reload(comment.proposal)
    assert comment.proposal.for_count == 0 and list(find_counter_mismatches(db.session)) == []
    with pytest.raises(Refused):
        comment_operations.withdraw_comment(author, comment)


def test_rating_counts_once_per_person_and_can_be_changed(app, log):
    comment, rater = post_argument(), factories.create_resident()
    log()
    comment_operations.rate_comment(rater, comment, is_strong=True)
    (entry,) = log()
    assert (entry.kind, entry.details) == (CommentRated.KIND, {"strong": 1})
    comment_operations.rate_comment(rater, comment, is_strong=False)
    factories.reload(comment)
    assert (comment.strong_count, comment.weak_count, comment.rating_count) == (0, 1, 1)
    with pytest.raises(Refused):
        comment_operations.rate_comment(rater, comment, is_strong=False)


def test_rating_is_refused_for_the_author(app):
    author = factories.create_resident()
    comment = post_argument(author=author)
    with pytest.raises(Refused):
        comment_operations.rate_comment(author, comment, is_strong=True)


def test_posting_is_refused_on_a_withdrawn_proposal(app):
    author = factories.create_resident()
    proposal = factories.create_proposal(author=author)
    proposal_operations.withdraw_proposal(author, proposal, "Sudah dikerjakan.")
    with pytest.raises(Refused):
        post_argument(proposal)
