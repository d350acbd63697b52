"""Acts of the sample city for its studies: plan, meetings, population and declared groups."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from deliberate.commands.demo_city.actions import Action, Table, seeded_random
from deliberate.commands.demo_city.assessments import EvaluatorActs
from deliberate.commands.demo_city.events import detect_language
from deliberate.models import Person, Process
from deliberate.operations.processes.meetings import MeetingEntry, record_meeting
from deliberate.operations.releases.study_plans import register_plan
from deliberate.operations.scores.inclusion import count_groups_of, declare_group, state_population
from deliberate.operations.scores.population_csv import StatedBand
from deliberate.vocabulary import PopulationField

MILLION = 1_000_000
DECLARING_SHARE = 0.35
"""Share of the residents of the city who declare a band of each field."""


def study_record_actions(
    plans: Sequence[Table], meetings: Sequence[Table], populations: Sequence[Table]
) -> Iterator[Action]:
    """Yield the actions of study plans, meetings and tables of the population."""
    for plan in plans:
        yield Action(
            plan["day"], "register_plan", f"study.toml: plan on {plan['process']}", (plan,)
        )
    for meeting in meetings:
        where = f"study.toml: meeting in {meeting['place']}"
        yield Action(meeting["day"], "record_meeting", where, (meeting,))
    for table in populations:
        where = f"study.toml: population of {table['process']}"
        yield Action(table["day"], "state_population", where, (table,))
        yield Action(table["counted"], "count_groups", where, (table["process"],))


def declaration_actions(
    populations: Sequence[Table], joined: Sequence[tuple[float, Table]]
) -> Iterator[Action]:
    """Yield the declarations of residents, from the day of joining and the entry of each."""
    for table in populations:
        for day, resident in joined:
            chance = seeded_random(f"declare {table['process']} {resident['key']}")
            if "account_class" in resident or chance.random() > DECLARING_SHARE:
                continue
            first = max(day, table["day"]) + chance.uniform(0.01, 2)
            for name, bands in table["declared"].items():
                band = chance.choices(list(bands), list(bands.values()))[0]
                where = f"study.toml: {resident['key']}"
                given = (resident["key"], table["process"], name, band)
                yield Action(first, "declare_group", where, given)


class ResearchActs(EvaluatorActs):
    """The acts of the city, its evaluators, and those that its studies need."""

    def register_plan(self, entry: Table) -> None:
        """Register the plan of a study before its data."""
        texts = {key: entry[key] for key in ("title", "questions", "hypotheses", "measures")}
        register_plan(
            self._get(Person, entry["by"]),
            self._get(Process, entry["process"]),
            {**texts, "stopping_rule": entry["stopping_rule"]},
            detect_language(entry["questions"]),
        )

    def record_meeting(self, entry: Table) -> None:
        """Record a meeting of residents and officers that was held the day before."""
        held = MeetingEntry(
            held_on=self.moment(entry["day"]).date() - timedelta(days=1),
            place=entry["place"],
            attended=entry["attended"],
            language=detect_language(entry["minutes"]),
            minutes=entry["minutes"],
        )
        record_meeting(self._get(Person, entry["by"]), self._get(Process, entry["process"]), held)

    def state_population(self, entry: Table) -> None:
        """State the shares of groups in the population."""
        state_population(
            self._get(Person, entry["by"]),
            self._get(Process, entry["process"]),
            [*_stated_bands(entry)],
        )

    def declare_group(self, resident: str, process: str, name: str, band: str) -> None:
        """Declare a group of a resident."""
        declare_group(
            self._get(Person, resident), self._get(Process, process), PopulationField(name), band
        )

    def count_groups(self, process: str) -> None:
        """Count the declared groups, as the nightly job does."""
        count_groups_of(self._get(Process, process).id)


def _stated_bands(entry: Table) -> Iterator[StatedBand]:
    fields: dict[str, dict[str, Any]] = entry["stated"]
    for name, bands in fields.items():
        for band, (title, share) in bands.items():
            yield StatedBand(
                PopulationField(name),
                band,
                title,
                round(share * MILLION),
                entry["source"],
                entry["year"],
            )
