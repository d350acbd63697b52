"""Follow-ups of proposals in the sample city: acknowledgements, commitments, moderation."""

import re
from collections.abc import Iterator, Sequence
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
    city: City, story: ProposalSpec, supported: Sequence[float]
) -> Iterator[Action]:
    """Yield the actions that follow; `supported` are the days of the supports."""
    chance, answer = seeded_random(f"after {story.key}"), story.entry.get("response", {})

    def action(day: float, act: str, *words: Any) -> Action:
        return Action(float(day), act, story.where, words)

    needed = next(p for p in city.processes if p["slug"] == story.entry["process"])
    if answer and len(supported) >= needed["support_threshold"]:
        day = sorted(supported)[needed["support_threshold"] - 1] + chance.uniform(0.6, 4.5)
        if day < answer["day"]:
            yield action(day, "acknowledge", answer["by"], story.key)
    for position, promise in enumerate(answer.get("commitments", [])):
        if "kept" in promise:
            yield action(promise["kept"], "keep", answer["by"], story.key, position, promise)
    if answer:
        wording = _JUDGEMENTS[answer["decision"]]
        for key in chance.sample(_people(city), chance.randint(9, 24)):
            day = skewed_day(chance, answer["day"], TODAY, 10.0)
            yield action(day, "judge", key, story.key, chance.choice(wording))
    for hidden in story.entry.get("hidden", []):
        position = comment_position(story, hidden["comment"])
        line = story.thread[position]
        for key in chance.sample(_people(city, line.author), hidden["reports"]):
            day = chance.uniform(line.day + 0.01, hidden["day"])
            yield action(day, "report", key, story.key, position, hidden["rule"])
        yield action(hidden["day"], "hide", hidden["by"], story.key, position, hidden)


def _people(city: City, *excluded: str) -> list[str]:
    return [
        entry["key"]
        for entry in city.residents
        if entry["key"] not in excluded and "account_class" not in entry
    ]


def hidden_on(story: ProposalSpec, position: int) -> float:
    """Return the day from which a comment is hidden and cannot be rated."""
    for hidden in story.entry.get("hidden", []):
        if comment_position(story, hidden["comment"]) == position:
            return float(hidden["day"])
    return TODAY


def answered_positions(city: City, story: ProposalSpec, answer: Table) -> list[int]:
    """Return the comments that a response answers: the most rated of each person it names."""
    places = []
    for entry in (*city.residents, *city.accounts):
        if not _is_named(entry["name"], "account_class" in entry, answer["text"]):
            continue
        own = [
            position
            for position, line in enumerate(story.thread)
            if line.author == entry["key"] and line.day < answer["day"]
        ]
        if own:
            places.append(max(own, key=lambda position: story.thread[position].strong))
    return sorted(places)


def _is_named(name: str, is_body: bool, text: str) -> bool:
    if is_body:
        return " ".join(name.split()[:2]) in text
    first = re.escape(name.split(maxsplit=1)[0])
    return name in text or re.search(rf"{_ADDRESS}{first}\b", text) is not None
