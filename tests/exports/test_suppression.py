"""Small-cell suppression: no small group is released or revealed by another."""

from dataclasses import replace

import pytest
from hypothesis import given, strategies

from deliberate import citivoice
from deliberate.exports.suppression import redacted_scores, suppress_small_cells
from tests.citivoice.known_groups import verified
from tests.citivoice.log_rows import PROCESS, act, comment, log_of, staff
from tests.citivoice.test_rules import declared

LEAST = 10


@given(strategies.lists(strategies.integers(1, 60), max_size=12))
def test_suppressed_bands_hold_two_bands_and_ten_people(people):
    is_released = suppress_small_cells(people, LEAST)
    released = [n for n, is_shown in zip(people, is_released, strict=True) if is_shown]
    missing = [n for n, is_shown in zip(people, is_released, strict=True) if not is_shown]
    assert all(n >= LEAST for n in released)
    assert not missing or not released or (len(missing) >= 2 and sum(missing) >= LEAST)


@pytest.mark.parametrize(
    ("people", "is_released"),
    [
        ([50, 30, 20], [True, True, True]),
        ([50, 30, 3], [True, False, False]),
        ([50, 30, 3, 8], [True, True, False, False]),
        ([96, 4], [False, False]),
        ([], []),
    ],
)
def test_small_band_suppresses_the_next_larger_one(people, is_released):
    assert suppress_small_cells(people, LEAST) == is_released


def test_redacted_scores_equal_a_recount_of_released_facts(tmp_path):
    rows = declared(["a"] * 50 + ["b"] * 30 + ["c"] * 3, "group")
    process = replace(PROCESS, population={"group": {"a": 0.4, "b": 0.4, "c": 0.2}})
    scores = redacted_scores(citivoice.score(log_of(rows), process), LEAST)
    scores.facts.write(tmp_path)
    assert "c" not in (tmp_path / "group_facts.csv").read_text()
    assert citivoice.judge(citivoice.Facts.read(tmp_path)).to_json() == scores.to_json()


def test_scores_with_nothing_to_leave_out_are_not_recomputed():
    rows = declared(["a"] * 50 + ["b"] * 30, "group")
    scores = citivoice.score(log_of(rows), PROCESS)
    redacted = redacted_scores(scores, LEAST)
    assert redacted.to_json() == scores.to_json()
    assert redacted_scores(redacted, LEAST) is redacted


def test_released_facts_do_not_tell_who_is_verified(tmp_path):
    people = [f"p{n}" for n in range(40)]
    rows = [comment(f"c{n}", person) for n, person in enumerate(people)]
    rows += [verified(person) for person in people[:35]]
    scores = citivoice.score(log_of(rows), PROCESS)
    redacted_scores(scores, LEAST).facts.write(tmp_path)
    assert len(scores.facts.scope("run_facts", "verified_only")["comments"])
    released = citivoice.Facts.read(tmp_path)
    for table in ("run_facts", "voice_facts", "person_cells", "week_facts"):
        assert not len(released.scope(table, "verified_only")["scope"]), table
    assert released.one("verification_facts", "verified_people") == 35


@pytest.mark.parametrize(("accounts", "comments"), [(9, ["0", "0"]), (12, ["12", "12"])])
def test_released_facts_do_not_tell_why_few_accounts_were_excluded(tmp_path, accounts, comments):
    rows = [comment(f"c{n}", f"p{n}") for n in range(40)]
    rows += [staff(comment(f"s{n}", f"officer{n}")) for n in range(12)]
    for n in range(accounts):
        rows.append(comment(f"d{n}", f"double{n}"))
        details = {"account": f"double{n}", "reason": ("duplicate", "automated")[n % 2]}
        rows.append(act("account.reclassified", "admin", 2, details=details | {"to": "system"}))
    scores = citivoice.score(log_of(rows), PROCESS)
    redacted = redacted_scores(scores, LEAST)
    redacted.facts.write(tmp_path)
    table = citivoice.Facts.read(tmp_path)["excluded_facts"]
    assert table["reason"].tolist() == ["reclassified", "staff"]
    assert table["accounts"].tolist() == [accounts, 12]
    assert table["comments"].tolist() == [int(count) for count in comments]
    assert redacted.to_json() == scores.to_json()
