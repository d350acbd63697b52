"""Tables of draft texts under consultation: versions, units with lasting ids, contributions."""

from datetime import datetime

from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    and_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, Json, UtcDateTime, canonical_json, new_salt
from deliberate.database.personal_data import (
    COUNTS,
    OFFICIAL,
    Category,
    not_personal,
    personal,
    rows,
)
from deliberate.legal_texts.units import place_name, unit_label
from deliberate.models.accounts.person import Person
from deliberate.models.moderation.conditions import IsNull, Through
from deliberate.models.moderation.visibility import (
    SHOWN_TEXT,
    STAFF,
    HideableText,
    VisibleText,
    held_index,
    read_by,
)
from deliberate.models.processes import Process
from deliberate.models.proposals.coauthor import CoAuthor, CoAuthored
from deliberate.models.responses.institution import Institution
from deliberate.vocabulary import ResponseGround, Role, UnitDecision


class Document(VisibleText, Base):
    """A draft text of a process. Its text is in its versions, which never change."""

    __tablename__ = "document"
    subject_type = "document"
    personal_data = rows(
        "documents",
        "Draft texts",
        owner="opened_by_id",
        columns=(
            "id process_id title language version opened_at closed_at opened_by_id institution_id"
        ),
        kept=OFFICIAL,
    )
    visibility = Through("process", Process.visibility)
    readers = read_by(visibility, "title")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"), index=True)
    title: Mapped[str] = mapped_column(String(255))
    language: Mapped[str] = mapped_column(String(8))
    version: Mapped[int] = mapped_column(default=1)
    """The number of the version in force."""
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))

    process: Mapped[Process] = relationship()
    institution: Mapped[Institution | None] = relationship()
    versions: Mapped[list["DocumentVersion"]] = relationship(
        order_by="DocumentVersion.number", back_populates="document"
    )


class DocumentVersion(VisibleText, Base):
    """A published version of a draft text, as it was imported or typed, with its reason."""

    __tablename__ = "document_version"
    __table_args__ = (UniqueConstraint("document_id", "number"),)
    subject_type = "document_version"
    personal_data = rows(
        "document_versions",
        "Versions of draft texts",
        owner="published_by_id",
        columns=(
            "id document_id number note source preamble closing explanation published_at"
            " published_by_id counts"
        ),
        kept=OFFICIAL,
        hidden="salt",
    )
    visibility = Through("document", Document.visibility)
    readers = read_by(visibility, "note", "source", "preamble", "closing", "explanation")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    number: Mapped[int]
    note: Mapped[str] = mapped_column(Text, default="")
    """What changed and why; empty for the first version."""
    source: Mapped[str] = mapped_column(Text)
    """The whole text as it was read: the units are made from it."""
    preamble: Mapped[str] = mapped_column(Text, default="")
    closing: Mapped[str] = mapped_column(Text, default="")
    explanation: Mapped[str] = mapped_column(Text, default="")
    counts: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    """Units that changed, moved, were added and dropped, and units in all."""
    published_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=new_salt)

    document: Mapped[Document] = relationship(back_populates="versions")
    units: Mapped[list["UnitText"]] = relationship(
        order_by="UnitText.position", back_populates="version", viewonly=True
    )
    sources: Mapped[list["UnitSource"]] = relationship(
        order_by="UnitSource.unit_id, UnitSource.source_id", viewonly=True
    )

    @property
    def process_id(self) -> int:
        """Return the process that acts on this version belong to."""
        return self.document.process_id

    @property
    def sealed_text(self) -> str:
        """Return what the log binds: title, number, reason, the text as imported and as read.

        Pages show the units, not the source: a unit that is changed alone must be found too, and
        so must another origin of a unit, which moves contributions to other words.
        """
        units = [unit.bound for unit in self.units]
        read = [self.preamble, self.closing, self.explanation, units]
        origins = [[row.unit_id, row.source_id] for row in self.sources]
        stated = [self.document.title, self.document.language, self.number, self.note, self.source]
        return canonical_json([*stated, read, origins])


class DocumentUnit(Base):
    """A unit of a draft text. Its id lasts through versions, whatever its number becomes."""

    __tablename__ = "document_unit"
    subject_type = "document_unit"
    personal_data = not_personal("id document_id kind")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))


class UnitText(VisibleText, Base):
    """The text of a unit in a version, with its number, place and what happened to it."""

    __tablename__ = "unit_text"
    __table_args__ = (
        UniqueConstraint("version_id", "address"),
        UniqueConstraint("version_id", "unit_id"),
        Index("ix_unit_text_unit_id", "unit_id"),
    )
    personal_data = not_personal(
        "id version_id unit_id position kind number address parent heading body explanation"
        " status is_moved"
    )
    visibility = Through("version", DocumentVersion.visibility)
    readers = read_by(visibility, "heading", "body", "explanation")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("document_version.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("document_unit.id"))
    position: Mapped[int]
    """Its place in the text, from 0."""
    kind: Mapped[str] = mapped_column(String(12))
    number: Mapped[str] = mapped_column(String(24))
    address: Mapped[str] = mapped_column(String(120))
    """Its address in this version, such as pasal-12A/ayat-1."""
    parent: Mapped[str] = mapped_column(String(120), default="")
    """The address of the unit around it, empty at the top."""
    heading: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text, default="")
    explanation: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(12), default="new")
    """new, merged, split, moved, changed, renumbered or kept: since the version before."""
    is_moved: Mapped[bool] = mapped_column(default=False)

    version: Mapped[DocumentVersion] = relationship(back_populates="units", viewonly=True)

    @property
    def bound(self) -> list[object]:
        """Return what the log binds of it with its version: identity, place, number and words."""
        words = [self.heading, self.body, self.explanation, self.status, self.is_moved]
        return [self.unit_id, self.kind, self.number, self.address, self.parent, *words]

    @property
    def label(self) -> str:
        """Return its number as the drafting of laws writes it: Pasal 12A, ayat (1)."""
        return self.heading if self.kind == "heading" else unit_label(self.kind, self.number)

    @property
    def place(self) -> str:
        """Return the unit as a law is cited: Pasal 4 ayat (2) huruf a."""
        return place_name(self.address)

    @property
    def place_in_page(self) -> str:
        """Return the same without the Pasal or heading, whose own label stays: ayat (2) huruf a."""
        _top, _slash, below = self.address.partition("/")
        return place_name(below) if below and self.kind != "heading" else self.label


class UnitSource(Base):
    """A unit of a version comes from a unit of the version before: itself, or another."""

    __tablename__ = "unit_source"
    __table_args__ = (Index("ix_unit_source_source_id", "source_id", "version_id"),)
    personal_data = not_personal("version_id unit_id source_id")

    version_id: Mapped[int] = mapped_column(ForeignKey("document_version.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("document_unit.id"), primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("document_unit.id"), primary_key=True)


def amendment_text(replacement: str, reason: str) -> str:
    """Return the words and the reason of an amendment as the one text that the log binds."""
    return f"{replacement}\n\n{reason}"


class UnitContribution(CoAuthored, HideableText, Base):
    """A comment, a question or an amendment on a unit, written on one version of it."""

    __tablename__ = "unit_contribution"
    __table_args__ = (
        Index("ix_unit_contribution_unit_id", "unit_id", "id"),
        Index("ix_unit_contribution_document_id", "document_id", "id"),
        held_index("ix_unit_contribution_held_until", "held_until"),
    )
    subject_type = "unit_contribution"
    personal_data = rows(
        "unit_contributions",
        "Comments and amendments on draft texts",
        owner="author_id",
        columns=(
            "id document_id unit_id version_id kind stance author_id author_role institution_id"
            " language posted_at edited_at withdrawn_at join_count hidden_at hidden_ground"
            " held_until coauthor_count number promoted_to_id parent_id"
        ),
        kept=COUNTS,
    )
    visibility = SHOWN_TEXT
    readers = read_by(visibility, "body", "replacement") | read_by(
        Through("document", Document.visibility), "quoted"
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("document_unit.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("document_version.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    """comment, question or amendment."""
    stance: Mapped[int | None] = mapped_column(SmallInteger)
    body: Mapped[str] = mapped_column(Text, info=personal(Category.WORDS))
    """The comment, the question, or the reason of an amendment."""
    replacement: Mapped[str] = mapped_column(Text, default="", info=personal(Category.WORDS))
    """The words that an amendment proposes; empty for others."""
    quoted: Mapped[str] = mapped_column(
        Text, default="", info=personal(Category.WORDS, kept="words of the draft, not the person's")
    )
    """The text of the unit when it was written on, kept as words."""
    language: Mapped[str] = mapped_column(String(8), default="id")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    author_role: Mapped[Role] = mapped_column(String(16), default=Role.RESIDENT)
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    join_count: Mapped[int] = mapped_column(default=0)
    number: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    """The number of its present wording; earlier ones of an amendment stay readable."""
    promoted_to_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"), index=True)
    """The proposal that its author made of it."""
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit_contribution.id"), index=True)
    """The contribution that it replies to; a reply is a comment on the same unit."""
    posted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    salt: Mapped[bytes | None] = mapped_column(
        LargeBinary(16), default=new_salt, info=personal(Category.TECHNICAL, download=False)
    )

    document: Mapped[Document] = relationship()
    version: Mapped[DocumentVersion] = relationship()
    parent: Mapped["UnitContribution | None"] = relationship(remote_side=[id])
    author: Mapped[Person | None] = relationship()
    coauthors: Mapped[list[CoAuthor]] = relationship(
        primaryjoin=lambda: and_(
            UnitContribution.id == CoAuthor.contribution_id, CoAuthor.is_joined()
        ),
        order_by=CoAuthor.id,
        viewonly=True,
    )
    institution: Mapped[Institution | None] = relationship()
    wordings: Mapped[list["AmendmentVersion"]] = relationship(
        order_by="AmendmentVersion.number", back_populates="contribution"
    )

    @property
    def process_id(self) -> int:
        """Return the process that acts on this contribution belong to."""
        return self.document.process_id

    @property
    def process(self) -> Process:
        """Return the process that its draft text belongs to."""
        return self.document.process

    @property
    def sealed_text(self) -> str:
        """Return the text of which the log has an HMAC."""
        if self.kind == "amendment":
            return amendment_text(self.replacement, self.body)
        return self.body


class AmendmentVersion(VisibleText, Base):
    """An earlier or the present wording of an amendment that was revised."""

    __tablename__ = "amendment_version"
    __table_args__ = (UniqueConstraint("contribution_id", "number"),)
    personal_data = rows(
        "amendment_versions",
        "Versions of amendments",
        owner="contribution_id.author_id",
        columns="id contribution_id number hidden_ground written_at",
        kept=COUNTS,
    )
    visibility = IsNull("hidden_ground") & Through("contribution", UnitContribution.visibility)
    readers = read_by(visibility, "replacement", "body")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contribution_id: Mapped[int] = mapped_column(ForeignKey("unit_contribution.id"))
    number: Mapped[int]
    replacement: Mapped[str] = mapped_column(Text, default="", info=personal(Category.WORDS))
    body: Mapped[str] = mapped_column(Text, default="", info=personal(Category.WORDS))
    """The reason."""
    hidden_ground: Mapped[str | None] = mapped_column(String(24))
    """The rule for which a moderator requested an edit; the wording is no longer shown."""
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    contribution: Mapped[UnitContribution] = relationship(back_populates="wordings")

    @property
    def sealed_text(self) -> str:
        """Return the text of which the log has an HMAC under the salt of the amendment."""
        return amendment_text(self.replacement, self.body)


class AmendmentJoin(Base):
    """A person joined an amendment that another proposed."""

    __tablename__ = "amendment_join"
    personal_data = rows(
        "amendment_joins",
        "Joined amendments",
        owner="person_id",
        columns="contribution_id person_id joined_at",
        kept=COUNTS,
    )

    contribution_id: Mapped[int] = mapped_column(
        ForeignKey("unit_contribution.id"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class UnitAnswer(VisibleText, Base):
    """An answer to contributions on a unit: one for many, never changed."""

    __tablename__ = "unit_answer"
    subject_type = "unit_answer"
    personal_data = rows(
        "unit_answers",
        "Answers on draft texts",
        owner="answered_by_id",
        columns=(
            "id document_id unit_id version_id decision ground reason language answered_at"
            " answered_by_id institution_id"
        ),
        kept=OFFICIAL,
        hidden="salt",
    )
    visibility = Through("document", Document.visibility)
    readers = read_by(visibility, "reason")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("document_unit.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("document_version.id"))
    """The version in which they were answered: that in force, or an older one with their unit."""
    decision: Mapped[UnitDecision] = mapped_column(String(16))
    ground: Mapped[ResponseGround] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text, default="")
    """Empty where none was given: then contributions are considered, not explained."""
    language: Mapped[str] = mapped_column(String(8), default="id")
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=new_salt)

    document: Mapped[Document] = relationship()
    version: Mapped[DocumentVersion] = relationship()
    institution: Mapped[Institution | None] = relationship()

    @property
    def process_id(self) -> int:
        """Return the process that acts on this answer belong to."""
        return self.document.process_id

    @property
    def sealed_text(self) -> str:
        """Return what the log binds: unit, version, the decision, its ground and the reason."""
        decided = [self.decision, self.ground, self.reason, self.language]
        return canonical_json([self.unit_id, self.version_id, *decided])


class AnsweredContribution(Base):
    """A contribution that an answer names."""

    __tablename__ = "answered_contribution"
    personal_data = not_personal("contribution_id answer_id")

    contribution_id: Mapped[int] = mapped_column(
        ForeignKey("unit_contribution.id"), primary_key=True
    )
    answer_id: Mapped[int] = mapped_column(
        ForeignKey("unit_answer.id"), primary_key=True, index=True
    )


class ConsultationReport(Base):
    """A published report of the consultation on a draft text, with its figures of that moment."""

    __tablename__ = "consultation_report"
    subject_type = "consultation_report"
    personal_data = rows(
        "consultation_reports",
        "Reports on draft texts",
        owner="published_by_id",
        columns=(
            "id document_id contributions considered explained published_at published_by_id"
            " institution_id"
        ),
        kept=OFFICIAL,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    contributions: Mapped[int]
    considered: Mapped[int]
    explained: Mapped[int]
    published_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))

    document: Mapped[Document] = relationship()

    @property
    def process_id(self) -> int:
        """Return the process that acts on this report belong to."""
        return self.document.process_id


class UnitAssignment(Base):
    """The officer who answers the contributions to a Pasal, whatever its number becomes."""

    __tablename__ = "unit_assignment"
    subject_type = "unit_assignment"
    personal_data = rows(
        "unit_assignments",
        "Parts of draft texts assigned",
        owner="assignee_id",
        columns="id unit_id document_id assignee_id assigned_at",
        kept=OFFICIAL,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("document_unit.id"), unique=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    assigned_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    document: Mapped[Document] = relationship()
    assignee: Mapped[Person | None] = relationship()

    @property
    def process_id(self) -> int:
        """Return the process that acts on this assignment belong to."""
        return self.document.process_id


class UnitAnswerDraft(VisibleText, Base):
    """An answer that waits for a check or signatures. It never changes: another is a new draft."""

    __tablename__ = "unit_answer_draft"
    subject_type = "unit_answer_draft"
    personal_data = rows(
        "unit_answer_drafts",
        "Answers on draft texts that wait for consent",
        owner="author_id",
        columns=(
            "id document_id unit_id version_id institution_id author_id decision ground reason"
            " language contribution_ids saved_at checked_at is_approved check_note"
        ),
        kept=OFFICIAL,
        hidden="checked_by_id",
    )
    visibility = STAFF
    readers = read_by(STAFF, "reason", "check_note")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("document_unit.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("document_version.id"))
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decision: Mapped[UnitDecision] = mapped_column(String(16))
    ground: Mapped[ResponseGround] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(8), default="id")
    contribution_ids: Mapped[list[int]] = mapped_column(Json, default=list)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    is_approved: Mapped[bool] = mapped_column(default=False)
    check_note: Mapped[str] = mapped_column(Text, default="")

    document: Mapped[Document] = relationship()
    version: Mapped[DocumentVersion] = relationship()
    institution: Mapped[Institution | None] = relationship()
    author: Mapped[Person | None] = relationship(foreign_keys=[author_id])
    signatures: Mapped[list["UnitAnswerSignature"]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def process_id(self) -> int:
        """Return the process that acts on this draft belong to."""
        return self.document.process_id


class UnitAnswerSignature(Base):
    """The agreement of an institution that must sign to an answer on a draft text."""

    __tablename__ = "unit_answer_signature"
    personal_data = rows(
        "unit_answer_signatures",
        "Signatures of answers on draft texts",
        owner="person_id",
        columns="draft_id institution_id person_id signed_at",
        kept=OFFICIAL,
    )

    draft_id: Mapped[int] = mapped_column(
        ForeignKey("unit_answer_draft.id", ondelete="CASCADE"), primary_key=True
    )
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
