"""The map on which proposals have places, as the authority's file draws it."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from deliberate.clock import now
from deliberate.database import Base, Json, UtcDateTime
from deliberate.database.personal_data import not_personal
from deliberate.models.moderation.visibility import PUBLIC, VisibleText, read_by
from deliberate.vocabulary import MapFeatureKind


class MapFeature(VisibleText, Base):
    """An area with a name and a code, or a water, wood, river or road; an import replaces all."""

    __tablename__ = "map_feature"
    subject_type = "map_feature"
    personal_data = not_personal(
        "id kind code name name_en polygons lines label_x label_y imported_at"
    )
    visibility = PUBLIC
    readers = read_by(visibility, "name", "name_en")

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[MapFeatureKind] = mapped_column(String(8))
    code: Mapped[str] = mapped_column(String(40), default="")
    """The authority's code of an area; its name where the file has none."""
    name: Mapped[str] = mapped_column(String(80), default="")
    """The name of an area as proposals and processes name it."""
    name_en: Mapped[str] = mapped_column(String(80), default="")
    polygons: Mapped[list[Any]] = mapped_column(Json, default=list)
    """Simplified polygons, each a list of rings of [longitude, latitude]."""
    lines: Mapped[list[Any]] = mapped_column(Json, default=list)
    label_x: Mapped[int]
    """Longitude of the name on the map, in ten-thousandths of a degree."""
    label_y: Mapped[int]
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
