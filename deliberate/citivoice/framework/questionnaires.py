"""The questionnaires of what people experienced: questions by audience, from their data file."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from deliberate.citivoice.framework.catalogue import data_folder, load_framework, read_toml

AUDIENCES = ("participants", "organisers")
FEWEST, MOST = 8, 12
"""Numbers of questions that people answer to the end."""


class InvalidQuestionnaire(ValueError):
    """Raised where the data file is not as it must be; the message names the question."""


@dataclass(frozen=True)
class Question:
    """A statement that people agree or disagree with, and the criterion it is shown beside."""

    id: str
    criterion: str
    """Empty for a statement about the process as a whole."""
    en: str
    name_id: str

    def text_in(self, language: str) -> str:
        """Return the statement in a language."""
        return self.en if language == "en" else self.name_id


@dataclass(frozen=True)
class QuestionCatalogue:
    """The questions of one version, by audience."""

    version: str
    questions: dict[str, tuple[Question, ...]]


@cache
def load_questions(version: str = "") -> QuestionCatalogue:
    """Return the questions of both audiences: the current ones, or those of a version.

    Earlier versions are in `questionnaires-VERSION.toml`. Raises InvalidQuestionnaire, also for a
    version without a file.
    """
    values = read_toml("questionnaires.toml")
    if version not in ("", str(values["version"])):
        name = f"questionnaires-{version}.toml"
        if not (data_folder() / name).is_file():
            raise InvalidQuestionnaire(f"no questions of version {version!r}: {name} is missing")
        values = read_toml(name)
    questions = {name: _read_questions(name, values[name]) for name in AUDIENCES}
    return QuestionCatalogue(str(values["version"]), questions)


def _read_questions(audience: str, values: dict[str, Any]) -> tuple[Question, ...]:
    questions = tuple(
        Question(entry["question"], entry["criterion"], entry["en"], entry["id"])
        for entry in values["questions"]
    )
    if not FEWEST <= len(questions) <= MOST:
        raise InvalidQuestionnaire(
            f"{audience} must have {FEWEST} to {MOST} questions (got {len(questions)})"
        )
    known = {"", *load_framework()["criteria"]}
    for question in questions:
        if question.criterion not in known:
            raise InvalidQuestionnaire(f"{question.id} names no criterion: {question.criterion}")
    return questions
