"""Table of the institutions that respond to proposals."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.database import Base, BigId
from deliberate.database.personal_data import not_personal
from deliberate.models.moderation.visibility import PUBLIC, read_by


class Institution(Base):
    """An institution; the coordinating one is responsible for referrals that none accepts."""

    __tablename__ = "institution"
    subject_type = "institution"
    personal_data = not_personal("id slug name name_en is_coordinator needs_check")
    readers = read_by(PUBLIC, "slug", "name", "name_en")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(160))
    name_en: Mapped[str] = mapped_column(String(160), default="")
    is_coordinator: Mapped[bool] = mapped_column(default=False)
    needs_check: Mapped[bool] = mapped_column(default=False)
    """Whether a colleague must check a response before it is published."""

    def name_in(self, language: str) -> str:
        """Return the name in a language, the Indonesian name where it is not translated."""
        return self.name_en if language == "en" and self.name_en else self.name
