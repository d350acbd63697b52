"""A unique marker in every text column of every row, and who may read each marker."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from deliberate.database import Base, db, unrecorded
from deliberate.models import Person

MARKER = re.compile(r"qz\d{5}qz")
SEARCHED_WORD = "jamur"
"""A word of every marked text, so that one search finds all that are visible."""
BARE_COLUMNS = {"slug", "sign_in_name", "email"}
"""Columns that hold one word."""


def text_models() -> list[type[Base]]:
    """Return the models that have text columns, in the order of their names."""
    classes = (mapper.class_ for mapper in Base.registry.mappers)
    return sorted((c for c in classes if hasattr(c, "readers")), key=lambda c: c.__name__)


@dataclass(frozen=True)
class MarkedText:
    """The place of a marker: a column of a row."""

    model: type[Base]
    row_id: object
    column: str

    def is_visible_to(self, reader: Person | None) -> bool:
        """Return whether a reader may see the text now, by the definition of its model."""
        condition = self.model.readers[self.column]
        return condition.holds(db.session.get_one(self.model, self.row_id), reader)

    def __str__(self) -> str:
        return f"{self.model.__name__} {self.row_id} {self.column}"


@dataclass
class Markers:
    """The markers of a database."""

    texts: dict[str, MarkedText] = field(default_factory=dict)
    _visible: dict[tuple[str, int | None], bool] = field(default_factory=dict)
    """Visibility by marker and reader; the clock of the tests stands still."""

    def fill(self) -> None:
        """Write a marker into every text column of every row that has none yet."""
        with unrecorded("test settings") as session:
            marked = {(text.model, text.row_id) for text in self.texts.values()}
            for model in text_models():
                for row in session.scalars(select(model)).unique():
                    row_id = row.__mapper__.primary_key_from_instance(row)[0]
                    if (model, row_id) not in marked:
                        for column in model.readers:
                            self._mark(model, row, row_id, column)

    def _mark(self, model: type[Base], row: Base, row_id: object, column: str) -> None:
        marker = f"qz{len(self.texts):05}qz"
        self.texts[marker] = MarkedText(model, row_id, column)
        if column == "email":
            setattr(row, column, f"{marker}@example.org")
        elif column in BARE_COLUMNS:
            setattr(row, column, marker)
        else:
            text = f"{marker} {SEARCHED_WORD}"
            setattr(row, column, JSON_VALUES.get((model.__name__, column), lambda text: text)(text))

    def forbidden(self, text: str, reader: Person | None) -> Iterator[str]:
        """Yield the places of the markers in a text that a reader may not see."""
        for marker in sorted(set(MARKER.findall(text))):
            key = marker, reader and reader.id
            if key not in self._visible:
                self._visible[key] = self.texts[marker].is_visible_to(reader)
            if not self._visible[key]:
                yield str(self.texts[marker])

    def places(self, texts: Iterable[str]) -> set[tuple[str, str]]:
        """Return model and column of every marker in some texts."""
        return {
            (self.texts[marker].model.__name__, self.texts[marker].column)
            for text in texts
            for marker in MARKER.findall(text)
        }


JSON_VALUES: dict[tuple[str, str], Any] = {
    ("Comment", "corrections"): lambda text: [
        {"at": "2026-03-02T01:00:00+00:00", "body": text, "html": text}
    ],
    ("Draft", "fields"): lambda text: dict.fromkeys(("title", "body", "topic", "area"), text),
    ("Draft", "files"): lambda text: [
        {"title": text, "name": "0123456789abcdef.pdf", "kind": "pdf", "size": 10}
    ],
    ("Response", "points"): lambda text: [
        {
            "text": text,
            "verdict": "accepted",
            "reason": text,
            "ground": "",
            "reference": text,
            "answers": [],
        }
    ],
    ("ResponseDraft", "content"): lambda text: {"headline": text, "body": text},
    ("Proposal", "place"): lambda text: {"type": "Point", "coordinates": [116.7, -0.9], "in": text},
    ("ProposalVersion", "place"): lambda text: {
        "type": "Point",
        "coordinates": [116.7, -0.9],
        "in": text,
    },
    ("Process", "days_off"): lambda text: {"2026-12-24": text},
    ("Process", "topics"): lambda text: [[text, text]],
    ("Process", "areas"): lambda text: [text],
}
