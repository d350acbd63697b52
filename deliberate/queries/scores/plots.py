"""Series for the plots of a scoreboard: monthly cohorts, sides of threads, the most active."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from deliberate.queries.scores.scoreboard import CohortRetention

MIN_STANCES = 5
MIN_AUTHORS = 10
BALANCED = 0.2
"""The share of a thread from which on the smaller side counts as present."""
MAX_THREADS = 40


@dataclass(frozen=True)
class ThreadSides:
    """Comments for and against of threads that have enough of them, by the share for."""

    bars: list[tuple[float, bool]]
    """The share for of each drawn thread, and whether both sides are present."""
    balanced: list[int]
    one_sided: list[int]
    """How many threads, and their comments for and against."""


@dataclass(frozen=True)
class ActiveHalf:
    """The fewest people who wrote half of the comments, among all who wrote."""

    people: int
    of: int


def thread_sides(rows: Sequence[Sequence[int]]) -> ThreadSides | None:
    """Return the sides of threads with at least `MIN_STANCES` stances, or None without any."""
    threads = sorted(
        ((pro / (pro + con), pro, con) for pro, con in rows if pro + con >= MIN_STANCES),
        reverse=True,
    )
    if not threads:
        return None
    drawn = [(share, BALANCED <= share <= 1 - BALANCED) for share, _pro, _con in threads]
    sums = {True: [0, 0, 0], False: [0, 0, 0]}
    for (_share, pro, con), (_drawn_share, is_balanced) in zip(threads, drawn, strict=True):
        for column, number in enumerate((1, pro, con)):
            sums[is_balanced][column] += number
    step = -(-len(threads) // MAX_THREADS)
    return ThreadSides(drawn[::step], sums[True], sums[False])


def active_half(rows: Sequence[list[int]]) -> ActiveHalf | None:
    """Return how few people wrote half of the comments; None below `MIN_AUTHORS` people.

    Each row holds a number of comments and how many people wrote so many.
    """
    authors = sum(people for _comments, people in rows)
    if authors < MIN_AUTHORS:
        return None
    left, chosen = sum(comments * people for comments, people in rows) / 2, 0
    for comments, people in sorted(rows, reverse=True):
        needed = min(people, -int(-left // comments))
        chosen, left = chosen + needed, left - needed * comments
        if left <= 0:
            break
    return ActiveHalf(chosen, authors)


def monthly_cohorts(cohorts: CohortRetention) -> CohortRetention:
    """Return the weekly cohorts joined by month: fewer rows for a phone.

    A week after joining counts only the people whose such week is over.
    """
    by_month: dict[date, list[tuple[int, list[float | None]]]] = defaultdict(list)
    for week, size, shares in cohorts.rows:
        by_month[week.replace(day=1)].append((size, shares))
    return CohortRetention(
        cohorts.columns,
        [
            (
                month,
                sum(size for size, _shares in rows),
                [_joint_share(rows, column) for column in range(len(cohorts.columns))],
            )
            for month, rows in sorted(by_month.items())
        ],
    )


def _joint_share(rows: list[tuple[int, list[float | None]]], column: int) -> float | None:
    known = [(size, share) for size, shares in rows if (share := shares[column]) is not None]
    people = sum(size for size, _share in known)
    return sum(size * share for size, share in known) / people if people else None
