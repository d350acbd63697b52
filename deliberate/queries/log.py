"""What pages show of the sealed log."""

from dataclasses import dataclass

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Head


@dataclass(frozen=True)
class HeadLine:
    """The newest head as pages show it."""

    size: int
    root: str


def newest_head() -> HeadLine | None:
    """Size and root of the newest head, or None before the first."""
    found = db.session.execute(
        select(Head.size, Head.root).order_by(Head.size.desc()).limit(1)
    ).first()
    return HeadLine(found.size, found.root) if found else None
