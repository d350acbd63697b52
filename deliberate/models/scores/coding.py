"""Random samples for coding: comments coded by a book, official responses audited."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, Json, UtcDateTime
from deliberate.database.personal_data import OFFICIAL, not_personal, rows
from deliberate.models.accounts.person import Person
from deliberate.models.moderation.visibility import ANYONE, CODERS, read_by
from deliberate.models.processes import Process
from deliberate.models.responses.response import Response
from deliberate.models.threads.comment import Comment
from deliberate.vocabulary import SampleKind


class Sample(Base):
    """A random sample of comments or official responses of a process. The seed reproduces it."""

    __tablename__ = "sample"
    subject_type = "sample"
    personal_data = not_personal("id process_id kind seed population drawn_at")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"), index=True)
    kind: Mapped[SampleKind] = mapped_column(String(12))
    seed: Mapped[int]
    population: Mapped[int]
    """The number of items the sample was drawn from."""
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    process: Mapped[Process] = relationship()
    items: Mapped[list["SampledItem"]] = relationship(
        order_by="SampledItem.position", back_populates="sample"
    )


class SampledItem(Base):
    """A comment or official response of a sample at its position."""

    __tablename__ = "sampled_item"
    __table_args__ = (UniqueConstraint("sample_id", "position"),)
    personal_data = not_personal("id sample_id position comment_id response_id")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("sample.id"))
    position: Mapped[int]
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"))
    response_id: Mapped[int | None] = mapped_column(ForeignKey("response.id"))

    sample: Mapped[Sample] = relationship(back_populates="items")
    comment: Mapped[Comment | None] = relationship()
    response: Mapped[Response | None] = relationship()
    codings: Mapped[list["Coding"]] = relationship(order_by="Coding.id")

    @property
    def has_visible_text(self) -> bool:
        """Return whether there is a text to code: a withdrawn or hidden comment has none."""
        return self.response is not None or (
            self.comment is not None and self.comment.is_visible_to(ANYONE)
        )


class Coding(Base):
    """The code a coder gave an item, one of those of the book of its sample."""

    __tablename__ = "coding"
    __table_args__ = (UniqueConstraint("item_id", "coder_id"),)
    personal_data = rows(
        "codings",
        "Codes given to texts",
        owner="coder_id",
        columns="id item_id coder_id value coded_at",
        kept=OFFICIAL,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("sampled_item.id"))
    coder_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    value: Mapped[int]
    coded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    coder: Mapped[Person] = relationship()


class MachineCoding(Base):
    """The codes that a program gave the texts of a sample, named by who brought them in."""

    __tablename__ = "machine_coding"
    __table_args__ = (UniqueConstraint("sample_id", "name"),)
    personal_data = rows(
        "machine_codings",
        "Codes of machines brought in",
        owner="imported_by_id",
        columns="id sample_id name codes imported_by_id imported_at",
        kept=OFFICIAL,
    )
    readers = read_by(CODERS, "name")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("sample.id"))
    name: Mapped[str] = mapped_column(String(80))
    """Program, model, version and prompt, as far as its user says."""
    codes: Mapped[dict[str, int]] = mapped_column(Json)
    """The code by position of the text in the sample."""
    imported_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
