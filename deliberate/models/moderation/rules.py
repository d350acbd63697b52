"""Versions of the moderation rules in both languages."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.database import Base, BigId, UtcDateTime, canonical_json, new_salt
from deliberate.database.personal_data import OFFICIAL, rows
from deliberate.models.moderation.visibility import PUBLIC, read_by


class RulesVersion(Base):
    """A version of the rules, in force from its publication until the next one. Never changes."""

    __tablename__ = "rules_version"
    subject_type = "rules"
    personal_data = rows(
        "rules",
        "Rules published",
        owner="published_by_id",
        columns="id version body body_en published_at published_by_id",
        kept=OFFICIAL,
        hidden="body_html body_en_html renderer salt",
    )
    readers = read_by(PUBLIC, "body", "body_html", "body_en", "body_en_html")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version: Mapped[int] = mapped_column(unique=True)
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    body_en: Mapped[str] = mapped_column(Text)
    body_en_html: Mapped[str] = mapped_column(Text)
    renderer: Mapped[str] = mapped_column(String(24))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16), default=new_salt)

    @property
    def sealed_text(self) -> str:
        """Return the rules in both languages as the log binds them."""
        return canonical_json([self.body, self.body_en])

    def html_in(self, language: str) -> str:
        """Return the rules as HTML in a language."""
        return self.body_en_html if language == "en" else self.body_html
