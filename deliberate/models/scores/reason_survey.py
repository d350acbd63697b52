"""Surveys for the Deliberative Reason Index: statements of a process, and answers under a key.

A person's answers before and after are joined by a key computed from the survey's own secret. The
secret is deleted when the index is published: from then on nobody can tell whose answers they are.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, Json, UtcDateTime, canonical_json
from deliberate.database.personal_data import OFFICIAL, not_personal, rows
from deliberate.models.moderation.visibility import PUBLIC, read_by
from deliberate.models.processes import Process
from deliberate.vocabulary import ReasonStage

CONSIDERATION, PREFERENCE = "C", "P"
"""First letters of the names of statements: C1, C2 … and P1, P2 …"""


class ReasonSurvey(Base):
    """The two questionnaires of a process, put to the same people before and after."""

    __tablename__ = "reason_survey"
    __table_args__ = (UniqueConstraint("process_id"),)
    subject_type = "reason_survey"
    personal_data = rows(
        "reason_surveys",
        "Surveys of reasons opened",
        owner="opened_by_id",
        columns=(
            "id process_id opened_by_id opened_at before_closes_at after_opens_at closes_at "
            "published_at box_root result"
        ),
        hidden="link_key",
        kept=OFFICIAL,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    before_closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    after_opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    link_key: Mapped[str | None] = mapped_column(String(64), default=lambda: secrets.token_hex(32))
    """The secret that joins the two answers of a person; None once the index is published."""
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    box_root: Mapped[str | None] = mapped_column(String(64))
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """The index before and after, as it was computed when the survey was published."""

    process: Mapped[Process] = relationship()
    items: Mapped[list["ReasonItem"]] = relationship(order_by="ReasonItem.id")

    @property
    def considerations(self) -> Sequence["ReasonItem"]:
        """Return the statements that people agree or disagree with."""
        return [item for item in self.items if item.name.startswith(CONSIDERATION)]

    @property
    def preferences(self) -> Sequence["ReasonItem"]:
        """Return the options that people put in order."""
        return [item for item in self.items if item.name.startswith(PREFERENCE)]

    @property
    def has_ended(self) -> bool:
        """Return whether the last day is over."""
        return now() >= self.closes_at

    @property
    def stage(self) -> ReasonStage | None:
        """Return the stage in which answers are taken now, or None."""
        moment = now()
        if self.published_at is not None or self.has_ended:
            return None
        if moment >= self.after_opens_at:
            return ReasonStage.AFTER
        return ReasonStage.BEFORE if moment < self.before_closes_at else None

    def key_of(self, person_id: int) -> str:
        """Return the key under which the answers of a person are stored."""
        secret = bytes.fromhex(self.link_key or "")
        return hmac.new(secret, f"{self.id}.{person_id}".encode(), hashlib.sha256).hexdigest()


class ReasonItem(Base):
    """A statement of a survey, in both languages."""

    __tablename__ = "reason_item"
    __table_args__ = (UniqueConstraint("survey_id", "name"),)
    personal_data = not_personal("id survey_id name text_id text_en")
    readers = read_by(PUBLIC, "text_id", "text_en")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("reason_survey.id"))
    name: Mapped[str] = mapped_column(String(8))
    text_id: Mapped[str] = mapped_column(String(300))
    text_en: Mapped[str] = mapped_column(String(300))

    def text_in(self, language: str) -> str:
        """Return the statement in a language."""
        return self.text_en if language == "en" else self.text_id


class ReasonRoll(Base):
    """A person who answered at a stage. Has no time, no order and no link to the answers."""

    __tablename__ = "reason_roll"
    __table_args__ = {"sqlite_with_rowid": False}
    personal_data = rows(
        "reason_surveys_answered",
        "Surveys of reasons answered",
        owner="person_id",
        columns="survey_id stage person_id",
    )

    survey_id: Mapped[int] = mapped_column(ForeignKey("reason_survey.id"), primary_key=True)
    stage: Mapped[ReasonStage] = mapped_column(String(8), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class ReasonAnswer(Base):
    """The answer to one statement at one stage, under the key of whoever gave it."""

    __tablename__ = "reason_answer"
    __table_args__ = {"sqlite_with_rowid": False}
    personal_data = not_personal("key survey_id stage item value")

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    stage: Mapped[ReasonStage] = mapped_column(String(8), primary_key=True)
    item: Mapped[str] = mapped_column(String(8), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("reason_survey.id"), index=True)
    value: Mapped[int]
    """Of a consideration 1 strongly disagree to 7 strongly agree, 0 cannot say; of an option its
    place, 1 first."""


def statements_hash(items: Iterable[ReasonItem]) -> str:
    """Return the SHA-256 over the statements of a survey, which the log has."""
    lines = [[item.name, item.text_id, item.text_en] for item in items]
    return hashlib.sha256(canonical_json(lines).encode()).hexdigest()


def reason_box_root(survey: ReasonSurvey, answers: Iterable[Sequence[Any]]) -> str:
    """Return the SHA-256 over the answers of a survey, sorted: key, stage, item and value."""
    box = hashlib.sha256(canonical_json([survey.id, statements_hash(survey.items)]).encode())
    for line in sorted([str(key), str(stage), item, value] for key, stage, item, value in answers):
        box.update(b"\n" + canonical_json(line).encode())
    return box.hexdigest()
