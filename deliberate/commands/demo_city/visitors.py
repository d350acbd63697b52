"""Visitors of the sample city: residents who support or vote on one day; few come back."""

from collections.abc import Sequence
from dataclasses import dataclass

from deliberate.commands.demo_city.actions import MINUTES, TODAY, Table, seeded_random

RETURN_RATE = 0.06
"""Share of visitors who visit a second time, one to six weeks later."""


@dataclass(frozen=True)
class Visit:
    """A resident's visit on a day."""

    day: float
    key: str


def make_visitors(entry: Table) -> list[Table]:
    """Return residents with distinct names combined from given and family names."""
    chance = seeded_random("passers-by")
    names = [f"{given} {family}" for given in entry["given"] for family in entry["family"]]
    return [
        {"key": f"singgah-{number:03}", "name": name, "area": chance.choice(entry["areas"])}
        for number, name in enumerate(chance.sample(names, entry["count"]), start=1)
    ]


def visits(people: Sequence[Table]) -> list[Visit]:
    """Return the visits, earliest first."""
    days = []
    for entry in people:
        chance = seeded_random(f"visit {entry['key']}")
        first = chance.uniform(1.0, TODAY - 1)
        days.append(Visit(first, entry["key"]))
        again = first + chance.uniform(7, 42)
        if chance.random() < RETURN_RATE and again < TODAY - 1:
            days.append(Visit(again, entry["key"]))
    return sorted(days, key=lambda visit: visit.day)


def choose_visitors(
    among: Sequence[Visit], key: str, count: int, first: float, last: float
) -> list[Visit]:
    """Return a number of distinct visitors between two days, chosen by a key's seeded generator."""
    chance = seeded_random(f"passing {key}")
    seen = {visit.key: visit for visit in among if first + 0.01 < visit.day < last - 0.05}
    chosen = chance.sample(sorted(seen), min(count, len(seen)))
    return [Visit(seen[key].day + chance.uniform(0, 25) * MINUTES, key) for key in chosen]
