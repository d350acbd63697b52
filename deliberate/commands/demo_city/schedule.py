"""The schedule of the sample city: acts from the files, small acts spread by seeded randomness.

Supports, ratings and ballots of a proposal come from a generator seeded by its key alone.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from deliberate.commands.demo_city.actions import (
    MINUTES,
    TODAY,
    Action,
    Table,
    seeded_random,
    skewed_day,
)
from deliberate.commands.demo_city.assessments import assessment_actions
from deliberate.commands.demo_city.casework import casework_actions
from deliberate.commands.demo_city.consultation import consultation_actions
from deliberate.commands.demo_city.follow_ups import (
    answered_positions,
    follow_up_actions,
    hidden_on,
)
from deliberate.commands.demo_city.questionnaires import questionnaire_actions
from deliberate.commands.demo_city.spec import City, CommentSpec, ProposalSpec, comment_position
from deliberate.commands.demo_city.study_records import (
    declaration_actions,
    study_record_actions,
)
from deliberate.commands.demo_city.visitors import Visit, choose_visitors, visits

REGULAR_VISITOR_SHARE = 0.15
"""Share of residents who come back week after week."""
SPREAD = 14.0
"""Random shift in days of a resident's distance from a proposal."""
COMMENTER_SHARE = 0.12
"""Share of a proposal's supports that come from people who also comment."""


def all_actions(city: City) -> list[Action]:
    """Return every action, earliest first; at equal times in the order of the files."""
    acts, seen = [*_set_up_actions(city)], visits(city.passers_by)
    for spec in city.proposals:
        entry = [*_ProposalSchedule(city, spec, seen).actions()]
        acts += entry
        acts += follow_up_actions(
            city, spec, [action.day for action in entry if action.method == "support"]
        )
    acts += casework_actions(city)
    acts += assessment_actions(city.assessments, city.samples)
    acts += study_record_actions(city.plans, city.meetings, city.populations)
    acts += [*questionnaire_actions(city, acts)]
    acts += consultation_actions(city.documents)
    joined = [*_join_actions(city, acts)]
    entries = [(action.day, action.arguments[0]) for action in joined]
    acts += [*joined, *declaration_actions(city.populations, entries)]
    return sorted(acts, key=lambda action: action.day)


def _set_up_actions(city: City) -> Iterator[Action]:
    for institution in city.institutions:
        yield Action(-7.0, "create_institution", f"city.toml: {institution['key']}", (institution,))
    yield Action(-6.95, "import_map", "area_map.py", ())
    for number, account in enumerate(city.accounts):
        role_first = -6.9 if account.get("role") == "admin" else -6.0 + number / 20
        yield Action(role_first, "appoint", f"city.toml: {account['key']}", (account,))
    for process in city.processes:
        where = f"city.toml: {process['slug']}"
        opened = process["phase"][0]["opens"] - 3.5
        yield Action(opened, "open_process", where, (process,))
        for number, phase in enumerate(process["phase"], start=1):
            yield Action(opened + number * MINUTES, "schedule", where, (process["slug"], phase))


def _join_actions(city: City, acts: Sequence[Action]) -> Iterator[Action]:
    """Yield the sign-ups, some minutes or hours before each resident's first act."""
    first: dict[str, float] = {}
    for action in acts:
        if action.method in _BY_PEOPLE:
            first[action.arguments[0]] = min(action.day, first.get(action.arguments[0], action.day))
    for resident in (*city.residents, *city.passers_by):
        key = resident["key"]
        if key in first:
            wait = seeded_random(f"join {key}").uniform(4 * MINUTES, 0.2)
            yield Action(first[key] - wait, "join", f"people.toml: {key}", (resident,))


_BY_PEOPLE = {
    "submit",
    "support",
    "comment",
    "rate",
    "vote",
    "follow",
    "judge",
    "report",
    "contribute",
    "join_draft_amendment",
    "report_in_draft",
}


class _ProposalSchedule:
    """The actions of one proposal."""

    def __init__(self, city: City, spec: ProposalSpec, seen: Sequence[Visit]) -> None:
        self.seen = seen
        self.city, self.spec, self.entry = city, spec, spec.entry
        self.process = next(p for p in city.processes if p["slug"] == spec.entry["process"])
        self.staff = {account["key"] for account in city.accounts}
        self.residents = [resident["key"] for resident in city.residents]
        self.bodies = [r["key"] for r in city.residents if "account_class" in r]
        self.chance = seeded_random(spec.key)
        self.day = float(spec.entry["day"])
        ended = spec.entry.get("withdrawn", {}).get("day", TODAY)
        self.end = min(float(ended), TODAY)

    def actions(self) -> Iterator[Action]:
        """Yield the actions from the files and the small ones."""
        key, entry = self.spec.key, self.entry
        yield self._action(
            self.day, "submit", entry["author"], entry, self._addressed_institution()
        )
        yield from self._revision_actions()
        if "withdrawn" in entry:
            end = entry["withdrawn"]
            yield self._action(end["day"], "withdraw", entry["author"], key, end["reason"])
        for position, line in enumerate(self.spec.thread):
            yield self._action(line.day, "comment", line.author, key, position, line)
            yield from self._rating_actions(position, line)
        yield from self._support_actions()
        if "poll" in entry:
            yield from self._ballot_actions(entry["poll"])
        if "response" in entry:
            answer = entry["response"]
            lines = answered_positions(self.city, self.spec, answer)
            yield self._action(answer["day"], "respond", answer["by"], key, answer, lines)

    def _revision_actions(self) -> Iterator[Action]:
        author = self.entry["author"]
        for revision in self.entry.get("revised", []):
            credits = [
                comment_position(self.spec, credit) for credit in revision.get("credits", [])
            ]
            yield self._action(revision["day"], "revise", author, self.spec.key, revision, credits)

    def _action(self, day: float, method: str, *arguments: Any) -> Action:
        return Action(float(day), method, self.spec.where, arguments)

    def _addressed_institution(self) -> str | None:
        """Return the institution that responds in the end, else the lead."""
        by: str | None = self.entry.get("response", {}).get("by")
        return by

    def _last_day(self, switch: str, day: float) -> float:
        """Return until when a switch stays on without a break, from a day on."""
        last = day
        for phase in self.process["phase"]:
            if phase["opens"] <= last < phase["closes"] and switch in phase["switches"]:
                last = phase["closes"]
        return min(last, self.end)

    def _commenters(self, count: int, *excluded: str) -> list[str]:
        candidates = [key for key in self.residents if key not in excluded]
        return self.chance.sample(candidates, count)

    def _visitors(self, count: int, *excluded: str) -> list[str]:
        """Return who supports and rates: a returning core, and others near their own two weeks."""
        candidates = [key for key in self.residents if key not in excluded]
        return sorted(candidates, key=self._distance)[:count]

    def _distance(self, key: str) -> float:
        character = seeded_random(f"nature {key}")
        is_regular = character.random() < REGULAR_VISITOR_SHARE
        own_weeks = (character.uniform(0, TODAY), character.uniform(0, TODAY))
        away = 0.0 if is_regular else min(abs(self.day - week) for week in own_weeks)
        return away + self.chance.uniform(0, SPREAD)

    def _support_actions(self) -> Iterator[Action]:
        last = self._last_day("support", self.day)
        count = self.entry.get("supports", 0)
        strangers = choose_visitors(
            self.seen, self.spec.key, round(count * (1 - COMMENTER_SHARE)), self.day, last
        )
        for visit in strangers:
            yield self._action(visit.day, "support", visit.key, self.spec.key)
        for key in self._visitors(count - len(strangers), self.entry["author"]):
            day = self._skewed_day(self.day, last, 3.0)
            yield self._action(day, "support", key, self.spec.key)
            if self.chance.random() < 0.12:
                yield self._action(min(day + MINUTES, last), "follow", key, self.spec.key)

    def _rating_actions(self, position: int, line: CommentSpec) -> Iterator[Action]:
        last = min(self._last_day("comment", line.day), hidden_on(self.spec, position))
        people = self._visitors(line.strong + line.weak, line.author)
        self.chance.shuffle(people)
        for number, key in enumerate(people):
            day = self._skewed_day(line.day, last, 2.0)
            yield self._action(day, "rate", key, self.spec.key, position, number < line.strong)

    def _ballot_actions(self, poll: Table) -> Iterator[Action]:
        opener = self._addressed_institution() or ""
        yield self._action(poll["opens"], "open_poll", opener, self.spec.key, poll)
        choices = [label for label, count in poll["options"] for _ in range(count)]
        self.chance.shuffle(choices)
        last = min(poll["closes"], TODAY)
        strangers = choose_visitors(
            self.seen, f"poll {self.spec.key}", len(choices) // 2, poll["opens"], last
        )
        some = self._commenters(len(choices) - len(strangers), *self.bodies)
        own = [Visit(self._skewed_day(poll["opens"], last, 8.0), key) for key in some]
        for visit, choice in zip([*strangers, *own], choices, strict=True):
            yield self._action(visit.day, "vote", visit.key, self.spec.key, choice)

    def _skewed_day(self, first: float, last: float, mean: float) -> float:
        return skewed_day(self.chance, first, last, mean)
