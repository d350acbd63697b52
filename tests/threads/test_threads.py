"""A page of a thread shows what it should, at the same cost whatever the length of the thread."""

import pytest
from sqlalchemy import insert

from deliberate.database import db, unrecorded
from deliberate.models import Comment, Proposal
from deliberate.models.threads.comment import strength_of
from deliberate.operations.threads import comments as comment_operations
from deliberate.queries.threads import threads as thread_queries
from deliberate.queries.threads.pagination import ANCESTORS, BRANCH, Order, Reading, Side
from deliberate.vocabulary import Stance
from tests import factories
from tests.statement_counter import statements


def argue(proposal, stance=Stance.FOR, body="Karena panas.", **more):
    return comment_operations.post_comment(
        factories.resident(), proposal, body, stance=stance, **more
    )


def reply(parent, body="Benar."):
    return comment_operations.post_comment(
        factories.resident(), parent.proposal, body, parent=parent
    )


def shown(proposal: Proposal, **how) -> list[int]:
    return [line.id for line in thread_queries.thread_of(proposal, Reading(**how)).lines]


def weigh(comment, strong, weak=0):
    for is_strong in [True] * strong + [False] * weak:
        comment_operations.rate_comment(factories.resident(), comment, is_strong)


def test_most_weighed_counts_strong_and_weak_alike(app):
    proposal = factories.a_proposal()
    liked, fought, quiet = argue(proposal), argue(proposal), argue(proposal)
    weigh(liked, strong=2)
    weigh(fought, strong=1, weak=2)
    assert shown(proposal) == [fought.id, liked.id, quiet.id]


def test_strongest_is_the_surest_not_the_most_weighed(app):
    proposal = factories.a_proposal()
    sure, fought = argue(proposal), argue(proposal)
    weigh(sure, strong=2)
    weigh(fought, strong=2, weak=2)
    assert shown(proposal, order=Order.STRONGEST) == [sure.id, fought.id]


def test_few_views_are_no_certainty():
    assert strength_of(5, 0) < strength_of(90, 10) < strength_of(900, 100)
    assert (strength_of(0, 0), strength_of(0, 9)) == (0, 0)
    assert strength_of(1, 1) == 94531


def test_the_other_orders(app):
    proposal = factories.a_proposal()
    first, second = argue(proposal), argue(proposal)
    answer = reply(first)
    assert shown(proposal, order=Order.NEWEST) == [second.id, first.id, answer.id]
    assert shown(proposal, order=Order.OLDEST) == [first.id, answer.id, second.id]
    assert shown(proposal, order=Order.DISCUSSED) == [first.id, answer.id, second.id]


def test_one_side_alone_can_be_read(app):
    proposal = factories.a_proposal()
    pro, con = argue(proposal), argue(proposal, Stance.AGAINST)
    neutral = argue(proposal, Stance.NEUTRAL)
    comment_operations.post_comment(factories.staff(), proposal, "Ada dananya.", parent=con)
    assert shown(proposal, side=Side.FOR) == [pro.id]
    assert shown(proposal, side=Side.AGAINST)[0] == con.id
    assert shown(proposal, side=Side.NEUTRAL) == [neutral.id]
    assert shown(proposal, side=Side.ANSWERED)[0] == con.id


@pytest.mark.parametrize("order", Order)
def test_pages_follow_one_another_without_gap_or_repeat(app, order):
    proposal = factories.a_proposal()
    many = [argue(proposal) for _ in range(22)]
    weigh(many[3], strong=1)
    first = thread_queries.thread_of(proposal, Reading(order))
    rest = thread_queries.thread_of(proposal, Reading(order, after=first.after))
    assert (len(first.lines), len(rest.lines), rest.after) == (20, 2, None)
    assert {line.id for line in first.lines + rest.lines} == {comment.id for comment in many}


def test_two_replies_are_shown_and_the_others_counted(app):
    proposal = factories.a_proposal()
    root = argue(proposal)
    replies = [reply(root) for _ in range(5)]
    lines = thread_queries.thread_of(proposal, Reading()).lines
    assert [line.id for line in lines] == [root.id, replies[0].id, replies[1].id]
    assert [line.more for line in lines] == [0, 0, 3]


def test_an_open_branch_shows_replies_to_any_depth_in_the_order_of_writing(app):
    proposal = factories.a_proposal()
    root, other = argue(proposal), argue(proposal)
    first = reply(root)
    deep = reply(reply(first))
    last = reply(root)
    assert shown(proposal, open=root.id) == [root.id, first.id, deep.parent_id, deep.id, last.id]
    assert other.id not in shown(proposal, open=root.id)
    assert thread_queries.thread_of(proposal, Reading(open=root.id)).lines[3].to_name


def test_a_long_branch_comes_in_pages(app):
    proposal = factories.a_proposal()
    root = a_long_thread(proposal, depth=BRANCH + 5)
    first = thread_queries.thread_of(proposal, Reading(open=root))
    assert (len(first.lines), first.lines[-1].more) == (BRANCH + 1, 5)
    rest = thread_queries.thread_of(
        proposal, Reading(open=root, replies_after=first.replies_after, replies_seen=BRANCH)
    )
    assert (len(rest.lines), rest.replies_after, rest.lines[-1].more) == (6, None, 0)


def test_a_link_opens_the_list_at_its_comment_with_what_it_answers(app):
    proposal = factories.a_proposal()
    above, root, below = argue(proposal), argue(proposal), argue(proposal)
    aside, parent = reply(root), reply(root)
    target = reply(parent)
    weigh(above, strong=2)
    weigh(root, strong=1)
    lines = thread_queries.thread_of(proposal, Reading(at=target.id)).lines
    assert [line.id for line in lines] == [root.id, parent.id, target.id, below.id]
    assert lines[2].more == 1 and aside.id not in [line.id for line in lines]


def test_a_link_into_the_depth_shows_the_nearest_ancestors(app):
    proposal = factories.a_proposal()
    root = a_long_thread(proposal, depth=50)
    target = root + 50
    ids = shown(proposal, at=target)
    assert ids == [root, *range(target - ANCESTORS, target + 1)]


def test_a_link_to_another_thread_shows_nothing(app):
    proposal, elsewhere = factories.a_proposal(), argue(factories.a_proposal())
    argue(proposal)
    assert shown(proposal, at=elsewhere.id) == []
    assert shown(proposal, open=elsewhere.id) == []


def test_the_most_weighed_of_each_side_stand_beside_each_other(app):
    proposal = factories.a_proposal()
    argue(proposal)
    pro, con = argue(proposal), argue(proposal, Stance.AGAINST)
    weigh(pro, strong=1)
    best = thread_queries.thread_of(proposal, Reading(side=Side.NEUTRAL)).best
    assert (best[Stance.FOR].id, best[Stance.AGAINST].id) == (pro.id, con.id)


def test_a_withdrawn_argument_is_a_tombstone_and_no_longer_weighed(app):
    proposal, author = factories.a_proposal(), factories.resident()
    comment = comment_operations.post_comment(author, proposal, "Rahasia.", stance=Stance.FOR)
    answer = reply(comment)
    comment_operations.withdraw_comment(author, comment)
    thread = thread_queries.thread_of(proposal, Reading())
    assert [(line.id, line.state) for line in thread.lines] == [
        (comment.id, "withdrawn"),
        (answer.id, ""),
    ]
    assert thread.lines[0].body_html == "" and thread.best == {}


def test_the_last_stance_in_a_thread_is_remembered(app):
    proposal, person = factories.a_proposal(), factories.resident()
    assert thread_queries.last_stance_of(person.id, proposal.id) is None
    first = comment_operations.post_comment(person, proposal, "Tidak.", stance=Stance.AGAINST)
    comment_operations.post_comment(person, proposal, "Nah, ya.", parent=first, stance=Stance.FOR)
    comment_operations.post_comment(person, proposal, "Begitu.", parent=first)
    assert thread_queries.last_stance_of(person.id, proposal.id) == Stance.FOR


def a_long_thread(proposal: Proposal, *, depth: int = 0, wide: int = 0) -> int:
    """Comments as an import leaves them: a chain of replies, and many arguments beside it."""
    first = argue(proposal).id
    common = {"proposal_id": proposal.id, "body": "x", "body_html": "<p>x</p>", "renderer": "x"}
    common |= {"author_role": "resident", "posted_at": proposal.published_at}
    chain = [
        {**common, "id": first + n, "parent_id": first + n - 1, "root_id": first, "depth": n}
        for n in range(1, depth + 1)
    ]
    beside = [
        {**common, "id": first + depth + n, "depth": 0, "stance": n % 3 - 1, "weight": n % 97}
        for n in range(1, wide + 1)
    ]
    with unrecorded("test settings") as session:
        for rows in (chain, beside):
            if rows:
                session.execute(insert(Comment.__table__), rows)
        root = session.get(Comment, first)
        root.branch_count, root.weight = depth, 50
    return first


def readings(root: int) -> list[Reading]:
    """The ways to read a thread: from its top, by strength, at a link, with a branch open."""
    return [
        Reading(),
        Reading(Order.STRONGEST),
        Reading(Order.NEWEST, Side.AGAINST),
        Reading(at=root + 99),
        Reading(open=root, replies_after=root + 10),
    ]


def test_a_page_is_one_statement_at_ten_thousand_comments_a_thousand_deep(app):
    proposal = factories.a_proposal()
    for how in readings(a_long_thread(proposal, depth=1000, wide=9000)):
        _ = proposal.id
        with statements() as asked:
            thread = thread_queries.thread_of(proposal, how)
        assert len(asked) == 1 and 20 <= len(thread.lines) <= BRANCH + 1


@pytest.mark.sqlite
def test_a_page_costs_the_same_at_any_length(app):
    short, long = factories.a_proposal(), factories.a_proposal()
    few = [steps(short, how) for how in readings(a_long_thread(short, depth=150, wide=100))]
    many = [steps(long, how) for how in readings(a_long_thread(long, depth=1000, wide=9000))]
    assert max(m / f for m, f in zip(many, few, strict=True)) < 1.2


def steps(proposal: Proposal, how: Reading) -> int:
    """What reading a page takes, in steps of SQLite's machine."""
    taken = [0]

    def step():
        taken[0] += 1

    driver = db.session.connection().connection.driver_connection
    driver.set_progress_handler(step, 1)
    thread_queries.thread_of(proposal, how)
    driver.set_progress_handler(None, 0)
    return taken[0]
