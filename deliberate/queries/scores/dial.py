"""Dials of the headline scores as SVG path data, and the bands of a score and its range."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from deliberate.citivoice import load_headlines
from deliberate.queries.scores.percent import percent

CENTRE_X, CENTRE_Y, RADIUS = 100, 94, 78
BANDS = ("low", "middle", "high")


@dataclass(frozen=True)
class Dial:
    """A score from 0 to 100 on a half circle: the track with gaps at the edges of the bands."""

    score: int
    low: int | None
    high: int | None
    track: str
    range: str
    hand: str
    bands: list[str]
    """The band of the score; two of them where the range crosses an edge."""


def draw_dial(score: int | None, interval: Sequence[int | None]) -> Dial | None:
    """Return the dial of a score, or None without a score."""
    if score is None:
        return None
    low, high = interval
    sentences = load_headlines()
    edges = [percent(sentences["low"]), percent(sentences["high"])]
    ends = (score, score) if low is None or high is None else (low, high)
    bands = [BANDS[sum(end >= edge for edge in edges)] for end in ends]
    return Dial(
        score=score,
        low=low,
        high=high,
        track="".join(
            _arc(start, end)
            for start, end in (
                (0, edges[0] - 1),
                (edges[0] + 1, edges[1] - 1),
                (edges[1] + 1, 100),
            )
        ),
        range=_arc(min(ends[0], 98), max(ends[1], ends[0] + 2)) if low is not None else "",
        hand=f"M{_point(score, RADIUS - 12)}L{_point(score, RADIUS + 12)}",
        bands=bands if bands[0] != bands[1] else bands[:1],
    )


def _arc(start: float, end: float) -> str:
    return f"M{_point(start)}A{RADIUS} {RADIUS} 0 0 1 {_point(min(end, 100))}"


def _point(value: float, radius: float = RADIUS) -> str:
    angle = math.pi * (1 - value / 100)
    return f"{CENTRE_X + radius * math.cos(angle):.1f} {CENTRE_Y - radius * math.sin(angle):.1f}"
