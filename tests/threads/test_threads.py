"""Pages of a thread: order, filters, pagination, and cost for long threads."""

import pytest
from sqlalchemy import insert

from deliberate.database import db, unrecorded
from deliberate.models import Comment, Proposal
from deliberate.models.threads.comment import rating_strength
from deliberate.operations.threads import comments as comment_operations
from deliberate.queries.threads.comments import get_last_stance
from deliberate.queries.threads.pagination import (
    MAX_ANCESTORS,
    MAX_REPLIES,
    ArgumentFilter,
    ThreadOrder,
    ThreadRequest,
)
from deliberate.queries.threads.thread_page import get_thread_page
from deliberate.vocabulary import Stance
from tests import factories
from tests.statement_counter import record_queries


def post_argument(proposal, stance=Stance.FOR, body="Karena panas.", **more):
    return comment_operations.post_comment(
        factories.create_resident(), proposal, body, stance=stance, **more
    )


def post_reply(parent, body="Benar."):
    return comment_operations.post_comment(
        factories.create_resident(), parent.proposal, body, parent=parent
    )


def shown_ids(proposal: Proposal, **arguments) -> list[int]:
    return [row.id for row in get_thread_page(proposal, ThreadRequest(**arguments)).comments]


def rate(comment, strong, weak=0):
    for is_strong in [True] * strong + [False] * weak:
        comment_operations.rate_comment(factories.create_resident(), comment, is_strong)


def test_thread_most_rated_counts_strong_and_weak_alike(app):
    proposal = factories.create_proposal()
    strong, disputed, unrated = (
        post_argument(proposal),
        post_argument(proposal),
        post_argument(proposal),
    )
    rate(strong, strong=2)
    rate(disputed, strong=1, weak=2)
    assert shown_ids(proposal) == [disputed.id, strong.id, unrated.id]


def test_thread_strongest_orders_by_confidence(app):
    proposal = factories.create_proposal()
    undisputed, disputed = post_argument(proposal), post_argument(proposal)
    rate(undisputed, strong=2)
    rate(disputed, strong=2, weak=2)
    assert shown_ids(proposal, order=ThreadOrder.STRONGEST) == [undisputed.id, disputed.id]


def test_rating_strength_grows_with_the_number_of_ratings():
    assert rating_strength(5, 0) < rating_strength(90, 10) < rating_strength(900, 100)
    assert (rating_strength(0, 0), rating_strength(0, 9)) == (0, 0)
    assert rating_strength(1, 1) == 94531


def test_thread_orders_by_newest_oldest_and_discussed(app):
    proposal = factories.create_proposal()
    first, second = post_argument(proposal), post_argument(proposal)
    answer = post_reply(first)
    assert shown_ids(proposal, order=ThreadOrder.NEWEST) == [second.id, first.id, answer.id]
    assert shown_ids(proposal, order=ThreadOrder.OLDEST) == [first.id, answer.id, second.id]
    assert shown_ids(proposal, order=ThreadOrder.DISCUSSED) == [first.id, answer.id, second.id]


def test_thread_filters_by_stance_and_answered(app):
    proposal = factories.create_proposal()
    pro, con = post_argument(proposal), post_argument(proposal, Stance.AGAINST)
    neutral = post_argument(proposal, Stance.NEUTRAL)
    comment_operations.post_comment(factories.create_staff(), proposal, "Ada dananya.", parent=con)
    assert shown_ids(proposal, side=ArgumentFilter.FOR) == [pro.id]
    assert shown_ids(proposal, side=ArgumentFilter.AGAINST)[0] == con.id
    assert shown_ids(proposal, side=ArgumentFilter.NEUTRAL) == [neutral.id]
    assert shown_ids(proposal, side=ArgumentFilter.ANSWERED)[0] == con.id


@pytest.mark.parametrize("order", ThreadOrder)
def test_thread_pages_have_no_gap_and_no_repeat(app, order):
    proposal = factories.create_proposal()
    arguments = [post_argument(proposal) for _ in range(22)]
    rate(arguments[3], strong=1)
    first = get_thread_page(proposal, ThreadRequest(order))
    rest = get_thread_page(proposal, ThreadRequest(order, after=first.after))
    assert (len(first.comments), len(rest.comments), rest.after) == (20, 2, None)
    assert {row.id for row in first.comments + rest.comments} == {
        comment.id for comment in arguments
    }


def test_thread_shows_two_replies_and_counts_the_others(app):
    proposal = factories.create_proposal()
    root = post_argument(proposal)
    replies = [post_reply(root) for _ in range(5)]
    rows = get_thread_page(proposal, ThreadRequest()).comments
    assert [row.id for row in rows] == [root.id, replies[0].id, replies[1].id]
    assert [row.hidden_reply_count for row in rows] == [0, 0, 3]


def test_expanded_branch_shows_replies_of_any_depth_in_posting_order(app):
    proposal = factories.create_proposal()
    root, other = post_argument(proposal), post_argument(proposal)
    first = post_reply(root)
    deep = post_reply(post_reply(first))
    last = post_reply(root)
    assert shown_ids(proposal, expanded_id=root.id) == [
        root.id,
        first.id,
        deep.parent_id,
        deep.id,
        last.id,
    ]
    assert other.id not in shown_ids(proposal, expanded_id=root.id)
    assert get_thread_page(proposal, ThreadRequest(expanded_id=root.id)).comments[3].recipient_name


def test_expanded_branch_is_paginated(app):
    proposal = factories.create_proposal()
    root = insert_long_thread(proposal, depth=MAX_REPLIES + 5)
    first = get_thread_page(proposal, ThreadRequest(expanded_id=root))
    assert (len(first.comments), first.comments[-1].hidden_reply_count) == (MAX_REPLIES + 1, 5)
    rest = get_thread_page(
        proposal,
        ThreadRequest(
            expanded_id=root, replies_after=first.replies_after, replies_seen=MAX_REPLIES
        ),
    )
    assert (len(rest.comments), rest.replies_after, rest.comments[-1].hidden_reply_count) == (
        6,
        None,
        0,
    )


def test_linked_comment_is_shown_with_its_ancestors(app):
    proposal = factories.create_proposal()
    above, root, below = post_argument(proposal), post_argument(proposal), post_argument(proposal)
    aside, parent = post_reply(root), post_reply(root)
    target = post_reply(parent)
    rate(above, strong=2)
    rate(root, strong=1)
    rows = get_thread_page(proposal, ThreadRequest(linked_id=target.id)).comments
    assert [row.id for row in rows] == [root.id, parent.id, target.id, below.id]
    assert rows[2].hidden_reply_count == 1 and aside.id not in [row.id for row in rows]


def test_linked_deep_comment_shows_the_nearest_ancestors(app):
    proposal = factories.create_proposal()
    root = insert_long_thread(proposal, depth=50)
    target = root + 50
    ids = shown_ids(proposal, linked_id=target)
    assert ids == [root, *range(target - MAX_ANCESTORS, target + 1)]


def test_linked_comment_of_another_thread_is_not_shown(app):
    proposal, elsewhere = factories.create_proposal(), post_argument(factories.create_proposal())
    post_argument(proposal)
    assert shown_ids(proposal, linked_id=elsewhere.id) == []
    assert shown_ids(proposal, expanded_id=elsewhere.id) == []


def test_top_arguments_are_the_most_rated_of_each_side(app):
    proposal = factories.create_proposal()
    post_argument(proposal)
    pro, con = post_argument(proposal), post_argument(proposal, Stance.AGAINST)
    rate(pro, strong=1)
    top = get_thread_page(proposal, ThreadRequest(side=ArgumentFilter.NEUTRAL)).top_arguments
    assert (top[Stance.FOR].id, top[Stance.AGAINST].id) == (pro.id, con.id)


def test_withdrawn_argument_is_a_tombstone_and_no_top_argument(app):
    proposal, author = factories.create_proposal(), factories.create_resident()
    comment = comment_operations.post_comment(author, proposal, "Rahasia.", stance=Stance.FOR)
    answer = post_reply(comment)
    comment_operations.withdraw_comment(author, comment)
    thread = get_thread_page(proposal, ThreadRequest())
    assert [(row.id, row.state) for row in thread.comments] == [
        (comment.id, "withdrawn"),
        (answer.id, ""),
    ]
    assert thread.comments[0].body_html == "" and thread.top_arguments == {}


def test_last_stance_is_that_of_the_newest_comment_with_one(app):
    proposal, person = factories.create_proposal(), factories.create_resident()
    assert get_last_stance(person.id, proposal.id) is None
    first = comment_operations.post_comment(person, proposal, "Tidak.", stance=Stance.AGAINST)
    comment_operations.post_comment(person, proposal, "Nah, ya.", parent=first, stance=Stance.FOR)
    comment_operations.post_comment(person, proposal, "Begitu.", parent=first)
    assert get_last_stance(person.id, proposal.id) == Stance.FOR


def insert_long_thread(proposal: Proposal, *, depth: int = 0, wide: int = 0) -> int:
    """Insert a chain of replies and many more arguments; return the id of the first argument."""
    first = post_argument(proposal).id
    common = {"proposal_id": proposal.id, "body": "x", "body_html": "<p>x</p>", "renderer": "x"}
    common |= {"author_role": "resident", "posted_at": proposal.published_at}
    chain = [
        {**common, "id": first + n, "parent_id": first + n - 1, "root_id": first, "depth": n}
        for n in range(1, depth + 1)
    ]
    arguments = [
        {**common, "id": first + depth + n, "depth": 0, "stance": n % 3 - 1, "rating_count": n % 97}
        for n in range(1, wide + 1)
    ]
    with unrecorded("test settings") as session:
        for rows in (chain, arguments):
            if rows:
                session.execute(insert(Comment.__table__), rows)
        root = session.get(Comment, first)
        root.reply_count, root.rating_count = depth, 50
    return first


def thread_requests(root: int) -> list[ThreadRequest]:
    """Return requests for the first page, other orders, a linked comment, an expanded branch."""
    return [
        ThreadRequest(),
        ThreadRequest(ThreadOrder.STRONGEST),
        ThreadRequest(ThreadOrder.NEWEST, ArgumentFilter.AGAINST),
        ThreadRequest(linked_id=root + 99),
        ThreadRequest(expanded_id=root, replies_after=root + 10),
    ]


def test_thread_page_is_one_statement_for_ten_thousand_comments(app):
    proposal = factories.create_proposal()
    for thread_request in thread_requests(insert_long_thread(proposal, depth=1000, wide=9000)):
        _ = proposal.id
        with record_queries() as executed:
            thread = get_thread_page(proposal, thread_request)
        assert len(executed) == 1 and 20 <= len(thread.comments) <= MAX_REPLIES + 1


@pytest.mark.sqlite
def test_thread_page_costs_the_same_at_any_length(app):
    short, long = factories.create_proposal(), factories.create_proposal()
    few = [
        machine_steps(short, thread_request)
        for thread_request in thread_requests(insert_long_thread(short, depth=150, wide=100))
    ]
    many = [
        machine_steps(long, thread_request)
        for thread_request in thread_requests(insert_long_thread(long, depth=1000, wide=9000))
    ]
    assert max(m / f for m, f in zip(many, few, strict=True)) < 1.2


def machine_steps(proposal: Proposal, thread_request: ThreadRequest) -> int:
    """Return the number of virtual machine steps SQLite needs for a page."""
    counter = [0]

    def count_step():
        counter[0] += 1

    driver = db.session.connection().connection.driver_connection
    driver.set_progress_handler(count_step, 1)
    get_thread_page(proposal, thread_request)
    driver.set_progress_handler(None, 0)
    return counter[0]
