"""Table of the offices of institutions where people take part in person."""

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberate.database import Base, BigId
from deliberate.database.personal_data import not_personal
from deliberate.models.moderation.visibility import PUBLIC, read_by
from deliberate.models.responses.institution import Institution


class Office(Base):
    """An office with its address, opening hours and contact; a closed one stays for its entries."""

    __tablename__ = "office"
    subject_type = "office"
    personal_data = not_personal(
        "id institution_id name address hours hours_en contact directions directions_en is_closed"
    )
    readers = read_by(
        PUBLIC, "name", "address", "hours", "hours_en", "contact", "directions", "directions_en"
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(300))
    hours: Mapped[str] = mapped_column(String(300))
    hours_en: Mapped[str] = mapped_column(String(300), default="")
    contact: Mapped[str] = mapped_column(String(200), default="")
    directions: Mapped[str] = mapped_column(Text, default="")
    directions_en: Mapped[str] = mapped_column(Text, default="")
    is_closed: Mapped[bool] = mapped_column(default=False)

    institution: Mapped[Institution] = relationship()

    def text_in(self, field: str, language: str) -> str:
        """Return hours or directions in a language, in Indonesian where not translated."""
        translated = getattr(self, f"{field}_en") if language == "en" else ""
        return translated or getattr(self, field)
