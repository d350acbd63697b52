"""Follow-ups of proposals in the sample city: acknowledgements, commitments, moderation."""

import re
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from deliberate.commands.demo_city.actions import TODAY, Action, Table, seeded_random, skewed_day
from deliberate.commands.demo_city.spec import City, ProposalSpec, comment_position

_JUDGEMENTS = {
    "accepted": ("yes", "yes", "yes", "partly"),
    "accepted_in_part": ("yes", "partly", "partly", "no"),
    "not_accepted": ("yes", "partly", "no", "no"),
    "needs_study": ("partly", "no"),
    "not_ours": ("partly", "no"),
}
"""Residents' judgements by response decision; repeated entries are more likely."""
_ADDRESS = r"(?:Sdr|Sdri|Saudara|Saudari|Bapak|Ibu|Pak|Bu|Mas|Mbak)\.? "


def follow_up_actions(
    city: City, spec: ProposalSpec, supported: Sequence[float]
) -> Iterator[Action]:
    """Yield the actions that follow; `supported` are the days of the supports."""
    chance, answer = seeded_random(f"after {spec.key}"), spec.entry.get("response", {})
    needed = next(p for p in city.processes if p["slug"] == spec.entry["process"])
    if answer and len(supported) >= needed["support_threshold"]:
        day = sorted(supported)[needed["support_threshold"] - 1] + chance.uniform(0.6, 4.5)
        if day < answer["day"]:
            yield _action(spec, day, "acknowledge", answer["by"], spec.key)
    for position, commitment in enumerate(answer.get("commitments", [])):
        if "kept" in commitment:
            arguments = (answer["by"], spec.key, position, commitment)
            yield _action(spec, commitment["kept"], "fulfil_commitment", *arguments)
    if answer:
        yield from _judgements(city, spec, answer, chance)
    for hidden in spec.entry.get("hidden", []):
        yield from _reports_and_hiding(city, spec, hidden, chance)


def _action(spec: ProposalSpec, day: float, method: str, *arguments: Any) -> Action:
    return Action(float(day), method, spec.where, arguments)


def _judgements(city: City, spec: ProposalSpec, answer: Table, chance: Random) -> Iterator[Action]:
    """Yield what residents answer when asked about an official response."""
    wording = _JUDGEMENTS[answer["decision"]]
    for key in chance.sample(_people(city), chance.randint(9, 24)):
        day = skewed_day(chance, answer["day"], TODAY, 10.0)
        yield _action(spec, day, "judge", key, spec.key, chance.choice(wording))


def _reports_and_hiding(
    city: City, spec: ProposalSpec, hidden: Table, chance: Random
) -> Iterator[Action]:
    """Yield the reports of a comment and its hiding."""
    position = comment_position(spec, hidden["comment"])
    line = spec.thread[position]
    for key in chance.sample(_people(city, line.author), hidden["reports"]):
        day = chance.uniform(line.day + 0.01, hidden["day"])
        yield _action(spec, day, "report", key, spec.key, position, hidden["rule"])
    yield _action(spec, hidden["day"], "hide", hidden["by"], spec.key, position, hidden)


def _people(city: City, *excluded: str) -> list[str]:
    return [
        entry["key"]
        for entry in city.residents
        if entry["key"] not in excluded and "account_class" not in entry
    ]


def hidden_on(spec: ProposalSpec, position: int) -> float:
    """Return the day from which a comment is hidden and cannot be rated."""
    for hidden in spec.entry.get("hidden", []):
        if comment_position(spec, hidden["comment"]) == position:
            return float(hidden["day"])
    return TODAY


def answered_positions(city: City, spec: ProposalSpec, answer: Table) -> list[int]:
    """Return the comments that a response answers: the most rated of each person it names."""
    places = []
    for entry in (*city.residents, *city.accounts):
        if not _is_named(entry["name"], "account_class" in entry, answer["text"]):
            continue
        own = [
            position
            for position, line in enumerate(spec.thread)
            if line.author == entry["key"] and line.day < answer["day"]
        ]
        if own:
            places.append(max(own, key=lambda position: spec.thread[position].strong))
    return sorted(places)


def _is_named(name: str, is_body: bool, text: str) -> bool:
    if is_body:
        return " ".join(name.split()[:2]) in text
    first = re.escape(name.split(maxsplit=1)[0])
    return name in text or re.search(rf"{_ADDRESS}{first}\b", text) is not None
