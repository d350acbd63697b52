"""Leaves recomputed from raw rows are those the model made, whatever the row holds."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberate import sealing
from deliberate.database import canonical, db
from deliberate.models import Subtree
from deliberate.models.log.interaction import leaf, private_half, public_half
from deliberate.sealing import log_verification, parts
from deliberate.sealing.leaves import COLUMNS, leaves_of
from deliberate.vocabulary import Kind
from tests.sealing.log_filler import fill

numbers = st.none() | st.integers(-(2**53), 2**53)
words = st.text(max_size=12)
codes = st.dictionaries(words, st.none() | st.integers() | words | st.lists(words), max_size=3)
rows = st.builds(
    SimpleNamespace,
    seq=st.integers(0, 10**9),
    id=words,
    occurred_at=st.datetimes(
        min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)
    ),
    kind=st.sampled_from([kind.value for kind in Kind]),
    actor_id=st.none() | words,
    actor_role=words,
    account_class=words,
    institution_id=numbers,
    process_id=numbers,
    proposal_id=numbers,
    subject_type=words,
    subject_id=st.integers(0, 2**53),
    parent_id=numbers,
    stance=st.none() | st.integers(-1, 1),
    origin=words,
    cause=st.none() | words,
    content=st.none() | words,
    details=codes,
    salt=st.binary(min_size=16, max_size=16),
    leaf=st.just(b""),
)


@given(rows)
def test_a_leaf_by_strings_is_the_leaf_by_canonical_json(row):
    made = leaf(public_half(row), private_half(row))
    raw = {name: getattr(row, name) for name in COLUMNS} | {"details": canonical(row.details)}
    as_sqlite = row.occurred_at.replace(tzinfo=None).isoformat(" ", "microseconds")
    (by_postgres,) = leaves_of([tuple(raw.values())], is_sqlite=False)
    raw["occurred_at"] = as_sqlite
    (by_sqlite,) = leaves_of([tuple(raw.values())], is_sqlite=True)
    assert by_postgres == by_sqlite == made


@pytest.mark.parametrize("column", ["subject_id", "salt", "occurred_at", "kind"])
def test_a_row_no_log_can_hold_has_no_leaf(column):
    raw = dict.fromkeys(COLUMNS, "x") | {"salt": b"", "subject_id": 1, "cause": None}
    raw |= dict.fromkeys(("institution_id", "process_id", "proposal_id", "parent_id", "stance"))
    raw[column] = object()
    (found,) = leaves_of([tuple(raw.values())], is_sqlite=True)
    assert found is None


def test_a_log_of_many_parts_verifies_in_processes_of_its_own(sqlite_house, monkeypatch):
    monkeypatch.setattr(log_verification, "MANY", 1)
    app, seen = sqlite_house(), []
    settings = app.config["SETTINGS"]
    with app.app_context():
        fill(parts.ROWS_A_PART + 300)
        sealing.seal_all(sealing.own_key(settings), settings.base_url, 30_000)
        sealing.write_segments(settings.log_path, rest=True)
        assert sealing.verify(settings.log_path, progress=seen.append) == []
        assert db.session.get(Subtree, (16, 0)) is not None
        db.session.remove()
    assert seen == [parts.ROWS_A_PART, 301]
