"""Questionnaires of the sample city: opened at the close of a process, answered, published."""

from collections.abc import Iterator, Sequence
from typing import Any

from deliberate.commands.demo_city.actions import Action, Table, seeded_random
from deliberate.commands.demo_city.spec import City
from deliberate.commands.demo_city.study_records import ResearchActs
from deliberate.models import Person, Process, Questionnaire
from deliberate.operations.scores.questionnaires import (
    answer_questionnaire,
    open_questionnaire,
    publish_closed_questionnaires,
)
from deliberate.queries.scores.questionnaires import questions_of
from deliberate.vocabulary import QuestionnaireAudience, Role

VALUES = (5, 4, 3, 2, 1, 0)
"""The values of an answer in the order of their shares in the files."""
TAKING_PART = {"submit", "comment", "support"}


def questionnaire_actions(city: City, acts: Sequence[Action]) -> Iterator[Action]:
    """Yield the actions of each questionnaire; `acts` are those of the processes."""
    for entry in city.questionnaires:
        where = f"{entry['process']}: questionnaire for {entry['audience']}"
        opens, closes = entry["opens"], entry["opens"] // 1 + entry["days"]
        chance = seeded_random(where)
        yield Action(opens, "open_questionnaire", where, (entry,))
        for key in _asked(city, entry, acts):
            if chance.random() < entry["answering"]:
                day = chance.uniform(opens + 0.1, closes)
                yield Action(day, "answer_questionnaire", where, (key, entry))
        yield Action(closes + 1.1, "publish_questionnaires", where, ())


def _asked(city: City, entry: Table, acts: Sequence[Action]) -> list[str]:
    """Return those whom a questionnaire asks, in the order of their names in the files."""
    process = next(p for p in city.processes if p["slug"] == entry["process"])
    if entry["audience"] == QuestionnaireAudience.ORGANISERS:
        return _organisers(city, process)
    proposals = {spec.key for spec in city.proposals if spec.entry["process"] == process["slug"]}
    people = {row["key"] for row in (*city.residents, *city.passers_by)}
    people -= {row["key"] for row in city.residents if "account_class" in row}
    return sorted(
        {
            action.arguments[0]
            for action in acts
            if action.method in TAKING_PART
            and action.day < entry["opens"]
            and _proposal_of(action) in proposals
        }
        & people
    )


def _organisers(city: City, process: Table) -> list[str]:
    """Return moderators, admins and the staff of the institutions with a part in a process."""
    parts = {process["lead"], *process.get("consulted", [])}
    return [
        account["key"]
        for account in city.accounts
        if account.get("role") in {Role.MODERATOR, Role.ADMIN}
        or ("role" not in account and account["institution"] in parts)
    ]


def _proposal_of(action: Action) -> str:
    about = action.arguments[1]
    return str(about["key"] if action.method == "submit" else about)


class ClosingActs(ResearchActs):
    """The acts of the city and its studies, and the questionnaires at the close of a process."""

    def open_questionnaire(self, entry: Table) -> None:
        """Open a questionnaire."""
        process, audience = self._get(Process, entry["process"]), entry["audience"]
        questionnaire = open_questionnaire(
            self._get(Person, entry["by"]), process, QuestionnaireAudience(audience), entry["days"]
        )
        self._register((entry["process"], audience), questionnaire)

    def answer_questionnaire(self, key: str, entry: Table) -> None:
        """Answer a questionnaire with values drawn by the shares of its questions."""
        questionnaire = self._get(Questionnaire, (entry["process"], entry["audience"]))
        shares: dict[str, list[float]] = entry.get("shares", {})
        chance = seeded_random(f"answers {entry['process']} {entry['audience']} {key}")
        answers: dict[str, Any] = {
            question.id: chance.choices(VALUES, shares.get(question.id, entry["usual"]))[0]
            for question in questions_of(questionnaire)
        }
        answer_questionnaire(self._get(Person, key), questionnaire, answers)

    def publish_questionnaires(self) -> None:
        """Publish what has ended, as the job of every minute does."""
        publish_closed_questionnaires()
