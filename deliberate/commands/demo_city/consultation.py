"""The consultation on the draft regulation of the sample city: its file, schedule and acts."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from deliberate.commands.demo_city.actions import MINUTES, Action, Table
from deliberate.commands.demo_city.questionnaires import ClosingActs
from deliberate.models import Document, Person, Process, UnitContribution, UnitText
from deliberate.operations import RequestContext
from deliberate.operations.documents.answers import AnswerEntry, answer_unit
from deliberate.operations.documents.contributions import (
    AmendmentEntry,
    comment_on_unit,
    join_amendment,
    propose_amendment,
)
from deliberate.operations.documents.reports import report_consultation
from deliberate.operations.documents.versions import (
    DraftEntry,
    RevisionEntry,
    close_document,
    open_document,
    revise_document,
)
from deliberate.operations.moderation.decisions import hide_contribution, report_contribution
from deliberate.queries.documents.documents import get_document, get_unit, get_version
from deliberate.vocabulary import ModerationRule, ResponseGround, Stance, UnitDecision

TEXTS = Path(__file__).resolve().parent / "draft_texts"
STANCES = {"+": Stance.FOR, "-": Stance.AGAINST, ".": Stance.NEUTRAL, "?": Stance.NEUTRAL}
JOINED_AFTER = 0.31
"""Days between the joins of an amendment."""
_INDONESIAN = RequestContext("id", network="")
_LINE = re.compile(
    r"(?P<unit>\S+) (?P<author>[\w-]+) (?P<mark>[-+.?!]) (?P<day>\d+\.\d+)"
    r"(?: \((?P<joined>[\w -]+)\))?: (?P<text>.+?)(?: => (?P<words>.+))?"
)


def consultation_actions(documents: Sequence[Table]) -> Iterator[Action]:
    """Yield the acts of the consultations, moderation included, until their reports.

    Raises ValueError for a line that is no contribution.
    """
    for entry in documents:
        key, officer, where = entry["key"], entry["by"], f"draft_texts.toml: {entry['key']}"
        yield Action(entry["day"], "open_draft", where, (officer, entry))
        for version in entry["version"]:
            yield Action(version["day"], "revise_draft", where, (officer, key, version))
        for line in filter(str.strip, entry["contributions"].splitlines()):
            yield from _contribution_actions(where, key, line)
        for hidden in entry["hidden"]:
            for reporter, day in hidden["reported"].items():
                yield Action(day, "report_in_draft", where, (reporter, key, hidden))
            yield Action(hidden["day"], "hide_in_draft", where, (hidden["by"], key, hidden))
        for answer in entry["answer"]:
            yield Action(answer["day"], "answer_unit", where, (officer, key, answer))
        yield Action(entry["closed"], "close_draft", where, (officer, key))
        yield Action(entry["reported"], "report_draft", where, (officer, key))


def _contribution_actions(where: str, key: str, line: str) -> Iterator[Action]:
    match = _LINE.fullmatch(line.strip())
    if match is None:
        raise ValueError(f"{where}: not a contribution {line.strip()[:60]!r}")
    day, parts = float(match["day"]), match.groupdict()
    yield Action(day, "contribute", where, (match["author"], key, parts))
    for number, person in enumerate((match["joined"] or "").split(), start=1):
        name = f"{match['author']}@{match['day']}"
        after = day + number * JOINED_AFTER + MINUTES
        yield Action(after, "join_draft_amendment", where, (person, key, name))


class ConsultationActs(ClosingActs):
    """The acts of the city, its studies, and the consultation on a draft text."""

    def _draft(self, key: str) -> Document:
        document = get_document(self._get(Document, key).id)
        if document is None:
            raise ValueError(f"no draft text {key}")
        return document

    def _unit(self, document: Document, address: str) -> UnitText:
        version = get_version(document)
        unit = get_unit(version, address) if version else None
        if unit is None:
            raise ValueError(f"no unit {address} in version {document.version}")
        return unit

    def open_draft(self, officer: str, entry: Table) -> None:
        """Open the consultation on a draft text."""
        process = self._get(Process, entry["process"])
        draft = DraftEntry(entry["title"], "id", _read(entry["text"]))
        self._register(entry["key"], open_document(self._get(Person, officer), process, draft))

    def revise_draft(self, officer: str, key: str, entry: Table) -> None:
        """Publish a version, with the origins of units that the file corrects."""
        document = self._draft(key)
        sources = entry.get("sources", {})
        revision = RevisionEntry(document.version, _read(entry["text"]), entry["note"], sources)
        revise_document(self._get(Person, officer), document, revision)

    def contribute(self, author: str, key: str, parts: dict[str, Any]) -> None:
        """Comment on a unit, ask a question, or propose an amendment."""
        document, person = self._draft(key), self._get(Person, author)
        unit = self._unit(document, parts["unit"])
        if parts["mark"] == "!":
            entry = AmendmentEntry(document.version, parts["words"], parts["text"])
            row = propose_amendment(person, document, unit, entry, context=_INDONESIAN)
        else:
            row = comment_on_unit(
                person,
                document,
                unit,
                parts["text"],
                STANCES[parts["mark"]],
                is_question=parts["mark"] == "?",
                context=_INDONESIAN,
            )
        self._register((key, f"{author}@{parts['day']}"), row)

    def join_draft_amendment(self, person: str, key: str, name: str) -> None:
        """Join an amendment."""
        join_amendment(self._get(Person, person), self._get(UnitContribution, (key, name)))

    def report_in_draft(self, reporter: str, key: str, entry: Table) -> None:
        """Report a contribution under a rule."""
        row = self._get(UnitContribution, (key, entry["contribution"]))
        report_contribution(self._get(Person, reporter), row, ModerationRule(entry["rule"]))

    def hide_in_draft(self, moderator: str, key: str, entry: Table) -> None:
        """Hide a contribution under a rule."""
        row, rule = (
            self._get(UnitContribution, (key, entry["contribution"])),
            ModerationRule(entry["rule"]),
        )
        hide_contribution(self._get(Person, moderator), row, rule, entry["note"])

    def answer_unit(self, officer: str, key: str, entry: Table) -> None:
        """Answer the contributions that an answer of the file names."""
        document = self._draft(key)
        rows = [self._get(UnitContribution, (key, name)) for name in entry["answers"]]
        answer = AnswerEntry(
            UnitDecision(entry["decision"]),
            ResponseGround(entry["ground"]),
            entry["reason"],
            [row.id for row in rows],
        )
        unit = self._unit(document, entry["unit"])
        answer_unit(self._get(Person, officer), document, unit, answer, context=_INDONESIAN)

    def close_draft(self, officer: str, key: str) -> None:
        """Close the consultation."""
        close_document(self._get(Person, officer), self._draft(key))

    def report_draft(self, officer: str, key: str) -> None:
        """Publish the report of the consultation."""
        report_consultation(self._get(Person, officer), self._draft(key))


def _read(name: str) -> str:
    return (TEXTS / name).read_text(encoding="utf-8")
