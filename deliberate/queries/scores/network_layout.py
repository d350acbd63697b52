"""The reply network and the shape of threads, laid out as lines and dots of a drawing."""

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

FEWEST = 10
WIDE, HIGH, EDGE = 400, 300, 14
STEPS = 80
DEEPEST = 11
Points = NDArray[np.float64]


def reply_network(pairs: list[list[int]]) -> dict[str, Any] | None:
    """Who answered whom, without a name: dots nearer to those they talked with.

    `pairs`: two people, the threads they met in, 1 if both replied. None under ten people, whom
    one might tell apart.
    """
    people = sorted({person for pair in pairs for person in pair[:2]})
    if len(people) < FEWEST:
        return None
    place = {person: number for number, person in enumerate(people)}
    ties = [(place[one], place[other], both) for one, other, _threads, both in pairs]
    spots = _spread(len(people), ties)
    partners = Counter(person for pair in pairs for person in pair[:2])
    return {
        "people": len(people),
        "pairs": len(pairs),
        "mutual": sum(both for _one, _other, both in ties),
        "one_way": _lines(spots, [tie for tie in ties if not tie[2]]),
        "both_ways": _lines(spots, [tie for tie in ties if tie[2]]),
        "dots": "".join(f"M{x:.0f} {y:.0f}h0" for x, y in spots),
        "partners": sorted(Counter(partners.values()).items()),
    }


def thread_shapes(rows: list[list[Any]]) -> dict[str, Any] | None:
    """The longest threads as bars, one a level, as wide as it has comments.

    `rows`: proposal, depth, comments. What is deeper than can be drawn stands on the last level.
    """
    threads: dict[str, Counter[int]] = {}
    for proposal, depth, comments in rows:
        threads.setdefault(proposal, Counter())[min(depth, DEEPEST)] += comments
    if not threads:
        return None
    longest = sorted(threads.items(), key=lambda one: (-sum(one[1].values()), one[0]))
    widest = max(max(levels.values()) for levels in threads.values())
    deepest = max(max(levels) for levels in threads.values())
    room = WIDE / len(longest)
    return {
        "threads": [
            {"proposal": proposal, "comments": sum(levels.values()), "x": room * (place + 0.5)}
            for place, (proposal, levels) in enumerate(longest)
        ],
        "bars": "".join(
            _bar(room * (place + 0.5), depth, max((room - 8) * comments / widest, 2))
            for place, (_proposal, levels) in enumerate(longest)
            for depth, comments in sorted(levels.items())
        ),
        "height": 14 * (deepest + 1),
        "levels": [
            (depth, [levels.get(depth, 0) for _proposal, levels in longest])
            for depth in range(deepest + 1)
        ],
        "cut": deepest == DEEPEST,
    }


def _bar(x: float, depth: int, width: float) -> str:
    return f"M{x - width / 2:.1f} {14 * depth}h{width:.1f}v11h-{width:.1f}z"


def _lines(spots: Points, ties: list[tuple[int, int, int]]) -> str:
    ends = [(*spots[one], *spots[other]) for one, other, _both in ties]
    return "".join(f"M{a:.0f} {b:.0f}L{c:.0f} {d:.0f}" for a, b, c, d in ends)


def _spread(size: int, ties: list[tuple[int, int, int]]) -> Points:
    """Put dots so that ties pull and all push away (Fruchterman, Reingold): the same every time."""
    angle = np.arange(size) * 2.399963
    spots = (
        np.column_stack([np.cos(angle), np.sin(angle)]) * np.sqrt(np.arange(1, size + 1))[:, None]
    )
    one, other = np.array([tie[0] for tie in ties]), np.array([tie[1] for tie in ties])
    for step in range(STEPS):
        apart = spots[:, None, :] - spots[None, :, :]
        length = np.maximum(np.sqrt((apart**2).sum(axis=2)), 0.05)
        push = (apart / length[:, :, None] ** 2).sum(axis=1)
        along = spots[one] - spots[other]
        pull = along * np.sqrt((along**2).sum(axis=1))[:, None]
        np.add.at(push, one, -pull)
        np.add.at(push, other, pull)
        # What nobody pulls would drift away for ever.
        push -= spots * 0.1
        far = np.maximum(np.sqrt((push**2).sum(axis=1)), 1e-9)[:, None]
        spots = spots + push / far * np.minimum(far, 1.0 - step / STEPS)
    low, high = spots.min(axis=0), spots.max(axis=0)
    room = np.array([WIDE - 2 * EDGE, HIGH - 2 * EDGE])
    return np.asarray((spots - low) / np.maximum(high - low, 1e-9) * room + EDGE)
