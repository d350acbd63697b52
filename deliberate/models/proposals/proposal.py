"""Proposals with their versions, supports, follows and drafts."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Computed,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    and_,
    case,
    column,
    false,
    func,
    null,
    select,
    table,
    text,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, Json, UtcDateTime, new_salt
from deliberate.database.personal_data import COUNTS, Category, keep_for, personal, rows
from deliberate.geography.places import Place, place_of_geometry
from deliberate.models.accounts.person import Person
from deliberate.models.moderation.conditions import IsNull, IsReader, Through
from deliberate.models.moderation.visibility import (
    BODY_READERS,
    NOT_HIDDEN,
    NOT_WITHDRAWN,
    TITLE_READERS,
    HideableText,
    VisibleText,
    held_index,
    read_by,
)
from deliberate.models.processes import Process
from deliberate.models.proposals.coauthor import CoAuthor, CoAuthored
from deliberate.models.responses.institution import Institution
from deliberate.vocabulary import Initiator


def titled_text(title: str, body: str) -> str:
    """Return a title and a body as the one text that the log binds."""
    return f"{title}\n\n{body}"


_response = table("response", column("id"), column("proposal_id"))
_commitment = table(
    "commitment", column("response_id"), column("fulfilled_at"), column("dropped_at")
)
_IS_MERGED = text("merged_into_id IS NOT NULL")
COMMITMENT_OPEN, COMMITMENT_FULFILLED, COMMITMENT_DROPPED = 1, 2, 3
"""Status of a commitment. A proposal has the lowest status of its commitments."""
ACTIVE = NOT_WITHDRAWN & NOT_HIDDEN & IsNull("merged_into_id")


class Proposal(CoAuthored, HideableText, Base):
    """A proposal. Its workflow state is derived from its dates, never stored.

    Counters change in the acts that affect them; `deliberate check --repair` recounts them.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        Index("ix_proposal_process_id_published_at", "process_id", "published_at", "id"),
        Index("ix_proposal_published_at", "published_at", "id"),
        Index("ix_proposal_activity_count", "activity_count", "id"),
        Index("ix_proposal_comment_count", "comment_count", "id"),
        Index("ix_proposal_support_count", "support_count", "id"),
        Index("ix_proposal_qualified_at", "qualified_at", "id"),
        Index("ix_proposal_owed", "answered_at", "due_at", "id"),
        Index(
            "ix_proposal_merged_into_id",
            "merged_into_id",
            sqlite_where=_IS_MERGED,
            postgresql_where=_IS_MERGED,
        ),
        held_index("ix_proposal_held_until", "held_until"),
        Index("ix_proposal_map_x", "map_x", "map_y"),
        UniqueConstraint("process_id", "source_id"),
    )
    subject_type = "proposal"
    personal_data = rows(
        "proposals",
        "Proposals",
        owner="author_id",
        columns=(
            "id process_id author_id institution_id initiator version language published_at "
            "qualified_at due_at answered_at decision withdrawn_at merged_into_id merged_at "
            "support_count comment_count activity_count for_count against_count "
            "neutral_count source_id desk_institution_id hidden_at hidden_ground held_until "
            "place_is_exact coauthor_count"
        ),
        kept=COUNTS,
        hidden="renderer",
    )
    visibility = TITLE_READERS
    readers = {
        **read_by(TITLE_READERS, "title", "slug", "topic", "area", "withdrawn_reason"),
        **read_by(BODY_READERS, "body", "body_html", "source_url", "place"),
    }

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"), index=True)
    """The institution that should respond; None while none is chosen."""
    initiator: Mapped[Initiator] = mapped_column(String(16), default=Initiator.RESIDENT)
    title: Mapped[str] = mapped_column(String(255), info=personal(Category.WORDS))
    slug: Mapped[str] = mapped_column(
        String(80), default="", info=personal(Category.WORDS, download=False)
    )
    body: Mapped[str] = mapped_column(Text, info=personal(Category.WORDS))
    body_html: Mapped[str] = mapped_column(Text, info=personal(Category.WORDS, download=False))
    renderer: Mapped[str] = mapped_column(String(24))
    salt: Mapped[bytes | None] = mapped_column(
        LargeBinary(16), default=new_salt, info=personal(Category.TECHNICAL, download=False)
    )
    version: Mapped[int] = mapped_column(default=1)
    language: Mapped[str] = mapped_column(String(8), default="id")
    topic: Mapped[str] = mapped_column(String(80), default="", info=personal(Category.WORDS))
    area: Mapped[str] = mapped_column(String(80), default="", info=personal(Category.WORDS))
    place: Mapped[dict[str, Any] | None] = mapped_column(Json, info=personal(Category.WORDS))
    """The place that the author set, a geometry of RFC 7946 with four decimals of a degree.

    Pages and files show `shown_place` instead.
    """
    place_is_exact: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the author shows the place exactly, not only to a hundred metres."""
    map_x: Mapped[int | None] = mapped_column(info=personal(Category.WORDS, download=False))
    """Longitude of its mark on the map, in ten-thousandths of a degree: that of the place as it is
    shown, else that of the name of its area; None where it has neither."""
    map_y: Mapped[int | None] = mapped_column(info=personal(Category.WORDS, download=False))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    qualified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision: Mapped[str | None] = mapped_column(String(24))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="", info=personal(Category.WORDS))
    merged_into_id: Mapped[int | None] = mapped_column(BigId)
    """The proposal it was merged into; its own thread and supports stay."""
    merged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    support_count: Mapped[int] = mapped_column(default=0)
    comment_count: Mapped[int] = mapped_column(default=0)
    activity_count: Mapped[int] = mapped_column(
        Computed("comment_count + support_count", persisted=True)
    )
    """Comments and supports together; the order "least seen" begins with the lowest."""
    for_count: Mapped[int] = mapped_column(default=0)
    against_count: Mapped[int] = mapped_column(default=0)
    neutral_count: Mapped[int] = mapped_column(default=0)
    source_id: Mapped[str | None] = mapped_column(String(64))
    source_url: Mapped[str | None] = mapped_column(String(500), info=personal(Category.IDENTITY))
    desk_institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    """The institution at whose office it was entered."""

    commitment_status: Mapped[int | None] = column_property(
        case(
            (answered_at.is_(None), null()),
            else_=select(
                func.min(
                    case(
                        (_commitment.c.fulfilled_at.is_not(None), COMMITMENT_FULFILLED),
                        (_commitment.c.dropped_at.is_not(None), COMMITMENT_DROPPED),
                        else_=COMMITMENT_OPEN,
                    )
                )
            )
            .join_from(_commitment, _response, _response.c.id == _commitment.c.response_id)
            .where(_response.c.proposal_id == id)
            .correlate_except(_commitment, _response)
            .scalar_subquery(),
        )
    )
    """The lowest status of its commitments; None without commitments."""

    process: Mapped[Process] = relationship()
    author: Mapped[Person | None] = relationship()
    coauthors: Mapped[list[CoAuthor]] = relationship(
        primaryjoin=lambda: and_(Proposal.id == CoAuthor.proposal_id, CoAuthor.is_joined()),
        order_by=CoAuthor.id,
        viewonly=True,
    )
    institution: Mapped[Institution | None] = relationship(foreign_keys=[institution_id])
    desk_institution: Mapped[Institution | None] = relationship(foreign_keys=[desk_institution_id])
    versions: Mapped[list["ProposalVersion"]] = relationship(
        order_by="ProposalVersion.number", back_populates="proposal", lazy="select"
    )

    @property
    def proposal_id(self) -> int:
        """Return its own id, as the models of its contents do."""
        return self.id

    @property
    def sealed_text(self) -> str:
        """Return title and body as one text, of which the log has an HMAC."""
        return titled_text(self.title, self.body)

    @property
    def stored_place(self) -> Place:
        """Return the place as the author set it, for the author and the log only."""
        return place_of_geometry(self.place, is_exact=self.place_is_exact)

    @property
    def shown_place(self) -> Place:
        """Return the place as others see it: to a hundred metres unless the author shows more."""
        return self.stored_place.shown

    @property
    def is_active(self) -> bool:
        """Return whether it is shown and neither withdrawn nor merged, as actions on it require."""
        return ACTIVE.holds(self)

    @classmethod
    def active(cls) -> ColumnElement[bool]:
        """Return the condition of proposals that are shown, not withdrawn and not merged."""
        return ACTIVE.of(cls)

    @classmethod
    def text_visible_to(cls, reader: Person | None) -> ColumnElement[bool]:
        """Return the condition of proposals whose text, not only the title, a reader may see."""
        return BODY_READERS.of(cls, reader)

    def is_text_visible_to(self, reader: Person | None) -> bool:
        """Return whether a reader may see the text; a tombstone replaces it otherwise."""
        return BODY_READERS.holds(self, reader)

    def title_for(self, reader: Person | None) -> str:
        """Return the title, or the number in place of a title that a reader may not see."""
        return self.title if self.is_visible_to(reader) else f"#{self.id}"

    def slug_for(self, reader: Person | None) -> str:
        """Return the readable end of the URL, empty where a reader may not see the title."""
        return self.slug if self.is_visible_to(reader) else ""


class ProposalVersion(VisibleText, Base):
    """A version of the text of a proposal, with the author's note on what changed."""

    __tablename__ = "proposal_version"
    __table_args__ = (UniqueConstraint("proposal_id", "number"),)
    personal_data = rows(
        "proposal_versions",
        "Versions of proposals",
        owner="proposal_id.author_id",
        columns="id proposal_id number hidden_ground written_at place_is_exact",
        kept=COUNTS,
    )
    visibility = IsNull("hidden_ground") & Through("proposal", BODY_READERS)
    readers = read_by(visibility, "title", "body", "note", "place")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(255), info=personal(Category.WORDS))
    body: Mapped[str] = mapped_column(Text, info=personal(Category.WORDS))
    note: Mapped[str] = mapped_column(String(255), default="", info=personal(Category.WORDS))
    credits: Mapped[list[int]] = mapped_column(
        Json, default=list, info=personal(Category.ACT, kept="ids of comments")
    )
    place: Mapped[dict[str, Any] | None] = mapped_column(Json, info=personal(Category.WORDS))
    place_is_exact: Mapped[bool] = mapped_column(default=False, server_default=false())
    hidden_ground: Mapped[str | None] = mapped_column(String(24))
    """The rule for which a moderator requested an edit; the version is no longer shown."""
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    proposal: Mapped[Proposal] = relationship(back_populates="versions")


class Support(Base):
    """A person's support of a proposal, given to a version; it can be withdrawn."""

    __tablename__ = "support"
    __table_args__ = (
        UniqueConstraint("person_id", "proposal_id"),
        Index("ix_support_person", "proposal_id", "person_id"),
    )
    personal_data = rows(
        "supports",
        "Supports",
        owner="person_id",
        columns="id person_id proposal_id version given_at merged_from_id",
        kept=COUNTS,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    merged_from_id: Mapped[int | None] = mapped_column(BigId)
    """The proposal it was given to, if that one was merged into this one."""
    replaced: Mapped[list[list[Any]]] = mapped_column(
        Json, default=list, info=personal(Category.ACT, kept=COUNTS)
    )
    """What mergers replaced in it, the latest last: merger id, version, time in UTC."""


class Follow(Base):
    """A person follows a proposal, process, institution or topic and receives notices of it."""

    __tablename__ = "follow"
    __table_args__ = (
        UniqueConstraint("person_id", "subject_type", "subject_id"),
        Index("ix_follow_subject", "subject_type", "subject_id", "person_id"),
    )
    personal_data = rows(
        "follows",
        "Follows",
        owner="person_id",
        columns="id person_id subject_type subject_id started_at",
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    subject_type: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[int] = mapped_column(BigId)
    subject_name: Mapped[str] = mapped_column(
        String(80), default="", server_default="", info=personal(Category.PREFERENCE)
    )
    """The name of a topic, which has no row of its own; empty for what has one."""
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Draft(VisibleText, Base):
    """A proposal not yet published, visible to its author only; it is not recorded."""

    __tablename__ = "draft"
    personal_data = rows(
        "drafts",
        "Drafts",
        owner="person_id",
        columns="id person_id process_id saved_at",
        retention=keep_for(365, "saved_at", "drafts"),
    )
    visibility = IsReader("person_id")
    readers = read_by(visibility, "fields", "files")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    process_id: Mapped[int | None] = mapped_column(ForeignKey("process.id"))
    fields: Mapped[dict[str, str]] = mapped_column(
        Json, default=dict, info=personal(Category.WORDS)
    )
    files: Mapped[list[dict[str, Any]]] = mapped_column(
        Json,
        default=list,
        server_default="[]",
        info=personal(Category.WORDS, retention=keep_for(28, "saved_at", "files of drafts")),
    )
    """Attached files, each as {title, name, kind, size}; deleted before the draft."""
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
