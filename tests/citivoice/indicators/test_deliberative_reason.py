"""The Deliberative Reason Index against a plain calculation, chance and bad files."""

import json
from itertools import combinations
from math import sqrt
from pathlib import Path
from statistics import fmean

import numpy as np
import pytest
from click.testing import CliRunner

from deliberate.citivoice.indicators.deliberative_reason import (
    Answers,
    deliberative_reason,
    reason_change,
)
from deliberate.commands import cli


def ranks(values: list[float]) -> list[float]:
    """Return ranks from 1, the mean rank for equal values."""
    return [
        1 + sum(other < value for other in values) + (values.count(value) - 1) / 2
        for value in values
    ]


def spearman(one: list[float], other: list[float]) -> float:
    first, second = ranks(one), ranks(other)
    a, b = fmean(first), fmean(second)
    top = sum((x - a) * (y - b) for x, y in zip(first, second, strict=True))
    return top / sqrt(sum((x - a) ** 2 for x in first) * sum((y - b) ** 2 for y in second))


def plain_index(answers: Answers) -> float:
    """Return the index by the steps of the article, pair by pair."""
    distances = [
        abs(
            spearman(list(answers.considerations[i]), list(answers.considerations[j]))
            - spearman(list(answers.preferences[i]), list(answers.preferences[j]))
        )
        / sqrt(2)
        for i, j in combinations(range(len(answers.people)), 2)
    ]
    smallest = 1 - sqrt(2) / 2
    return 2 * ((1 - fmean(distances)) - smallest) / (1 - smallest) - 1


def random_answers(seed: int, people: int, considerations: int, options: int) -> Answers:
    random = np.random.default_rng(seed)
    return Answers(
        tuple(f"p{n}" for n in range(people)),
        random.integers(1, 12, (people, considerations)).astype(float),
        np.array([random.permutation(options) + 1.0 for _ in range(people)]),
    )


def reasoned_answers(seed: int, people: int) -> Answers:
    """Return answers in which preferences follow from considerations, in two camps."""
    random = np.random.default_rng(seed)
    camp = random.random((people, 1)) < 0.5
    base = np.where(camp, np.arange(12.0), np.arange(12.0)[::-1])
    options = np.where(camp, np.arange(7.0), np.arange(7.0)[::-1])
    return Answers(
        tuple(f"p{n}" for n in range(people)), base + random.random((people, 12)), options
    )


@pytest.mark.parametrize(("people", "considerations", "options"), [(5, 8, 4), (31, 20, 7)])
def test_index_equals_the_calculation_pair_by_pair(people, considerations, options):
    answers = random_answers(people, people, considerations, options)
    result = deliberative_reason(answers, permutations=10)
    assert result.value == pytest.approx(plain_index(answers), abs=1e-9)
    assert fmean(result.individuals.values()) == pytest.approx(result.value, abs=1e-9)


@pytest.mark.parametrize("considerations", [12, 40])
@pytest.mark.parametrize("options", [4, 7, 12])
def test_random_answers_are_at_chance(considerations, options):
    answers = random_answers(options, 60, considerations, options)
    assert abs(deliberative_reason(answers).above_chance) <= 0.05


def test_preferences_that_follow_from_considerations_are_above_chance():
    result = deliberative_reason(reasoned_answers(1, 40))
    assert result.above_chance > 0.5 and result.p < 0.01


def test_change_counts_only_people_who_answered_both_times():
    before, after = random_answers(1, 40, 12, 7), reasoned_answers(2, 35)
    result = reason_change(before, after, permutations=50)
    assert (result.before.n, result.after.n) == (35, 35)
    assert result.change > 0.3


def test_change_of_fewer_than_thirty_people_is_not_reported():
    result = reason_change(random_answers(1, 29, 12, 7), reasoned_answers(2, 29), 50)
    assert (result.change, result.reason) == (None, "few")


def test_person_without_an_order_is_left_out():
    answers = random_answers(3, 10, 8, 5)
    answers.considerations[4] = 6.0
    result = deliberative_reason(answers, permutations=10)
    assert (result.n, result.undefined) == (9, ("p4",))


def test_pair_without_common_items_counts_neither_as_alike_nor_as_unlike():
    values = []
    for seed in range(5):
        answers = random_answers(seed, 40, 12, 8)
        answers.considerations[:20, :6] = answers.considerations[20:, 6:] = np.nan
        answers.preferences[:20, :4] = answers.preferences[20:, 4:] = np.nan
        result = deliberative_reason(answers, permutations=200)
        values.append(result.p)
    assert min(values) > 0.01 and max(values) > 0.3


def test_person_with_nobody_to_compare_with_is_left_out():
    answers = random_answers(4, 12, 8, 6)
    answers.considerations[3, 2:] = np.nan
    result = deliberative_reason(answers, permutations=10)
    assert (result.n, result.undefined) == (11, ("p3",))


def test_change_counts_the_same_people_before_and_after():
    before, after = random_answers(5, 33, 12, 7), random_answers(6, 33, 12, 7)
    after.considerations[0] = 5.0
    result = reason_change(before, after, permutations=10)
    assert (result.before.n, result.after.n) == (32, 32)
    assert result.before.individuals.keys() == result.after.individuals.keys()


def write_csv(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def run(*arguments: object):
    return CliRunner().invoke(cli, ["citivoice", "reason", *map(str, arguments)])


def test_reason_command_reads_answers_with_missing_cells(tmp_path):
    lines = ["participant,stage,C1,C2,C3,C4,P1,P2,P3"]
    for n in range(32):
        lines.append(f"p{n},before,{n % 5},{n % 3},4,{n % 7},1,2,3")
        lines.append(f"p{n},after,{n % 5},,{n % 4},{n % 7},3,1,2")
    result = run(write_csv(tmp_path / "a.csv", "\n".join(lines)), "--json")
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["before"]["n"] > 20 and document["after"]["p"] is not None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "no column participant"),
        ("participant,stage,C1\nx,before,1\n", "no columns C1"),
        ("participant,stage,C1,P1\nx,later,1,1\n", "line 2"),
        ("participant,stage,C1,P1\nx,before,1,1\nx,1,2,2\n", "x answered before twice"),
        ("participant,stage,C1,P1\nx,before,ya,1\n", "C1: 'ya' is no number"),
        ("participant,stage,C1,P1\nx,before,inf,1\n", "C1: 'inf' is no number"),
    ],
)
def test_reason_command_names_what_is_wrong_in_a_file(tmp_path, text, message):
    result = run(write_csv(tmp_path / "a.csv", text))
    assert result.exit_code == 2 and message in result.stderr


def test_reason_command_says_that_an_empty_survey_is_not_enough(tmp_path):
    result = run(write_csv(tmp_path / "a.csv", "participant,stage,C1,P1\n"))
    assert result.exit_code == 0 and "not enough data" in result.stdout
