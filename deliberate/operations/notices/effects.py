"""Storing the measured effect of notices, so that pages show what was computed and when."""

from flask import current_app

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import NoticeEffects
from deliberate.queries.notices.effects import measure_effects


def store_notice_effects() -> None:
    """Measure and store the effect of notices. Not an act: a job's result."""
    db.session.rollback()
    figures = measure_effects(current_app.config["SETTINGS"].min_cell)
    with unrecorded("effects of notices are a job's result") as session:
        session.add(NoticeEffects(computed_at=now(), figures=figures))
