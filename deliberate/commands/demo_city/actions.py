"""One act of the sample city on its day, and the chance that spreads small acts over days."""

import random
from dataclasses import dataclass
from math import exp, log
from typing import Any

TODAY = 112.0
"""The day the files are written for: nothing in them happens later."""
MINUTES = 1 / 1440
Table = dict[str, Any]
"""One table of the files."""


@dataclass(frozen=True)
class Action:
    """One act to be replayed: on which day, by which of the replay's methods, told where."""

    day: float
    act: str
    where: str
    words: tuple[Any, ...]


def chance_of(name: str) -> random.Random:
    """A generator that a name alone sets going, the same each time."""
    return random.Random(f"deliberate {name}")  # noqa: S311  # nobody is to be surprised


def soon(chance: random.Random, first: float, last: float, mean: float) -> float:
    """A day after `first` and before `last`, the sooner the likelier."""
    span = max(last - first, 0.0)
    share = 1 - exp(-span / mean)
    return first + 0.002 + min(-mean * log(1 - chance.random() * share), span) * 0.999
