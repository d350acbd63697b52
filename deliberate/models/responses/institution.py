"""An institution: an office that owes residents answers."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.database import Base, BigId


class Institution(Base):
    """One office; the coordinating one takes what nobody else accepts."""

    __tablename__ = "institution"
    subject_type = "institution"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(160))
    name_en: Mapped[str] = mapped_column(String(160), default="")
    is_coordinator: Mapped[bool] = mapped_column(default=False)
    needs_check: Mapped[bool] = mapped_column(default=False)
    """Whether a second colleague must have checked an answer before it is published."""

    def name_in(self, language: str) -> str:
        """Its name in a language, the Indonesian one where there is no other."""
        return self.name_en if language == "en" and self.name_en else self.name
