"""What happens in the sample city, in time order: told acts as told, small ones spread by chance.

The chance is the same each time: supports, weighings and ballots of a proposal come from a
generator that its key alone sets going.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from deliberate.commands.demo_city.actions import MINUTES, TODAY, Action, Table, chance_of, soon
from deliberate.commands.demo_city.assessments import judged
from deliberate.commands.demo_city.follow_ups import answered_lines, hidden_on, sequel
from deliberate.commands.demo_city.spec import City, Line, Story, named_line
from deliberate.commands.demo_city.visitors import Visit, looking_in, visits

FAITHFUL = 0.15
"""The share of residents who come back week after week."""
SPREAD = 14.0
"""Days by which chance moves somebody nearer or farther."""
REGULARS = 0.12
"""The share of a proposal's supports that come from those who also talk."""


def deeds(city: City) -> list[Action]:
    """Every act of the city, the earliest first; what is told first goes first at one moment."""
    acts, seen = [*_setting_up(city)], visits(city.passers_by)
    for story in city.stories:
        told = [*_Telling(city, story, seen).deeds()]
        acts += told
        acts += sequel(city, story, [deed.day for deed in told if deed.act == "support"])
    acts += judged(city.assessments, city.samples)
    acts += _joining(city, acts)
    return sorted(acts, key=lambda deed: deed.day)


def _setting_up(city: City) -> Iterator[Action]:
    for office in city.institutions:
        yield Action(-7.0, "found", f"city.toml: {office['key']}", (office,))
    for number, account in enumerate(city.accounts):
        role_first = -6.9 if account.get("role") == "admin" else -6.0 + number / 20
        yield Action(role_first, "appoint", f"city.toml: {account['key']}", (account,))
    for process in city.processes:
        where = f"city.toml: {process['slug']}"
        opened = process["phase"][0]["opens"] - 3.5
        yield Action(opened, "open_process", where, (process,))
        for number, phase in enumerate(process["phase"], start=1):
            yield Action(opened + number * MINUTES, "schedule", where, (process["slug"], phase))


def _joining(city: City, acts: Sequence[Action]) -> Iterator[Action]:
    """Residents open their accounts some minutes or hours before the first thing they do."""
    first: dict[str, float] = {}
    for deed in acts:
        if deed.act in _BY_PEOPLE:
            first[deed.words[0]] = min(deed.day, first.get(deed.words[0], deed.day))
    for resident in (*city.residents, *city.passers_by):
        key = resident["key"]
        if key in first:
            wait = chance_of(f"join {key}").uniform(4 * MINUTES, 0.2)
            yield Action(first[key] - wait, "join", f"people.toml: {key}", (resident,))


_BY_PEOPLE = {"submit", "support", "comment", "rate", "vote", "follow", "judge", "report"}


class _Telling:
    """The acts of one proposal."""

    def __init__(self, city: City, story: Story, seen: Sequence[Visit]) -> None:
        self.seen = seen
        self.city, self.story, self.told = city, story, story.told
        self.process = next(p for p in city.processes if p["slug"] == story.told["process"])
        self.staff = {account["key"] for account in city.accounts}
        self.residents = [resident["key"] for resident in city.residents]
        self.bodies = [r["key"] for r in city.residents if "account_class" in r]
        self.chance = chance_of(story.key)
        self.day = float(story.told["day"])
        ended = story.told.get("withdrawn", {}).get("day", TODAY)
        self.end = min(float(ended), TODAY)

    def deeds(self) -> Iterator[Action]:
        """The told ones and the small ones."""
        key, told = self.story.key, self.told
        yield self._deed(self.day, "submit", told["author"], told, self._asked())
        for revision in told.get("revised", []):
            credits = [named_line(self.story, credit) for credit in revision.get("credits", [])]
            yield self._deed(revision["day"], "revise", told["author"], key, revision, credits)
        if "withdrawn" in told:
            end = told["withdrawn"]
            yield self._deed(end["day"], "withdraw", told["author"], key, end["reason"])
        for place, line in enumerate(self.story.thread):
            yield self._deed(line.day, "comment", line.author, key, place, line)
            yield from self._weighed(place, line)
        yield from self._supported()
        if "poll" in told:
            yield from self._polled(told["poll"])
        if "response" in told:
            answer = told["response"]
            lines = answered_lines(self.city, self.story, answer)
            yield self._deed(answer["day"], "respond", answer["by"], key, answer, lines)

    def _deed(self, day: float, act: str, *words: Any) -> Action:
        return Action(float(day), act, self.story.where, words)

    def _asked(self) -> str | None:
        """Who is asked to answer: the one who does in the end, else the institution that leads."""
        by: str | None = self.told.get("response", {}).get("by")
        return by

    def _last_day(self, switch: str, day: float) -> float:
        """Until when one may do a thing without a break, from a day on."""
        last = day
        for phase in self.process["phase"]:
            if phase["opens"] <= last < phase["closes"] and switch in phase["switches"]:
                last = phase["closes"]
        return min(last, self.end)

    def _somebody(self, count: int, *besides: str) -> list[str]:
        among = [key for key in self.residents if key not in besides]
        return self.chance.sample(among, count)

    def _passing_by(self, count: int, *besides: str) -> list[str]:
        """Who supports and weighs: a core that comes back, others near their own two weeks."""
        among = [key for key in self.residents if key not in besides]
        return sorted(among, key=self._distance)[:count]

    def _distance(self, key: str) -> float:
        nature = chance_of(f"nature {key}")
        faithful = nature.random() < FAITHFUL
        own_weeks = (nature.uniform(0, TODAY), nature.uniform(0, TODAY))
        away = 0.0 if faithful else min(abs(self.day - week) for week in own_weeks)
        return away + self.chance.uniform(0, SPREAD)

    def _supported(self) -> Iterator[Action]:
        last = self._last_day("support", self.day)
        count = self.told.get("supports", 0)
        strangers = looking_in(
            self.seen, self.story.key, round(count * (1 - REGULARS)), self.day, last
        )
        for visit in strangers:
            yield self._deed(visit.day, "support", visit.key, self.story.key)
        for key in self._passing_by(count - len(strangers), self.told["author"]):
            day = self._soon(self.day, last, 3.0)
            yield self._deed(day, "support", key, self.story.key)
            if self.chance.random() < 0.12:
                yield self._deed(min(day + MINUTES, last), "follow", key, self.story.key)

    def _weighed(self, place: int, line: Line) -> Iterator[Action]:
        last = min(self._last_day("comment", line.day), hidden_on(self.story, place))
        people = self._passing_by(line.strong + line.weak, line.author)
        self.chance.shuffle(people)
        for number, key in enumerate(people):
            day = self._soon(line.day, last, 2.0)
            yield self._deed(day, "rate", key, self.story.key, place, number < line.strong)

    def _polled(self, poll: Table) -> Iterator[Action]:
        opener = self._asked() or ""
        yield self._deed(poll["opens"], "open_poll", opener, self.story.key, poll)
        choices = [label for label, count in poll["options"] for _ in range(count)]
        self.chance.shuffle(choices)
        last = min(poll["closes"], TODAY)
        strangers = looking_in(
            self.seen, f"poll {self.story.key}", len(choices) // 2, poll["opens"], last
        )
        some = self._somebody(len(choices) - len(strangers), *self.bodies)
        own = [Visit(self._soon(poll["opens"], last, 8.0), key) for key in some]
        for visit, choice in zip([*strangers, *own], choices, strict=True):
            yield self._deed(visit.day, "vote", visit.key, self.story.key, choice)

    def _soon(self, first: float, last: float, mean: float) -> float:
        return soon(self.chance, first, last, mean)
