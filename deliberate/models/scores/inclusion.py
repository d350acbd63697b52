"""Shares of groups in the population of a process, declared groups, and counts of these.

A declaration is in no log row: the log has that a field was declared, and later how many people
are in each band.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.clock import now
from deliberate.database import Base, BigId, UtcDateTime
from deliberate.database.personal_data import Category, not_personal, personal, rows
from deliberate.models.moderation.visibility import PUBLIC, read_by
from deliberate.vocabulary import PopulationField

MILLION = 1_000_000


class PopulationBand(Base):
    """The share of a band of a field in the population of a process, with its source."""

    __tablename__ = "population_band"
    __table_args__ = (UniqueConstraint("process_id", "field", "band"),)
    personal_data = not_personal("id process_id field band name share_millionths source year")
    readers = read_by(PUBLIC, "name", "source")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"), index=True)
    field: Mapped[PopulationField] = mapped_column(String(16))
    band: Mapped[str] = mapped_column(String(40))
    """The code made from the name, by which the log names the band."""
    name: Mapped[str] = mapped_column(String(80))
    share_millionths: Mapped[int]
    """The share in whole millionths, which are the same on every machine."""
    source: Mapped[str] = mapped_column(String(200))
    year: Mapped[int]

    @property
    def share(self) -> float:
        """Return the share, from 0 to 1."""
        return self.share_millionths / MILLION

    def as_row(self) -> list[str | int]:
        """Return the band as a row of the table whose hash the log has."""
        return [self.field, self.band, self.name, self.share_millionths, self.source, self.year]


class GroupDeclaration(Base):
    """The band of a field that a person declared for a process; retracting it deletes the row."""

    __tablename__ = "group_declaration"
    __table_args__ = (UniqueConstraint("process_id", "person_id", "field"),)
    personal_data = rows(
        "declared_groups",
        "Declared groups",
        owner="person_id",
        columns="id process_id person_id field",
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    field: Mapped[PopulationField] = mapped_column(String(16))
    band: Mapped[str] = mapped_column(String(40), info=personal(Category.IDENTITY))


class GroupRound(Base):
    """The last count of declared groups in a process."""

    __tablename__ = "group_round"
    personal_data = not_personal("process_id number people counted_at")

    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"), primary_key=True)
    number: Mapped[int]
    people: Mapped[int]
    """People who took part and declared any group."""
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class GroupCount(Base):
    """The people of a band in the last count; small numbers are never shown."""

    __tablename__ = "group_count"
    __table_args__ = (UniqueConstraint("process_id", "field", "band"),)
    personal_data = not_personal("id process_id field band people")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"), index=True)
    field: Mapped[PopulationField] = mapped_column(String(16))
    band: Mapped[str] = mapped_column(String(40))
    people: Mapped[int]
