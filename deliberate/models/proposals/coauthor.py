"""Co-authors of proposals and of amendments, and withdrawals that they decide together."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, Text, and_, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, Json, UtcDateTime
from deliberate.database.personal_data import COUNTS, Category, keep_for, personal, rows
from deliberate.models.accounts.person import Person
from deliberate.models.moderation.conditions import IsAuthor, Through
from deliberate.models.moderation.visibility import VisibleText, read_by

if TYPE_CHECKING:
    from deliberate.models.documents import UnitContribution
    from deliberate.models.proposals.proposal import Proposal

OBJECTION_PERIOD = timedelta(days=7)
"""How long co-authors can object to a withdrawal."""
_JOINED = text("joined_at IS NOT NULL AND left_at IS NULL")
_ONE_WORK = "(proposal_id IS NULL) <> (contribution_id IS NULL)"


def _once(work: str) -> Index:
    """Return the index by which a person is a co-author of a work once."""
    return Index(
        f"uq_coauthor_{work}",
        work,
        "person_id",
        unique=True,
        sqlite_where=_JOINED,
        postgresql_where=_JOINED,
    )


class CoAuthor(Base):
    """A person who was invited to write a proposal or an amendment with its author, or does."""

    __tablename__ = "coauthor"
    __table_args__ = (
        CheckConstraint(_ONE_WORK, name="one_work"),
        _once("proposal_id"),
        _once("contribution_id"),
    )
    personal_data = rows(
        "coauthors",
        "Texts with co-authors",
        owner="person_id invited_by_id",
        columns=(
            "id proposal_id contribution_id person_id invited_by_id invited_at expires_at"
            " joined_at declined_at revoked_at left_at"
        ),
        kept=COUNTS,
        hidden="token_hash",
        retention=keep_for(28, "expires_at", "invitations of co-authors"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"), index=True)
    contribution_id: Mapped[int | None] = mapped_column(
        ForeignKey("unit_contribution.id"), index=True
    )
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """None for a link until somebody accepts it."""
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    """The SHA-256 of the token in a link; None for a person invited by name, and after its use."""
    invited_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the invitation ends; None once it is accepted, so that the row stays."""
    joined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    declined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When an author ended the invitation before it was accepted."""
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the person left, or became the author in place of one who did."""

    # Any: both models refer to this one
    proposal: Mapped[Any] = relationship("Proposal", viewonly=True)
    contribution: Mapped[Any] = relationship("UnitContribution", viewonly=True)
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
    invited_by: Mapped[Person | None] = relationship(foreign_keys=[invited_by_id])

    @classmethod
    def is_joined(cls) -> ColumnElement[bool]:
        """Return the condition of the rows of present co-authors."""
        return and_(cls.joined_at.is_not(None), cls.left_at.is_(None))

    @property
    def is_open(self) -> bool:
        """Return whether the invitation can be accepted now."""
        is_decided = self.joined_at or self.declined_at or self.revoked_at
        return not is_decided and self.expires_at is not None and self.expires_at > now()

    @property
    def work(self) -> "Proposal | UnitContribution":
        """Return the proposal or the amendment."""
        work: Proposal | UnitContribution | None = self.proposal or self.contribution
        if work is None:
            raise LookupError(f"co-author {self.id} has no work")
        return work


class CoAuthored:
    """What several people can write together; `coauthor_count` spares pages a query."""

    coauthor_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))

    if TYPE_CHECKING:
        author_id: Mapped[int | None]
        author: Mapped[Person | None]
        coauthors: Mapped[list[CoAuthor]]

    @property
    def authors(self) -> list[Person]:
        """Return the author and the co-authors in the order in which they joined."""
        others = [row.person for row in self.coauthors] if self.coauthor_count else []
        return [person for person in (self.author, *others) if person is not None]

    @property
    def author_ids(self) -> set[int]:
        """Return the ids of the author and the co-authors, without reading their accounts."""
        others = [row.person_id for row in self.coauthors] if self.coauthor_count else []
        return {id_ for id_ in (self.author_id, *others) if id_ is not None}

    @property
    def coauthor_names(self) -> list[str]:
        """Return the public names of the co-authors, without that of the author."""
        return [person.display_name for person in self.authors if person.id != self.author_id]


def is_written_by(content: object, person: Person | None) -> bool:
    """Return whether a person is the author or a co-author of a text."""
    if person is None:
        return False
    if getattr(content, "author_id", None) == person.id:
        return True
    has_others = isinstance(content, CoAuthored) and content.coauthor_count
    return bool(has_others) and any(row.person_id == person.id for row in content.coauthors)  # type: ignore[attr-defined]  # as tested above


def authors_of(content: object) -> list[Person]:
    """Return all who wrote a text: the author and the co-authors."""
    if isinstance(content, CoAuthored):
        return content.authors
    author: Person | None = getattr(content, "author", None)
    return [author] if author is not None else []


class WithdrawalRequest(VisibleText, Base):
    """A withdrawal of a text by its authors: all agree, or nobody objects until a date."""

    __tablename__ = "withdrawal_request"
    __table_args__ = (CheckConstraint(_ONE_WORK, name="one_work"),)
    personal_data = rows(
        "withdrawal_requests",
        "Withdrawals that co-authors decide",
        owner="requested_by_id",
        columns=("id proposal_id contribution_id requested_by_id requested_at due_at ended_at"),
        kept=COUNTS,
    )
    visibility = Through("proposal", IsAuthor("author_id")) | Through(
        "contribution", IsAuthor("author_id")
    )
    readers = read_by(visibility, "reason")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"), index=True)
    contribution_id: Mapped[int | None] = mapped_column(
        ForeignKey("unit_contribution.id"), index=True
    )
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    reason: Mapped[str] = mapped_column(Text, default="", info=personal(Category.WORDS))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    """When the text is withdrawn unless somebody objected before."""
    agreed_ids: Mapped[list[int]] = mapped_column(
        Json, default=list, info=personal(Category.ACT, kept="ids of accounts", download=False)
    )
    """The ids of the people who agreed, who requested it among them."""
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was withdrawn, objected to, or its requester left."""

    # Any: both models refer to this one
    proposal: Mapped[Any] = relationship("Proposal", viewonly=True)
    contribution: Mapped[Any] = relationship("UnitContribution", viewonly=True)
    requested_by: Mapped[Person] = relationship(foreign_keys=[requested_by_id])

    @property
    def work(self) -> "Proposal | UnitContribution":
        """Return the proposal or the amendment."""
        work: Proposal | UnitContribution | None = self.proposal or self.contribution
        if work is None:
            raise LookupError(f"withdrawal request {self.id} has no work")
        return work
