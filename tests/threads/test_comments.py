"""Taking part in a thread: each act leaves one row, and is allowed to those who may alone."""

import pytest

from deliberate.database import db
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.permissions.decision import Refused
from deliberate.queries.site.counter_check import wrong_counters
from deliberate.vocabulary import Kind, PhaseKind, Role, Stance
from tests import factories


def an_argument(proposal=None, author=None, stance=Stance.FOR):
    proposal, author = proposal or factories.a_proposal(), author or factories.resident()
    return comment_operations.post_comment(author, proposal, "Karena panas.", stance=stance)


def test_posting_leaves_one_row_with_stance_and_codes(app, log):
    proposal, author = factories.a_proposal(), factories.resident()
    log()
    comment = comment_operations.post_comment(
        author, proposal, "Berapa biayanya?", stance=Stance.NEUTRAL, is_question=True, source="APBD"
    )
    (entry,) = log()
    assert (entry.kind, entry.subject_id) == (Kind.COMMENT_POSTED, comment.id)
    assert (entry.stance, entry.parent_id) == (0, None)
    assert entry.details == {"kind": "question", "source_given": 1}


def test_a_reply_names_its_parent_and_counts_in_its_branch(app, log):
    root = an_argument()
    middle = comment_operations.post_comment(
        factories.resident(), root.proposal, "Ya.", parent=root
    )
    log()
    reply = comment_operations.post_comment(
        factories.resident(), root.proposal, "Nah.", parent=middle
    )
    entry = log()[-1]
    assert (entry.parent_id, entry.stance) == (middle.id, None)
    assert (reply.root_id, reply.depth) == (root.id, 2)
    factories.again(root)
    assert (root.branch_count, root.is_answered) == (2, False)


def test_a_reply_by_staff_marks_the_argument_as_answered(app):
    root = an_argument()
    comment_operations.post_comment(factories.staff(), root.proposal, "Ada dananya.", parent=root)
    factories.again(root)
    assert root.is_answered


def test_an_argument_needs_a_stance_a_reply_does_not(app, log):
    root = an_argument()
    log()
    with pytest.raises(Refused):
        comment_operations.post_comment(factories.resident(), root.proposal, "Hmm.")
    comment_operations.post_comment(factories.resident(), root.proposal, "Hmm.", parent=root)
    assert [entry.kind for entry in log()][-1] == Kind.COMMENT_POSTED


def test_nobody_replies_into_another_thread_or_to_a_tombstone(app):
    author = factories.resident()
    root = an_argument(author=author)
    with pytest.raises(Refused):
        comment_operations.post_comment(
            factories.resident(), factories.a_proposal(), "Ya.", parent=root
        )
    comment_operations.withdraw_comment(author, root)
    with pytest.raises(Refused):
        comment_operations.post_comment(factories.resident(), root.proposal, "Ya.", parent=root)


def test_a_phase_that_closed_since_the_page_takes_no_comment(app, clock, log):
    process = factories.a_process(days=2)
    proposal, author = factories.a_proposal(process), factories.resident()
    log()
    clock.shift(3 * 86400)
    with pytest.raises(Refused):
        an_argument(proposal, author)
    assert log() == []


def test_a_phase_without_discussion_takes_no_comment_and_no_rating(app, clock):
    process = factories.a_process(days=2)
    comment = an_argument(factories.a_proposal(process))
    factories.phase(process, PhaseKind.RESPONSE, process.phases[0].closes_at, 9)
    clock.shift(3 * 86400)
    with pytest.raises(Refused):
        comment_operations.rate_comment(factories.resident(), comment, is_strong=True)


def test_the_balance_counts_residents_arguments_alone(app):
    proposal = factories.a_proposal()
    for stance in (Stance.FOR, Stance.FOR, Stance.AGAINST, Stance.NEUTRAL):
        an_argument(proposal, stance=stance)
    an_argument(proposal, author=factories.staff())
    factories.again(proposal)
    counts = (proposal.for_count, proposal.against_count, proposal.neutral_count)
    assert counts == (2, 1, 1) and proposal.comment_count == 5


def test_words_can_be_changed_for_fifteen_minutes(app, clock, log):
    author = factories.resident()
    comment = an_argument(author=author)
    log()
    clock.shift(15 * 60)
    comment_operations.edit_comment(author, comment, "Karena *sangat* panas.")
    (entry,) = log()
    assert (entry.kind, comment.body_html) == (
        Kind.COMMENT_EDITED,
        "<p>Karena <em>sangat</em> panas.</p>",
    )
    clock.shift(1)
    with pytest.raises(Refused):
        comment_operations.edit_comment(author, comment, "Nanti.")


@pytest.mark.parametrize(
    "act", [comment_operations.edit_comment, comment_operations.withdraw_comment]
)
def test_only_the_author_changes_a_comment(app, log, act):
    comment, stranger = an_argument(), factories.staff(role=Role.ADMIN)
    log()
    with pytest.raises(Refused):
        act(stranger, comment, *(["Lain."] if act is comment_operations.edit_comment else []))
    assert log() == []


def test_withdrawing_leaves_a_row_and_takes_the_argument_out_of_the_balance(app, log):
    author = factories.resident()
    comment = an_argument(author=author)
    log()
    comment_operations.withdraw_comment(author, comment)
    (entry,) = log()
    assert (entry.kind, entry.subject_id) == (Kind.COMMENT_WITHDRAWN, comment.id)
    factories.again(comment.proposal)
    assert comment.proposal.for_count == 0 and list(wrong_counters(db.session)) == []
    with pytest.raises(Refused):
        comment_operations.withdraw_comment(author, comment)


def test_weighing_counts_a_person_once_and_can_be_changed(app, log):
    comment, rater = an_argument(), factories.resident()
    log()
    comment_operations.rate_comment(rater, comment, is_strong=True)
    (entry,) = log()
    assert (entry.kind, entry.details) == (Kind.COMMENT_RATED, {"strong": 1})
    comment_operations.rate_comment(rater, comment, is_strong=False)
    factories.again(comment)
    assert (comment.strong_count, comment.weak_count, comment.weight) == (0, 1, 1)
    with pytest.raises(Refused):
        comment_operations.rate_comment(rater, comment, is_strong=False)


def test_nobody_weighs_their_own_comment(app):
    author = factories.resident()
    comment = an_argument(author=author)
    with pytest.raises(Refused):
        comment_operations.rate_comment(author, comment, is_strong=True)


def test_nobody_comments_on_a_withdrawn_proposal(app):
    author = factories.resident()
    proposal = factories.a_proposal(author=author)
    proposal_operations.withdraw_proposal(author, proposal, "Sudah dikerjakan.")
    with pytest.raises(Refused):
        an_argument(proposal)
