"""What follows a proposal in the sample city: it is acknowledged, promises are kept, spam goes."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from deliberate.commands.demo_city.actions import TODAY, Action, Table, chance_of, soon
from deliberate.commands.demo_city.spec import City, Story, named_line

_SAID = {
    "accepted": ("yes", "yes", "yes", "partly"),
    "accepted_in_part": ("yes", "partly", "partly", "no"),
    "not_accepted": ("yes", "partly", "no", "no"),
    "needs_study": ("partly", "no"),
    "not_ours": ("partly", "no"),
}
"""How residents speak of an answer: each word as likely as it is often here."""
_ADDRESS = r"(?:Sdr|Sdri|Saudara|Saudari|Bapak|Ibu|Pak|Bu|Mas|Mbak)\.? "


def sequel(city: City, story: Story, supported: Sequence[float]) -> Iterator[Action]:
    """The acts that follow: `supported` are the days of its supports."""
    chance, answer = chance_of(f"after {story.key}"), story.told.get("response", {})

    def deed(day: float, act: str, *words: Any) -> Action:
        return Action(float(day), act, story.where, words)

    needed = next(p for p in city.processes if p["slug"] == story.told["process"])
    if answer and len(supported) >= needed["support_threshold"]:
        day = sorted(supported)[needed["support_threshold"] - 1] + chance.uniform(0.6, 4.5)
        if day < answer["day"]:
            yield deed(day, "acknowledge", answer["by"], story.key)
    for place, promise in enumerate(answer.get("commitments", [])):
        if "kept" in promise:
            yield deed(promise["kept"], "keep", answer["by"], story.key, place, promise)
    if answer:
        wording = _SAID[answer["decision"]]
        for key in chance.sample(_people(city), chance.randint(9, 24)):
            day = soon(chance, answer["day"], TODAY, 10.0)
            yield deed(day, "judge", key, story.key, chance.choice(wording))
    for hidden in story.told.get("hidden", []):
        place = named_line(story, hidden["comment"])
        line = story.thread[place]
        for key in chance.sample(_people(city, line.author), hidden["reports"]):
            day = chance.uniform(line.day + 0.01, hidden["day"])
            yield deed(day, "report", key, story.key, place, hidden["rule"])
        yield deed(hidden["day"], "hide", hidden["by"], story.key, place, hidden)


def _people(city: City, *besides: str) -> list[str]:
    return [
        told["key"]
        for told in city.residents
        if told["key"] not in besides and "account_class" not in told
    ]


def hidden_on(story: Story, place: int) -> float:
    """The day from which nobody can weigh a comment, because it is hidden."""
    for hidden in story.told.get("hidden", []):
        if named_line(story, hidden["comment"]) == place:
            return float(hidden["day"])
    return TODAY


def answered_lines(city: City, story: Story, answer: Table) -> list[int]:
    """The places of the comments a response answers: the weightiest of each person it names."""
    places = []
    for told in (*city.residents, *city.accounts):
        if not _is_named(told["name"], "account_class" in told, answer["text"]):
            continue
        own = [
            place
            for place, line in enumerate(story.thread)
            if line.author == told["key"] and line.day < answer["day"]
        ]
        if own:
            places.append(max(own, key=lambda place: story.thread[place].strong))
    return sorted(places)


def _is_named(name: str, is_body: bool, text: str) -> bool:
    if is_body:
        return " ".join(name.split()[:2]) in text
    first = re.escape(name.split(maxsplit=1)[0])
    return name in text or re.search(rf"{_ADDRESS}{first}\b", text) is not None
