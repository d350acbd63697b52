"""Test that voters and ballots cannot be linked by key, order, storage position or transaction."""

from random import Random

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import OperationalError

from deliberate.database import db
from deliberate.models import Ballot, Interaction, Poll
from deliberate.operations.polls import ballot_box as ballot_box_operations
from deliberate.operations.polls import ballots as ballot_operations
from deliberate.queries.polls.results import count_ballots
from tests import factories

VOTERS, MARGIN = 120, 0.05


CLEARLY_MORE_THAN_CHANCE = 0.55
"""Storage keeps the order of voting until space is reused; three options give a third by chance."""


@pytest.fixture
def poll_with_ballots(app):
    """Create a poll with 120 ballots; return it with the choice of each actor."""
    poll = factories.create_poll()
    chance = Random(3)
    chosen = {}
    for _voter in range(VOTERS):
        voter, option = factories.create_resident(), chance.choice(poll.options)
        ballot_operations.cast_ballot(voter, poll, option)
        chosen[voter.actor_id] = option.id
    return poll, chosen


def voters_in_order():
    """Return the actors of ballots in the order of the log, as the database shows them."""
    rows = select(Interaction.actor_id).where(Interaction.kind == "ballot.cast")
    return list(db.session.scalars(rows.order_by(Interaction.id)))


def identified_share(chosen, guesses):
    """Return the share of voters for whom an attack guesses the right choice."""
    pairs = zip(voters_in_order(), guesses, strict=True)
    return sum(chosen[actor] == guess for actor, guess in pairs) / VOTERS


def stored_choices(query):
    return [choice[0][0] for choice in db.session.scalars(query)]


def test_ballot_storage_follows_log_order_on_postgresql_before_a_rewrite(poll_with_ballots):
    """Check the reason for the rewrite; SQLite sorts its tables by key from the start."""
    _poll, chosen = poll_with_ballots
    if db.engine.dialect.name == "sqlite":
        assert identified_share(
            chosen, stored_choices(text("SELECT choice FROM poll_ballot").columns(Ballot.choice))
        )
        assert not _has_rowid()
    else:
        in_storage = select(Ballot.choice).order_by(text("ctid"))
        assert identified_share(chosen, stored_choices(in_storage)) > CLEARLY_MORE_THAN_CHANCE


def _has_rowid():
    statement = "SELECT sql FROM sqlite_master WHERE name = 'poll_ballot'"
    return "WITHOUT ROWID" not in db.session.scalar(text(statement))


def test_ballot_storage_order_reveals_no_more_voters_than_chance(poll_with_ballots):
    _poll, chosen = poll_with_ballots
    ballot_box_operations.rewrite_ballot_tables()
    orders = ["key"] if db.engine.dialect.name == "sqlite" else ["ctid", "xmin::text::bigint, ctid"]
    best = max(
        identified_share(chosen, stored_choices(select(Ballot.choice).order_by(text(order))))
        for order in orders
    )
    stored = stored_choices(text("SELECT choice FROM poll_ballot").columns(Ballot.choice))
    best = max(best, identified_share(chosen, stored), identified_share(chosen, stored[::-1]))
    assert best <= _share_by_chance(chosen) + MARGIN


def _share_by_chance(chosen):
    """Return the share that guessing identifies: squared option shares plus three deviations."""
    shares = [list(chosen.values()).count(o) / VOTERS for o in set(chosen.values())]
    mean = sum(share**2 for share in shares)
    return mean + 3 * (mean * (1 - mean) / VOTERS) ** 0.5


def test_ballot_rewrite_separates_ballots_from_their_voters_transaction(poll_with_ballots):
    if db.engine.dialect.name == "sqlite":
        assert ballot_box_operations.rewrite_ballot_tables() == []
        return
    joined = text(
        "SELECT count(*) FROM poll_ballot b JOIN interaction i ON b.xmin::text = i.xmin::text"
    )
    assert db.session.scalar(joined) == VOTERS
    assert "poll_ballot" in ballot_box_operations.rewrite_ballot_tables()
    assert db.session.scalar(joined) == 0
    assert db.session.scalar(text("SELECT count(DISTINCT xmin::text) FROM poll_ballot")) == 1
    keys = list(db.session.scalars(select(Ballot.key).order_by(text("ctid"))))
    assert keys == sorted(keys)


def test_ballot_rewrite_changes_no_ballot_and_skips_sorted_tables(poll_with_ballots):
    poll, _chosen = poll_with_ballots
    before = count_ballots(poll)
    first, second = (
        ballot_box_operations.rewrite_ballot_tables(),
        ballot_box_operations.rewrite_ballot_tables(),
    )
    assert count_ballots(poll) == before and second == []
    assert bool(first) == (db.engine.dialect.name == "postgresql")


def test_ballot_rewrite_sorts_a_changed_ballot_again(app):
    poll = factories.create_poll()
    voters = [factories.create_resident() for _ in range(5)]
    codes = [
        ballot_operations.cast_ballot(voter, poll, poll.options[0]).ballot_code for voter in voters
    ]
    ballot_box_operations.rewrite_ballot_tables()
    ballot_operations.change_ballot(voters[0], poll, codes[0], poll.options[1])
    again = ballot_box_operations.rewrite_ballot_tables()
    assert again == ([] if db.engine.dialect.name == "sqlite" else ["poll_ballot"])


def test_ballot_and_voter_tables_share_only_the_poll(app):
    columns = {
        table: {column["name"] for column in inspect(db.engine).get_columns(table)}
        for table in ("poll_ballot", "poll_voter")
    }
    assert columns["poll_voter"] == {"poll_id", "person_id"}
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


def test_log_rows_of_different_choices_are_indistinguishable(app, log):
    """Check that rows of two choices differ only in actor, time and random values."""
    poll = factories.create_poll()
    voters = [factories.create_resident(), factories.create_resident()]
    log()
    for voter, option in zip(voters, poll.options, strict=False):
        ballot_operations.cast_ballot(voter, poll, option)
    one, other = log()
    random = {"id", "occurred_at", "actor_id", "salt", "leaf"}
    for column in set(Interaction.__table__.columns.keys()) - random:
        assert getattr(one, column) == getattr(other, column)
    factories.reload(poll)
    assert isinstance(poll, Poll) and poll.ballot_count == 2


@pytest.mark.postgresql
def test_ballot_rewrite_waits_for_a_backup_without_blocking_voters(poll_with_ballots, monkeypatch):
    monkeypatch.setattr(ballot_box_operations, "RETRY_DELAY", 0.0)
    monkeypatch.setattr(ballot_box_operations, "MAX_ATTEMPTS", 2)
    with db.engine.connect() as copying:
        copying.execute(text("SELECT count(*) FROM poll_ballot"))
        with pytest.raises(OperationalError, match="lock timeout"):
            ballot_box_operations.with_retries(ballot_box_operations.rewrite_ballot_tables)
        ballot_operations.cast_ballot(
            factories.create_resident(), poll_with_ballots[0], poll_with_ballots[0].options[0]
        )
    assert "poll_ballot" in ballot_box_operations.with_retries(
        ballot_box_operations.rewrite_ballot_tables
    )
