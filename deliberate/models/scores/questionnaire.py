"""Questionnaires of what people experienced: who answered, and the answers, without a link.

Each answer stands alone: not even the answers of one person are joined with one another.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, UtcDateTime, canonical_json
from deliberate.database.personal_data import COUNTS, OFFICIAL, not_personal, rows
from deliberate.models.processes import Process
from deliberate.vocabulary import QuestionnaireAudience

AnswerLine = Sequence[Any]
"""Key, question and value of an answer."""


class Questionnaire(Base):
    """A questionnaire about a process; its questions are those of a version of the data file."""

    __tablename__ = "questionnaire"
    __table_args__ = (UniqueConstraint("process_id", "audience"),)
    subject_type = "questionnaire"
    personal_data = rows(
        "questionnaires",
        "Questionnaires opened",
        owner="opened_by_id",
        columns=(
            "id process_id audience version opened_by_id opened_at closes_at published_at box_root"
        ),
        kept=OFFICIAL,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"), index=True)
    audience: Mapped[QuestionnaireAudience] = mapped_column(String(16))
    version: Mapped[str] = mapped_column(String(16))
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    box_root: Mapped[str | None] = mapped_column(String(64))

    process: Mapped[Process] = relationship()

    @property
    def is_open(self) -> bool:
        """Return whether answers are taken now."""
        return self.published_at is None and now() < self.closes_at


class QuestionnaireRoll(Base):
    """A person who answered a questionnaire. Has no time, no order and no link to the answers."""

    __tablename__ = "questionnaire_roll"
    __table_args__ = {"sqlite_with_rowid": False}
    personal_data = rows(
        "questionnaires_answered",
        "Questionnaires answered",
        owner="person_id",
        columns="questionnaire_id person_id",
        kept=COUNTS,
    )

    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)


class QuestionnaireAnswer(Base):
    """One answer to one question, under a random key that nobody knows."""

    __tablename__ = "questionnaire_answer"
    __table_args__ = {"sqlite_with_rowid": False}
    personal_data = not_personal("key questionnaire_id question value")

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"), index=True)
    question: Mapped[str] = mapped_column(String(8))
    value: Mapped[int]
    """1 strongly disagree to 5 strongly agree, 0 cannot say."""


def answer_box_root(questionnaire: Questionnaire, answers: Iterable[AnswerLine]) -> str:
    """Return the SHA-256 over version and answers, sorted by their keys.

    The keys are random and stay here, so that no answer can be computed from the root.
    """
    box = hashlib.sha256(canonical_json([questionnaire.audience, questionnaire.version]).encode())
    for key, question, value in sorted(answers, key=lambda line: str(line[0])):
        box.update(b"\n" + canonical_json([key, question, value]).encode())
    return box.hexdigest()
