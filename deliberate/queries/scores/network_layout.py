"""Layout of the reply network and of thread shapes as SVG path data."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Points = NDArray[np.float64]

MIN_PEOPLE = 10
WIDTH, HEIGHT, MARGIN = 400, 300, 14
ITERATIONS = 80
MAX_DEPTH = 11


@dataclass(frozen=True)
class ReplyNetwork:
    """Counts of the reply network, and its edges and dots as SVG path data."""

    people: int
    pairs: int
    mutual: int
    hubs: int
    """The fewest people who together hold half of the conversations."""
    one_way: str
    both_ways: str
    dots: str
    hub_dots: str
    partners: list[tuple[int, int]]
    """How many people talked with how many others: (partners, people)."""


@dataclass(frozen=True)
class ThreadColumn:
    """A drawn thread: its proposal, its comments and the centre of its column."""

    proposal: str
    comments: int
    x: float


@dataclass(frozen=True)
class ThreadShapes:
    """The longest threads as bars, and the same counts by level for a table."""

    threads: list[ThreadColumn]
    bars: str
    height: int
    levels: list[tuple[int, list[int]]]
    is_cut: bool
    """Whether the last level also holds deeper comments."""


def reply_network(pairs: list[list[int]]) -> ReplyNetwork | None:
    """Return the layout of the reply network, without names: people who talked more are nearer.

    Each pair holds two people, the threads they met in, and 1 if both replied. Return None below
    `MIN_PEOPLE` people, who could be identified.
    """
    people = sorted({person for pair in pairs for person in pair[:2]})
    if len(people) < MIN_PEOPLE:
        return None
    index = {person: i for i, person in enumerate(people)}
    edges = [(index[first], index[second], both) for first, second, _threads, both in pairs]
    positions = _force_layout(len(people), edges)
    partners = Counter(person for pair in pairs for person in pair[:2])
    hubs = {index[person] for person in _people_of_half(partners)}
    return ReplyNetwork(
        people=len(people),
        pairs=len(pairs),
        mutual=sum(both for _first, _second, both in edges),
        hubs=len(hubs),
        one_way=_edge_path(positions, [edge for edge in edges if not edge[2]]),
        both_ways=_edge_path(positions, [edge for edge in edges if edge[2]]),
        dots=_dots_path(positions, [i for i in range(len(people)) if i not in hubs]),
        hub_dots=_dots_path(positions, sorted(hubs)),
        partners=sorted(Counter(partners.values()).items()),
    )


def thread_shapes(rows: list[tuple[str, int, int]]) -> ThreadShapes | None:
    """Return the longest threads as bars, one per level, as wide as the level has comments.

    Each row holds proposal, depth and comments. Deeper comments count at the last drawn level.
    """
    threads: dict[str, Counter[int]] = {}
    for proposal, depth, comments in rows:
        threads.setdefault(proposal, Counter())[min(depth, MAX_DEPTH)] += comments
    if not threads:
        return None
    longest = sorted(threads.items(), key=lambda item: (-sum(item[1].values()), item[0]))
    widest = max(max(levels.values()) for levels in threads.values())
    deepest = max(max(levels) for levels in threads.values())
    column = WIDTH / len(longest)
    return ThreadShapes(
        threads=[
            ThreadColumn(proposal, sum(levels.values()), column * (i + 0.5))
            for i, (proposal, levels) in enumerate(longest)
        ],
        bars="".join(
            _bar_path(column * (i + 0.5), depth, max((column - 8) * comments / widest, 2))
            for i, (_proposal, levels) in enumerate(longest)
            for depth, comments in sorted(levels.items())
        ),
        height=14 * (deepest + 1),
        levels=[
            (depth, [levels.get(depth, 0) for _proposal, levels in longest])
            for depth in range(deepest + 1)
        ],
        is_cut=deepest == MAX_DEPTH,
    )


def _people_of_half(partners: Counter[int]) -> list[int]:
    """Return the fewest people whose partners add up to half of all, the most connected first."""
    half, chosen, reached = sum(partners.values()) / 2, [], 0
    for person, count in sorted(partners.items(), key=lambda item: (-item[1], item[0])):
        if reached >= half:
            break
        chosen.append(person)
        reached += count
    return chosen


def _dots_path(positions: Points, people: list[int]) -> str:
    return "".join(f"M{positions[i][0]:.0f} {positions[i][1]:.0f}h0" for i in people)


def _bar_path(x: float, depth: int, width: float) -> str:
    return f"M{x - width / 2:.1f} {14 * depth}h{width:.1f}v11h-{width:.1f}z"


def _edge_path(positions: Points, edges: list[tuple[int, int, int]]) -> str:
    ends = [(*positions[first], *positions[second]) for first, second, _both in edges]
    return "".join(f"M{a:.0f} {b:.0f}L{c:.0f} {d:.0f}" for a, b, c, d in ends)


def _force_layout(size: int, edges: list[tuple[int, int, int]]) -> Points:
    """Return the positions of a force-directed layout (Fruchterman and Reingold), deterministic."""
    import numpy as np

    angle = np.arange(size) * 2.399963
    positions = (
        np.column_stack([np.cos(angle), np.sin(angle)]) * np.sqrt(np.arange(1, size + 1))[:, None]
    )
    sources = np.array([edge[0] for edge in edges])
    targets = np.array([edge[1] for edge in edges])
    for step in range(ITERATIONS):
        apart = positions[:, None, :] - positions[None, :, :]
        length = np.maximum(np.sqrt((apart**2).sum(axis=2)), 0.05)
        push = (apart / length[:, :, None] ** 2).sum(axis=1)
        along = positions[sources] - positions[targets]
        pull = along * np.sqrt((along**2).sum(axis=1))[:, None]
        np.add.at(push, sources, -pull)
        np.add.at(push, targets, pull)
        # Gravity prevents unconnected people from drifting away.
        push -= positions * 0.1
        far = np.maximum(np.sqrt((push**2).sum(axis=1)), 1e-9)[:, None]
        positions = positions + push / far * np.minimum(far, 1.0 - step / ITERATIONS)
    low, high = positions.min(axis=0), positions.max(axis=0)
    size_inside = np.array([WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN])
    return np.asarray((positions - low) / np.maximum(high - low, 1e-9) * size_inside + MARGIN)
