"""Sources of a study of a process: interviews, observations, documents and figures of the log."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, UtcDateTime, new_salt
from deliberate.database.personal_data import OFFICIAL, rows
from deliberate.models.moderation.visibility import ASSESSORS, read_by
from deliberate.models.processes import Process
from deliberate.vocabulary import ConsentScope, EvidenceKind

LETTERS = {
    EvidenceKind.INTERVIEW: "R",
    EvidenceKind.OBSERVATION: "O",
    EvidenceKind.DOCUMENT: "D",
    EvidenceKind.LOG: "L",
}
"""First letter of a label: respondent, observation, document, figure of the log."""
NO_CODE = "none"
"""Given by a coder who has read an excerpt and found no code that fits."""
USABLE_CONSENT = (ConsentScope.NOT_NEEDED, ConsentScope.SUMMARY, ConsentScope.QUOTES)


class StudySource(Base):
    """A source of a study, used by many questions, with a public and a private part.

    Of an interview the label, institution, day and duration are private: only `title` (the role,
    in words that point to nobody), the month and `public_text` are ever published.
    """

    __tablename__ = "study_source"
    subject_type = "study_source"
    __table_args__ = (UniqueConstraint("process_id", "kind", "number"),)
    personal_data = rows(
        "study_sources",
        "Sources of studies",
        owner="added_by_id",
        columns=(
            "id process_id kind number title pages link archived_on consent public_text"
            " added_by_id added_at redacted_at"
        ),
        kept=OFFICIAL,
        hidden="salt institution place dated minutes consent_on private_text",
    )
    readers = read_by(
        ASSESSORS, "title", "institution", "place", "pages", "link", "public_text", "private_text"
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    kind: Mapped[EvidenceKind] = mapped_column(String(12))
    number: Mapped[int]
    """Counts within the kind, so that R7 is the seventh respondent of the study."""
    title: Mapped[str] = mapped_column(String(200))
    institution: Mapped[str] = mapped_column(String(200), default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    dated: Mapped[date]
    minutes: Mapped[int | None]
    pages: Mapped[str] = mapped_column(String(40), default="")
    link: Mapped[str] = mapped_column(String(500), default="")
    archived_on: Mapped[date | None]
    consent: Mapped[ConsentScope] = mapped_column(String(12))
    consent_on: Mapped[date | None]
    public_text: Mapped[str] = mapped_column(Text, default="")
    private_text: Mapped[str] = mapped_column(Text, default="")
    salt: Mapped[bytes] = mapped_column(LargeBinary(16), default=new_salt)
    """Keeps the fingerprint of a short text from being guessed; erased with the text."""
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    redacted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    process: Mapped[Process] = relationship()
    name: Mapped["RespondentName | None"] = relationship(
        back_populates="source", cascade="all, delete-orphan"
    )
    files: Mapped[list["StudyFile"]] = relationship(
        order_by="StudyFile.id", cascade="all, delete-orphan"
    )

    @property
    def label(self) -> str:
        """Return the pseudonym of a respondent, or the short name of another source: R7, D2."""
        return f"{LETTERS[EvidenceKind(self.kind)]}{self.number}"

    @property
    def has_consent(self) -> bool:
        """Return whether consent is given, or not needed."""
        return self.consent in USABLE_CONSENT

    @property
    def is_usable(self) -> bool:
        """Return whether it may become evidence: with consent, and not redacted."""
        return self.redacted_at is None and self.has_consent


class RespondentName(Base):
    """The name of a respondent, encrypted with a key that is in neither database.

    Respondents have no account: an assessor erases a name when they ask. It goes
    with the account of who recorded it, because nobody else could ever read it.
    """

    __tablename__ = "respondent_name"
    personal_data = rows(
        "respondent_names",
        "Names of respondents of studies",
        owner="source_id.added_by_id",
        columns="source_id",
        hidden="encrypted_name",
    )

    source_id: Mapped[int] = mapped_column(ForeignKey("study_source.id"), primary_key=True)
    encrypted_name: Mapped[bytes] = mapped_column(LargeBinary)

    source: Mapped[StudySource] = relationship(back_populates="name")


class StudyFile(Base):
    """A file of a source, which the assessors of the study alone can download."""

    __tablename__ = "study_file"
    personal_data = rows(
        "study_files",
        "Files of sources of studies",
        owner="added_by_id",
        columns="id source_id kind size added_by_id added_at",
        kept=OFFICIAL,
        hidden="name",
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("study_source.id"), index=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    """Random file name with the extension of its kind, used on disk and in the URL."""
    kind: Mapped[str] = mapped_column(String(8))
    size: Mapped[int]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Excerpt(Base):
    """A passage of a source that coders give codes to. It is never published."""

    __tablename__ = "study_excerpt"
    personal_data = rows(
        "study_excerpts",
        "Excerpts of sources of studies",
        owner="added_by_id",
        columns="id source_id language added_by_id added_at",
        kept=OFFICIAL,
        hidden="body place",
    )
    readers = read_by(ASSESSORS, "body", "place")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("study_source.id"), index=True)
    body: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    place: Mapped[str] = mapped_column(String(80), default="")
    """Where in the source: a page, a minute, a line."""
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    source: Mapped[StudySource] = relationship()
    codes: Mapped[list["ExcerptCode"]] = relationship(
        order_by="ExcerptCode.code", cascade="all, delete-orphan"
    )
    memos: Mapped[list["ExcerptMemo"]] = relationship(
        order_by="ExcerptMemo.coder_id", cascade="all, delete-orphan"
    )


class ExcerptCode(Base):
    """A code that one coder gave to an excerpt; `NO_CODE` where none fits."""

    __tablename__ = "study_excerpt_code"
    personal_data = rows(
        "study_codes",
        "Codes of excerpts of studies",
        owner="coder_id",
        columns="excerpt_id coder_id code",
        kept=OFFICIAL,
    )

    excerpt_id: Mapped[int] = mapped_column(ForeignKey("study_excerpt.id"), primary_key=True)
    coder_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(12), primary_key=True)


class ExcerptMemo(Base):
    """What one coder noted on an excerpt; the other coder never reads it."""

    __tablename__ = "study_excerpt_memo"
    personal_data = rows(
        "study_memos",
        "Memos on excerpts of studies",
        owner="coder_id",
        columns="excerpt_id coder_id",
        kept=OFFICIAL,
        hidden="memo",
    )
    readers = read_by(ASSESSORS, "memo")

    excerpt_id: Mapped[int] = mapped_column(ForeignKey("study_excerpt.id"), primary_key=True)
    coder_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    memo: Mapped[str] = mapped_column(Text)
