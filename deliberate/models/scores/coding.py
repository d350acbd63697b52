"""A random sample that people read: comments coded for their reasons, answers audited."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, Moment
from deliberate.models.accounts.person import Person
from deliberate.models.processes import Process
from deliberate.models.responses.response import Response
from deliberate.models.threads.comment import Comment
from deliberate.vocabulary import SampleOf


class Sample(Base):
    """Comments or answers of a process drawn by chance; the seed draws the same ones again."""

    __tablename__ = "sample"
    subject_type = "sample"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"), index=True)
    of: Mapped[SampleOf] = mapped_column(String(12))
    seed: Mapped[int]
    population: Mapped[int]
    """Out of how many it was drawn."""
    drawn_at: Mapped[datetime] = mapped_column(Moment, default=now)

    process: Mapped[Process] = relationship()
    items: Mapped[list["SampledItem"]] = relationship(
        order_by="SampledItem.place", back_populates="sample"
    )


class SampledItem(Base):
    """One comment or one answer of a sample, at its place."""

    __tablename__ = "sampled_item"
    __table_args__ = (UniqueConstraint("sample_id", "place"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("sample.id"))
    place: Mapped[int]
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"))
    response_id: Mapped[int | None] = mapped_column(ForeignKey("response.id"))

    sample: Mapped[Sample] = relationship(back_populates="items")
    comment: Mapped[Comment | None] = relationship()
    response: Mapped[Response | None] = relationship()
    codings: Mapped[list["Coding"]] = relationship(order_by="Coding.id")

    @property
    def can_be_read(self) -> bool:
        """Whether there is a text to judge: a comment taken back or hidden has none."""
        return self.response is not None or (self.comment is not None and self.comment.stands)


class Coding(Base):
    """What one coder said of one item: 0 to 3 for reasons, 0 or 1 for an audited answer."""

    __tablename__ = "coding"
    __table_args__ = (UniqueConstraint("item_id", "coder_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("sampled_item.id"))
    coder_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    value: Mapped[int]
    coded_at: Mapped[datetime] = mapped_column(Moment, default=now)

    coder: Mapped[Person] = relationship()
