"""Pictures of processes, institutions, commitments and options of polls."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.clock import now
from deliberate.database import Base, BigId, UtcDateTime
from deliberate.database.personal_data import OFFICIAL, rows
from deliberate.models.moderation.conditions import IsNull, Through
from deliberate.models.moderation.visibility import OFFICIALS, VisibleText, read_by
from deliberate.models.polls import Option
from deliberate.models.processes import Process
from deliberate.models.responses.institution import Institution
from deliberate.models.responses.response import Commitment
from deliberate.vocabulary import PictureUse


class Picture(VisibleText, Base):
    """A picture of one thing; the row of a removed picture stays without the file."""

    __tablename__ = "picture"
    subject_type = "picture"
    personal_data = rows(
        "pictures",
        "Pictures",
        owner="added_by_id",
        columns=(
            "id process_id institution_id commitment_id option_id added_by_id use alt name size "
            "width height added_at removed_at"
        ),
        kept=OFFICIAL,
    )
    visibility = (
        IsNull("removed_at")
        & Through("process", Process.visibility | OFFICIALS, if_none=True)
        & Through("option", Option.visibility, if_none=True)
    )
    readers = read_by(visibility, "alt")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int | None] = mapped_column(ForeignKey("process.id"), index=True)
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"), index=True)
    commitment_id: Mapped[int | None] = mapped_column(ForeignKey("commitment.id"), index=True)
    option_id: Mapped[int | None] = mapped_column(ForeignKey("poll_option.id"), index=True)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    use: Mapped[PictureUse] = mapped_column(String(8), default=PictureUse.HEADER)
    alt: Mapped[str] = mapped_column(String(120))
    """What the picture shows, in words."""
    name: Mapped[str] = mapped_column(String(64), unique=True)
    """Random file name with the extension of its format, used on disk and in the URL."""
    size: Mapped[int]
    width: Mapped[int]
    """Pixels of the picture that pages show."""
    height: Mapped[int]
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    process: Mapped[Process | None] = relationship()
    institution: Mapped[Institution | None] = relationship()
    commitment: Mapped[Commitment | None] = relationship()
    option: Mapped[Option | None] = relationship()

    @property
    def pictured(self) -> Process | Institution | Commitment | Option:
        """Return the thing that the picture is of."""
        pictured = self.process or self.institution or self.commitment or self.option
        if pictured is None:
            raise LookupError(f"picture {self.id} is of nothing")
        return pictured
