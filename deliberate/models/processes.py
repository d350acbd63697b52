"""Tables of participation processes, their dated phases and the institutions in them."""

from datetime import date, datetime

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
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
from deliberate.models.moderation.conditions import Equals, IsNull, NotNull, Through
from deliberate.models.moderation.visibility import (
    NOT_WITHDRAWN,
    OFFICIALS,
    PUBLIC,
    VisibleText,
    read_by,
)
from deliberate.models.responses.institution import Institution
from deliberate.text import localized_text
from deliberate.vocabulary import PhaseKind, PhaseSwitch

BOUND_BY_THE_LOG = (
    *("title", "title_en", "question", "question_en", "decides", "decides_en"),
    *("open_points", "open_points_en", "fixed_points", "fixed_points_en"),
    *("support_threshold", "response_days"),
)
"""Columns of a process that only acts of opening and changing it set."""
SOURCE_CASE = "case"
"""`Process.source` of what is studied here and took place elsewhere: it is never opened, so nobody
takes part in it and no list of processes has it."""


class Process(VisibleText, Base):
    """A question put to residents, with the limits of their influence and who decides."""

    __tablename__ = "process"
    __table_args__ = {"sqlite_autoincrement": True}  # the log names ids of deleted processes
    subject_type = "process"
    personal_data = not_personal(
        "id slug title title_en question question_en decides decides_en open_points "
        "open_points_en fixed_points fixed_points_en timezone calendar "
        "support_threshold response_days opened_at closed_at source began_on days_off "
        "topics areas allows_other salt"
    )
    visibility = NotNull("opened_at")
    readers = read_by(
        visibility | OFFICIALS | Equals("source", SOURCE_CASE),
        "title",
        "title_en",
        "question",
        "question_en",
        "decides",
        "decides_en",
        "open_points",
        "open_points_en",
        "fixed_points",
        "fixed_points_en",
        "days_off",
        "topics",
        "areas",
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(160))
    title_en: Mapped[str] = mapped_column(String(160), default="")
    question: Mapped[str] = mapped_column(Text, default="")
    question_en: Mapped[str] = mapped_column(Text, default="")
    decides: Mapped[str] = mapped_column(Text, default="")
    decides_en: Mapped[str] = mapped_column(Text, default="")
    open_points: Mapped[str] = mapped_column(Text, default="")
    open_points_en: Mapped[str] = mapped_column(Text, default="")
    fixed_points: Mapped[str] = mapped_column(Text, default="")
    fixed_points_en: Mapped[str] = mapped_column(Text, default="")
    timezone: Mapped[str] = mapped_column(String(64), default="Asia/Makassar")
    calendar: Mapped[str] = mapped_column(String(8), default="ID")
    """The country, or country and subdivision, whose holidays apply (for example GB or GB-ENG)."""
    support_threshold: Mapped[int] = mapped_column(default=100)
    response_days: Mapped[int] = mapped_column(default=20)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    source: Mapped[str | None] = mapped_column(String(40))
    """The platform from which the process was imported; None for a process of this platform."""
    began_on: Mapped[date | None]
    """The day on which what a case studies began, as the evaluator who described it says."""
    days_off: Mapped[dict[str, str]] = mapped_column(Json, default=dict, server_default="{}")
    """Non-working days in addition to the public holidays: ISO date to name."""
    topics: Mapped[list[list[str]]] = mapped_column(Json, default=list, server_default="[]")
    """The topics of its proposals, each as [Indonesian name, English name]; empty: free text."""
    areas: Mapped[list[str]] = mapped_column(Json, default=list, server_default="[]")
    """The areas of its proposals; empty: free text."""
    allows_other: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether a proposal may have a topic or an area that is not on these lists."""
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=new_salt)

    phases: Mapped[list["Phase"]] = relationship(
        order_by="Phase.opens_at", back_populates="process", cascade="all, delete-orphan"
    )
    institutions: Mapped[list["ProcessInstitution"]] = relationship(
        cascade="all, delete-orphan", order_by="ProcessInstitution.id"
    )

    @property
    def process_id(self) -> int:
        """Return the id of the process that acts on this row belong to: its own."""
        return self.id

    @classmethod
    def of_case(cls) -> ColumnElement[bool]:
        """Select what is studied here and took place elsewhere."""
        return cls.source == SOURCE_CASE

    @property
    def is_case(self) -> bool:
        """Return whether it is studied here and took place elsewhere."""
        return self.source == SOURCE_CASE

    @property
    def sealed_text(self) -> str:
        """Return the texts and the rules that the log binds once the process is open."""
        texts = {name: getattr(self, name) for name in BOUND_BY_THE_LOG}
        if self.source is not None:  # a later import adds institutions without an act
            return canonical_json(texts)
        parts = sorted([row.institution_id, row.part] for row in self.institutions)
        return canonical_json(texts | {"institutions": parts})

    def phase_at(self, moment: datetime) -> "Phase | None":
        """Return the phase that is open at a moment, None outside all phases."""
        for phase in self.phases:
            if phase.opens_at <= moment < phase.closes_at:
                return phase
        return None

    def allows(self, switch: PhaseSwitch, moment: datetime) -> bool:
        """Return whether the phase that is open at a moment permits an activity."""
        phase = self.phase_at(moment)
        return phase is not None and self.closed_at is None and switch in phase.switches

    def allows_from(self, switch: PhaseSwitch, moment: datetime) -> datetime | None:
        """Return when the next phase that permits an activity opens, None without one."""
        openings = (
            phase.opens_at
            for phase in self.phases
            if phase.opens_at > moment and switch in phase.switches
        )
        return min(openings, default=None) if self.closed_at is None else None

    def get_phase(self, key: str) -> "Phase | None":
        """Return the phase with a key."""
        return next((phase for phase in self.phases if phase.key == key), None)

    def text_in(self, field: str, language: str) -> str:
        """Return a text field in a language, the Indonesian text where it is not translated."""
        translation: str = getattr(self, f"{field}_en") if language == "en" else ""
        return translation or getattr(self, field)

    def language_in(self, field: str, language: str) -> str:
        """Return the language in which a text field is shown on a page in another."""
        return "en" if language == "en" and getattr(self, f"{field}_en") else "id"

    def topic_in(self, topic: str, language: str) -> str:
        """Return the name of a topic in a language, as it was written where it is not listed."""
        names = {names[0]: names[1] for names in self.topics if language == "en"}
        return names.get(topic) or topic


class Phase(Base):
    """A dated phase of a process with the activities that it permits.

    A process may have several phases of a kind, each with its own name; `number` counts them in
    the order in which they were added and never changes.
    """

    __tablename__ = "phase"
    __table_args__ = (
        UniqueConstraint("process_id", "kind", "number"),
        {"sqlite_autoincrement": True},
    )
    subject_type = "phase"
    personal_data = not_personal(
        "id process_id kind number name name_en opens_at closes_at switches"
    )
    readers = read_by(Through("process", Process.readers["title"]), "name", "name_en")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    kind: Mapped[PhaseKind] = mapped_column(String(16))
    number: Mapped[int] = mapped_column(default=1, server_default="1")
    name: Mapped[str] = mapped_column(String(80), default="", server_default="")
    """The name of the phase in Indonesian; empty for the name of its kind."""
    name_en: Mapped[str] = mapped_column(String(80), default="", server_default="")
    opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    switches: Mapped[list[str]] = mapped_column(Json, default=list)

    process: Mapped[Process] = relationship(back_populates="phases")

    @property
    def key(self) -> str:
        """Return what identifies the phase in its process: ideas, or ideas-2 for a second one."""
        return self.kind if self.number == 1 else f"{self.kind}-{self.number}"

    def own_name(self, language: str) -> str:
        """Return its own name in a language, or in Indonesian, or an empty text."""
        return localized_text(language, self.name, self.name_en)

    def language_in(self, language: str) -> str:
        """Return the language in which its own name is shown on a page in another."""
        return "en" if language == "en" and self.name_en else "id"


class ProcessInstitution(Base):
    """The part of an institution in a process: lead, consulted or must_sign."""

    __tablename__ = "process_institution"
    __table_args__ = (UniqueConstraint("process_id", "institution_id"),)
    personal_data = not_personal("id process_id institution_id part")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    part: Mapped[str] = mapped_column(String(16), default="consulted")

    institution: Mapped[Institution] = relationship(lazy="joined")


class ProcessChange(Base):
    """A change of an open process with its public reason."""

    __tablename__ = "process_change"
    personal_data = rows(
        "process_changes",
        "Changes of processes",
        owner="changed_by_id",
        columns=(
            "id process_id changed_at changed_by_id fields reason previous_opens_at "
            "previous_closes_at text_hash"
        ),
        kept=OFFICIAL,
        hidden="salt",
    )
    readers = read_by(PUBLIC, "reason")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"), index=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    fields: Mapped[list[str]] = mapped_column(Json)
    """The changed parts: names of columns, "institutions", or kinds of phases."""
    reason: Mapped[str] = mapped_column(Text)
    previous_opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    previous_closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The dates of a phase before the change; None for other changes."""
    text_hash: Mapped[str | None] = mapped_column(String(64))
    """The SHA-256 of texts, rules and institutions of the process after the change."""
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=new_salt)

    @property
    def sealed_text(self) -> str:
        """Return the reason, what changed, and the hash of the texts, as the log binds them."""
        previous = (self.previous_opens_at, self.previous_closes_at)
        times = [None if at is None else int(at.timestamp()) for at in previous]
        return canonical_json([self.reason, self.text_hash, self.fields, times])


_PROCESS_READERS = Through("process", Process.readers["title"])
_IN_USE = IsNull("removed_at") & _PROCESS_READERS


class ProcessDocument(Base):
    """A document of a process: a file, or a link to one elsewhere.

    A newer version replaces it; then it is still shown, as an earlier version.
    """

    __tablename__ = "process_document"
    subject_type = "process_document"
    personal_data = rows(
        "process_documents",
        "Documents of processes",
        owner="added_by_id",
        columns=(
            "id process_id title language dated_on url name kind size sha256 added_by_id added_at "
            "removed_at replaced_by_id"
        ),
        kept=OFFICIAL,
        hidden="salt",
    )
    readers = read_by(_IN_USE, "title", "url")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"), index=True)
    title: Mapped[str] = mapped_column(String(160))
    language: Mapped[str] = mapped_column(String(2))
    dated_on: Mapped[date]
    url: Mapped[str] = mapped_column(String(500), default="")
    """The address of a document elsewhere; empty for a file."""
    name: Mapped[str | None] = mapped_column(String(64), unique=True)
    """Random file name with the extension of its kind; None for a link."""
    kind: Mapped[str] = mapped_column(String(8), default="link")
    size: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """Of the stored file; empty for a link, and for a file added before it was noted."""
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("process_document.id"))
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=new_salt)

    process: Mapped[Process] = relationship()

    @property
    def sealed_text(self) -> str:
        """Return what the log binds: what is stated about the document, the hash of its file."""
        stated = [self.title, self.language, self.dated_on.isoformat(), self.url]
        return canonical_json([*stated, self.sha256])


_PUBLISHED_CONTACT = "published by the office until it removes the contact"


class ProcessContact(Base):
    """A contact person of a process. Once removed, only the dates are left."""

    __tablename__ = "process_contact"
    subject_type = "process_contact"
    personal_data = rows(
        "process_contacts",
        "Contact persons of processes",
        owner="added_by_id",
        columns="id process_id added_by_id added_at removed_at",
        kept=OFFICIAL,
        hidden="salt",
    )
    readers = read_by(_IN_USE, "name", "office", "reach")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"), index=True)
    name: Mapped[str] = mapped_column(
        String(80), info=personal(Category.CONTACT, kept=_PUBLISHED_CONTACT)
    )
    """As the person wants it shown."""
    office: Mapped[str] = mapped_column(
        String(160), info=personal(Category.CONTACT, kept=_PUBLISHED_CONTACT)
    )
    reach: Mapped[str] = mapped_column(
        String(300), info=personal(Category.CONTACT, kept=_PUBLISHED_CONTACT)
    )
    """How to reach the person: address, hours, telephone or mail of the office."""
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=new_salt)

    process: Mapped[Process] = relationship()

    @property
    def sealed_text(self) -> str:
        """Return what is stated about the contact person, as the log binds it."""
        return canonical_json([self.name, self.office, self.reach])


class ProcessNews(VisibleText, Base):
    """A dated short text about a process, in Markdown, sent to those who follow it.

    It never changes; it can be withdrawn.
    """

    __tablename__ = "process_news"
    __table_args__ = (Index("ix_process_news_process_id_id", "process_id", "id"),)
    subject_type = "process_news"
    personal_data = rows(
        "process_news",
        "News of processes",
        owner="published_by_id",
        columns=(
            "id process_id title title_en body body_en published_at published_by_id "
            "institution_id withdrawn_at language"
        ),
        kept=OFFICIAL,
        hidden="salt announcement_id",
    )
    visibility = NOT_WITHDRAWN & Through("process", Process.visibility)
    readers = read_by(NOT_WITHDRAWN & _PROCESS_READERS, "title", "title_en", "body", "body_en")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    title: Mapped[str] = mapped_column(String(160))
    title_en: Mapped[str] = mapped_column(String(160), default="")
    body: Mapped[str] = mapped_column(Text)
    body_en: Mapped[str] = mapped_column(Text, default="")
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=new_salt)
    announcement_id: Mapped[int | None] = mapped_column(BigId, unique=True)
    """The id in the log of news that were published as an announcement, which had no title."""
    language: Mapped[str | None] = mapped_column(String(8))
    """The language of title and text that are no pair of Indonesian and English, else None."""

    process: Mapped[Process] = relationship()
    institution: Mapped[Institution | None] = relationship()

    @property
    def sealed_text(self) -> str:
        """Return titles and texts as the log binds them."""
        if self.announcement_id is not None:
            return self.body
        return canonical_json([self.title, self.body, self.title_en, self.body_en])

    def text_in(self, field: str, language: str) -> str:
        """Return title or body in a language, the Indonesian one where it is not translated."""
        translation: str = getattr(self, f"{field}_en") if language == "en" else ""
        return translation or getattr(self, field)

    def language_in(self, language: str) -> str:
        """Return the language in which title and body are shown on a page in another."""
        return self.language or ("en" if language == "en" and self.title_en else "id")


class Meeting(VisibleText, Base):
    """A meeting of residents with decision makers: where, when, with how many, and its minutes.

    It never changes; corrections are added to it.
    """

    __tablename__ = "meeting"
    subject_type = "meeting"
    personal_data = rows(
        "meetings",
        "Recorded meetings",
        owner="recorded_by_id",
        columns=(
            "id process_id held_on place minutes attended language recorded_at recorded_by_id "
            "institution_id"
        ),
        kept=OFFICIAL,
        hidden="salt",
    )
    visibility = Through("process", Process.visibility)
    readers = read_by(_PROCESS_READERS, "place", "minutes")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"), index=True)
    held_on: Mapped[date]
    place: Mapped[str] = mapped_column(String(160))
    minutes: Mapped[str] = mapped_column(Text, default="")
    """Markdown, empty where no minutes are published."""
    attended: Mapped[int]
    """The number of people who attended."""
    language: Mapped[str] = mapped_column(String(2))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=new_salt)

    process: Mapped[Process] = relationship()
    institution: Mapped[Institution | None] = relationship()
    corrections: Mapped[list["MeetingCorrection"]] = relationship(
        order_by="MeetingCorrection.id", back_populates="meeting"
    )

    @property
    def sealed_text(self) -> str:
        """Return what is stated about the meeting, as the log binds it."""
        stated = [self.held_on.isoformat(), self.place, self.attended, self.language, self.minutes]
        return canonical_json(stated)

    @property
    def shown(self) -> "Meeting | MeetingCorrection":
        """Return what is held to be right: the last correction, or what was recorded."""
        return self.corrections[-1] if self.corrections else self

    @property
    def corrected_from(self) -> list[tuple["MeetingCorrection", "Meeting | MeetingCorrection"]]:
        """Return each correction with what was recorded before it, in order."""
        return list(zip(self.corrections, [self, *self.corrections], strict=False))


class MeetingCorrection(VisibleText, Base):
    """What is right about a meeting, in place of what was recorded before, and why it was wrong."""

    __tablename__ = "meeting_correction"
    personal_data = rows(
        "meeting_corrections",
        "Corrected meetings",
        owner="corrected_by_id",
        columns=(
            "id meeting_id held_on place minutes attended language reason corrected_at "
            "corrected_by_id institution_id"
        ),
        kept=OFFICIAL,
        hidden="salt",
    )
    visibility = Through("meeting", Meeting.visibility)
    readers = read_by(visibility, "place", "minutes", "reason")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    held_on: Mapped[date]
    place: Mapped[str] = mapped_column(String(160))
    minutes: Mapped[str] = mapped_column(Text, default="")
    attended: Mapped[int]
    language: Mapped[str] = mapped_column(String(2))
    reason: Mapped[str] = mapped_column(Text)
    """What was wrong, and why; public."""
    corrected_at: Mapped[datetime] = mapped_column(UtcDateTime)
    corrected_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=new_salt)

    meeting: Mapped[Meeting] = relationship(back_populates="corrections")
    institution: Mapped[Institution | None] = relationship()

    @property
    def sealed_text(self) -> str:
        """Return what is right and why, as the log binds it."""
        stated = [self.held_on.isoformat(), self.place, self.attended, self.language, self.minutes]
        return canonical_json([*stated, self.reason])


class Attendance(Base):
    """A resident noted that they attended a meeting; the row is gone when they take it back."""

    __tablename__ = "attendance"
    personal_data = rows(
        "attendances",
        "Attended meetings",
        owner="person_id",
        columns="meeting_id person_id noted_at",
        kept=COUNTS,
    )

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
