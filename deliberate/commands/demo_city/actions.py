"""Actions of the sample city, and the seeded randomness that spreads small acts over days."""

import random
from dataclasses import dataclass
from math import exp, log
from typing import Any

TODAY = 112.0
"""The day of the present in the files; no act is later."""
MINUTES = 1 / 1440
Table = dict[str, Any]
"""One TOML table of the files."""


@dataclass(frozen=True)
class Action:
    """One act to replay: its day, the replay method, arguments and position in the files."""

    day: float
    method: str
    where: str
    arguments: tuple[Any, ...]


def seeded_random(name: str) -> random.Random:
    """Return a generator seeded by a name alone, so that it is the same each time."""
    return random.Random(f"deliberate {name}")  # noqa: S311  # nobody is to be surprised


def skewed_day(chance: random.Random, first: float, last: float, mean: float) -> float:
    """Return a day between `first` and `last`, earlier days being more likely."""
    span = max(last - first, 0.0)
    share = 1 - exp(-span / mean)
    return first + 0.002 + min(-mean * log(1 - chance.random() * share), span) * 0.999
