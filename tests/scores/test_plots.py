"""Series and drawings of the scoreboard's plots."""

from datetime import date

import pytest

from deliberate.queries.scores.dial import draw_dial
from deliberate.queries.scores.network_layout import reply_network
from deliberate.queries.scores.plots import active_half, monthly_cohorts, thread_sides
from deliberate.queries.scores.scoreboard import CohortRetention


@pytest.mark.parametrize(
    ("rows", "people"),
    [
        ([[1, 10]], 5),
        ([[90, 1], [1, 10]], 1),
        ([[4, 3], [2, 2], [1, 8]], 3),
    ],
)
def test_active_half_is_the_fewest_people_with_half_of_the_comments(rows, people):
    half = active_half(rows)
    assert (half.people, half.of) == (people, sum(row[1] for row in rows))


def test_active_half_of_fewer_than_ten_people_is_not_told():
    assert active_half([[1, 9]]) is None


def test_sides_count_threads_with_both_and_with_nearly_one_side():
    sides = thread_sides([[4, 1], [9, 1], [0, 5], [2, 2]])
    assert sides.balanced == [1, 4, 1]
    assert sides.one_sided == [2, 9, 6]
    assert [share for share, _both in sides.bars] == [0.9, 0.8, 0.0]


def test_many_threads_are_drawn_as_at_most_forty_bars():
    sides = thread_sides([[5, number] for number in range(95)])
    assert len(sides.bars) <= 40
    assert sides.balanced[0] + sides.one_sided[0] == 95


def test_monthly_cohorts_weigh_weeks_by_their_people():
    weekly = CohortRetention(
        [1, 2],
        [
            (date(2026, 1, 5), 10, [0.5, 0.1]),
            (date(2026, 1, 26), 30, [0.1, None]),
            (date(2026, 2, 2), 20, [None, None]),
        ],
    )
    assert monthly_cohorts(weekly).rows == [
        (date(2026, 1, 1), 40, [pytest.approx(0.2), pytest.approx(0.1)]),
        (date(2026, 2, 1), 20, [None, None]),
    ]


@pytest.mark.parametrize(
    ("score", "interval", "bands"),
    [
        (62, [57, 66], ["middle", "high"]),
        (29, [25, 34], ["low"]),
        (50, [None, None], ["middle"]),
        (60, [60, 70], ["high"]),
    ],
)
def test_dial_names_two_bands_where_the_range_crosses_an_edge(score, interval, bands):
    assert draw_dial(score, interval).bands == bands


@pytest.mark.parametrize("score", [0, 100])
def test_dial_stays_inside_its_drawing(score):
    dial = draw_dial(score, [score, score])
    numbers = [
        float(n)
        for path in (dial.track, dial.range, dial.hand)
        for n in path.replace("A78 78 0 0 1", " ").replace("M", " ").replace("L", " ").split()
    ]
    assert min(numbers) >= 0 and max(numbers) <= 200


def test_network_tells_the_people_of_half_of_the_conversations():
    pairs = [[0, other, 1, 0] for other in range(1, 12)]
    network = reply_network(pairs)
    assert network.hubs == 1
    assert network.hub_dots.count("M") == 1 and network.dots.count("M") == 11
