"""No group is told that could single somebody out, nor one that tells another."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from deliberate import citivoice
from deliberate.exports.suppression import redacted_scores, suppress_small_cells
from tests.citivoice.log_rows import PROCESS, log_of
from tests.citivoice.test_rules import declared

LEAST = 10


@given(some.lists(some.integers(1, 60), max_size=12))
def test_what_is_left_out_hides_in_ten_people_of_two_bands(people):
    shown = suppress_small_cells(people, LEAST)
    told = [n for n, is_shown in zip(people, shown, strict=True) if is_shown]
    missing = [n for n, is_shown in zip(people, shown, strict=True) if not is_shown]
    assert all(n >= LEAST for n in told)
    assert not missing or not told or (len(missing) >= 2 and sum(missing) >= LEAST)


@pytest.mark.parametrize(
    ("people", "shown"),
    [
        ([50, 30, 20], [True, True, True]),
        ([50, 30, 3], [True, False, False]),
        ([50, 30, 3, 8], [True, True, False, False]),
        ([96, 4], [False, False]),
        ([], []),
    ],
)
def test_a_small_band_takes_the_next_one_along(people, shown):
    assert suppress_small_cells(people, LEAST) == shown


def test_who_recounts_from_what_left_finds_the_same(tmp_path):
    rows = declared(["a"] * 50 + ["b"] * 30 + ["c"] * 3, "group")
    process = replace(PROCESS, population={"group": {"a": 0.4, "b": 0.4, "c": 0.2}})
    scores = redacted_scores(citivoice.score(log_of(rows), process), LEAST)
    scores.facts.write(tmp_path)
    assert "c" not in (tmp_path / "group_facts.csv").read_text()
    assert citivoice.judge(citivoice.Facts.read(tmp_path)).to_json() == scores.to_json()


def test_where_no_group_is_small_nothing_is_judged_anew():
    rows = declared(["a"] * 50 + ["b"] * 30, "group")
    scores = citivoice.score(log_of(rows), PROCESS)
    assert redacted_scores(scores, LEAST) is scores
