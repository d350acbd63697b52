"""Nobody joins the roll and the ballots: not by key, order, storage place or transaction."""

from random import Random

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import OperationalError

from deliberate.database import db
from deliberate.models import Ballot, Interaction, Poll
from deliberate.operations.polls import ballot_box as ballot_box_operations
from deliberate.operations.polls import polls as poll_operations
from deliberate.queries.polls.polls import recounted
from tests import factories

VOTERS, MARGIN = 120, 0.05


CLEARLY_MORE_THAN_CHANCE = 0.55
"""Storage keeps the order of voting until space is used again; three options give a third."""


@pytest.fixture
def voted(app):
    """A poll in which a hundred and twenty residents voted in turn, and what each chose."""
    poll = factories.a_poll()
    chance = Random(3)
    chosen = {}
    for _voter in range(VOTERS):
        voter, option = factories.resident(), chance.choice(poll.options)
        poll_operations.cast_ballot(voter, poll, option)
        chosen[voter.actor_id] = option.id
    return poll, chosen


def voters_in_order():
    """Who voted, in the order of the log, as whoever reads the database sees it."""
    rows = select(Interaction.actor_id).where(Interaction.kind == "ballot.cast")
    return list(db.session.scalars(rows.order_by(Interaction.id)))


def named(chosen, guesses):
    """Which share of the voters an attack names with the right choice."""
    pairs = zip(voters_in_order(), guesses, strict=True)
    return sum(chosen[actor] == guess for actor, guess in pairs) / VOTERS


def choices(query):
    return [choice[0][0] for choice in db.session.scalars(query)]


def test_before_nothing_is_rewritten_postgresql_stores_ballots_in_the_order_of_the_log(voted):
    """Why the rewriting is needed; on SQLite the tree of keys holds no order from the start."""
    _poll, chosen = voted
    if db.engine.dialect.name == "sqlite":
        assert named(chosen, choices(text("SELECT choice FROM poll_ballot").columns(Ballot.choice)))
        assert not _has_rowid()
    else:
        in_storage = select(Ballot.choice).order_by(text("ctid"))
        assert named(chosen, choices(in_storage)) > CLEARLY_MORE_THAN_CHANCE


def _has_rowid():
    statement = "SELECT sql FROM sqlite_master WHERE name = 'poll_ballot'"
    return "WITHOUT ROWID" not in db.session.scalar(text(statement))


def test_storage_order_names_no_more_voters_than_chance(voted):
    _poll, chosen = voted
    ballot_box_operations.rewrite_boxes()
    orders = ["key"] if db.engine.dialect.name == "sqlite" else ["ctid", "xmin::text::bigint, ctid"]
    best = max(
        named(chosen, choices(select(Ballot.choice).order_by(text(order)))) for order in orders
    )
    stored = choices(text("SELECT choice FROM poll_ballot").columns(Ballot.choice))
    best = max(best, named(chosen, stored), named(chosen, stored[::-1]))
    assert best <= _chance_of(chosen) + MARGIN


def _chance_of(chosen):
    """What guessing names: the shares of the options squared, and three deviations of a shuffle."""
    shares = [list(chosen.values()).count(o) / VOTERS for o in set(chosen.values())]
    mean = sum(share**2 for share in shares)
    return mean + 3 * (mean * (1 - mean) / VOTERS) ** 0.5


def test_after_the_rewriting_no_ballot_has_its_voters_transaction(voted):
    if db.engine.dialect.name == "sqlite":
        assert ballot_box_operations.rewrite_boxes() == []
        return
    joined = text(
        "SELECT count(*) FROM poll_ballot b JOIN interaction i ON b.xmin::text = i.xmin::text"
    )
    assert db.session.scalar(joined) == VOTERS
    assert "poll_ballot" in ballot_box_operations.rewrite_boxes()
    assert db.session.scalar(joined) == 0
    assert db.session.scalar(text("SELECT count(DISTINCT xmin::text) FROM poll_ballot")) == 1
    keys = list(db.session.scalars(select(Ballot.key).order_by(text("ctid"))))
    assert keys == sorted(keys)


def test_the_rewriting_changes_no_ballot_and_rests_when_nothing_changed(voted):
    poll, _chosen = voted
    before = recounted(poll)
    first, second = ballot_box_operations.rewrite_boxes(), ballot_box_operations.rewrite_boxes()
    assert recounted(poll) == before and second == []
    assert bool(first) == (db.engine.dialect.name == "postgresql")


def test_a_changed_ballot_is_mixed_in_again(app):
    poll = factories.a_poll()
    voters = [factories.resident() for _ in range(5)]
    codes = [
        poll_operations.cast_ballot(voter, poll, poll.options[0]).ballot_code for voter in voters
    ]
    ballot_box_operations.rewrite_boxes()
    poll_operations.change_ballot(voters[0], poll, codes[0], poll.options[1])
    again = ballot_box_operations.rewrite_boxes()
    assert again == ([] if db.engine.dialect.name == "sqlite" else ["poll_ballot"])


def test_ballot_and_roll_share_no_column_but_the_poll(app):
    columns = {
        table: {column["name"] for column in inspect(db.engine).get_columns(table)}
        for table in ("poll_ballot", "poll_roll")
    }
    assert columns["poll_roll"] == {"poll_id", "person_id"}
    assert columns["poll_ballot"] == {
        "key",
        "poll_id",
        "choice",
        "area",
        "person_id",
        "source_group",
    }
    moments = [c for table in columns.values() for c in table if c.endswith("_at")]
    assert moments == []


def test_no_log_row_tells_one_choice_from_another(app, log):
    """Rows of two different choices differ in nothing but who, when and what is random."""
    poll = factories.a_poll()
    voters = [factories.resident(), factories.resident()]
    log()
    for voter, option in zip(voters, poll.options, strict=False):
        poll_operations.cast_ballot(voter, poll, option)
    one, other = log()
    random = {"id", "occurred_at", "actor_id", "salt", "leaf", "form_key", "form_digest", "seq"}
    for column in set(Interaction.__table__.columns.keys()) - random:
        assert getattr(one, column) == getattr(other, column)
    factories.again(poll)
    assert isinstance(poll, Poll) and poll.ballot_count == 2


@pytest.mark.postgresql
def test_a_copy_being_made_holds_up_the_rewriting_but_no_voter(voted, monkeypatch):
    monkeypatch.setattr(ballot_box_operations, "PAUSE", 0.0)
    monkeypatch.setattr(ballot_box_operations, "ATTEMPTS", 2)
    with db.engine.connect() as copying:
        copying.execute(text("SELECT count(*) FROM poll_ballot"))
        with pytest.raises(OperationalError, match="lock timeout"):
            ballot_box_operations._rewrite_in_a_gap()
        poll_operations.cast_ballot(factories.resident(), voted[0], voted[0].options[0])
    assert "poll_ballot" in ballot_box_operations._rewrite_in_a_gap()
