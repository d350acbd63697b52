"""Residents of the sample city who pass by: they support or vote on one day, few come back."""

from collections.abc import Sequence
from dataclasses import dataclass

from deliberate.commands.demo_city.actions import MINUTES, TODAY, Table, chance_of

COME_BACK = 0.06
"""The share of passers-by who look in a second time, one to six weeks later."""


@dataclass(frozen=True)
class Visit:
    """Somebody looks in on a day."""

    day: float
    key: str


def passers_by(told: Table) -> list[Table]:
    """Residents made of the given and family names of the file, no two of one name."""
    chance = chance_of("passers-by")
    names = [f"{given} {family}" for given in told["given"] for family in told["family"]]
    return [
        {"key": f"singgah-{number:03}", "name": name, "area": chance.choice(told["areas"])}
        for number, name in enumerate(chance.sample(names, told["count"]), start=1)
    ]


def visits(people: Sequence[Table]) -> list[Visit]:
    """When each looks in, the earliest visit first."""
    days = []
    for told in people:
        chance = chance_of(f"visit {told['key']}")
        first = chance.uniform(1.0, TODAY - 1)
        days.append(Visit(first, told["key"]))
        again = first + chance.uniform(7, 42)
        if chance.random() < COME_BACK and again < TODAY - 1:
            days.append(Visit(again, told["key"]))
    return sorted(days, key=lambda visit: visit.day)


def looking_in(
    among: Sequence[Visit], key: str, count: int, first: float, last: float
) -> list[Visit]:
    """So many of those who look in between two days, chosen by a key's chance, once each."""
    chance = chance_of(f"passing {key}")
    seen = {visit.key: visit for visit in among if first + 0.01 < visit.day < last - 0.05}
    chosen = chance.sample(sorted(seen), min(count, len(seen)))
    return [Visit(seen[who].day + chance.uniform(0, 25) * MINUTES, who) for who in chosen]
