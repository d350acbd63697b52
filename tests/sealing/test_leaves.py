"""Leaf hashes recomputed from raw rows equal those of the model."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberate import sealing
from deliberate.database import canonical_json, db
from deliberate.models import Subtree
from deliberate.models.log.interaction import leaf, private_half, public_half
from deliberate.sealing import log_verification, part_verification
from deliberate.sealing.leaf_hashes import COLUMNS, recompute_leaves
from deliberate.vocabulary.events import EVENT_TYPES
from tests.sealing.log_filler import fill

numbers = st.none() | st.integers(-(2**53), 2**53)
texts = st.text(max_size=12)
codes = st.dictionaries(texts, st.none() | st.integers() | texts | st.lists(texts), max_size=3)
rows = st.builds(
    SimpleNamespace,
    seq=st.integers(0, 10**9),
    id=texts,
    occurred_at=st.datetimes(
        min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)
    ),
    kind=st.sampled_from(sorted(EVENT_TYPES)),
    actor_id=st.none() | texts,
    actor_role=texts,
    account_class=texts,
    institution_id=numbers,
    process_id=numbers,
    proposal_id=numbers,
    subject_type=texts,
    subject_id=st.integers(0, 2**53),
    parent_id=numbers,
    stance=st.none() | st.integers(-1, 1),
    origin=texts,
    cause=st.none() | texts,
    content=st.none() | texts,
    details=codes,
    salt=st.binary(min_size=16, max_size=16),
    leaf=st.just(b""),
)


@given(rows)
def test_leaf_from_raw_row_equals_leaf_from_canonical_json(row):
    expected = leaf(public_half(row), private_half(row))
    raw = {name: getattr(row, name) for name in COLUMNS} | {"details": canonical_json(row.details)}
    raw["occurred_at"] = row.occurred_at.replace(tzinfo=None).isoformat(" ", "microseconds")
    assert recompute_leaves([tuple(raw.values())]) == [expected]


@pytest.mark.parametrize("column", ["subject_id", "salt", "occurred_at", "kind"])
def test_leaf_of_a_malformed_row_is_none(column):
    raw = dict.fromkeys(COLUMNS, "x") | {"salt": b"", "subject_id": 1, "cause": None}
    raw |= dict.fromkeys(("institution_id", "process_id", "proposal_id", "parent_id", "stance"))
    raw[column] = object()
    (computed,) = recompute_leaves([tuple(raw.values())])
    assert computed is None


def test_log_of_several_parts_verifies_in_worker_processes(make_sqlite_app, monkeypatch):
    monkeypatch.setattr(log_verification, "MIN_ENTRIES_FOR_WORKERS", 1)
    app, progress = make_sqlite_app(), []
    settings = app.config["SETTINGS"]
    with app.app_context():
        fill(part_verification.ROWS_PER_PART + 300)
        sealing.seal_all(sealing.current_signing_key(settings), settings.base_url, 30_000)
        sealing.write_segments(settings.log_path, rest=True)
        assert sealing.verify_log(settings.log_path, progress=progress.append) == []
        assert db.session.get(Subtree, (16, 0)) is not None
        db.session.remove()
    assert progress == [part_verification.ROWS_PER_PART, 301]
