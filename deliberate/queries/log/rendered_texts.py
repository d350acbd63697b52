"""Comparison of stored HTML with what its text renders to now."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliberate.models import (
    Comment,
    PollOutcome,
    Proposal,
    Response,
    RulesVersion,
)
from deliberate.queries.log.page_faults import PageFault
from deliberate.text import RENDERER, to_html

RENDERED: tuple[tuple[type[Any], str, str], ...] = (
    (Proposal, "body", "body_html"),
    (Comment, "body", "body_html"),
    (Response, "body", "body_html"),
    (PollOutcome, "body", "body_html"),
    (RulesVersion, "body", "body_html"),
    (RulesVersion, "body_en", "body_en_html"),
)
ROWS_PER_QUERY = 1000
EARLIER_RENDERERS: frozenset[str] = frozenset()
"""Names of renderers of earlier releases, whose HTML cannot be made again."""


def compare_rendered_texts(session: Session) -> Iterator[PageFault]:
    """Yield each row whose HTML is not that of its text, which the log binds.

    HTML of an import, made from the markup of its source, and that of an earlier renderer cannot
    be made again; both are passed over.
    """
    for model, body, html in RENDERED:
        columns = select(model.id, getattr(model, body), getattr(model, html))
        query = columns.where(model.renderer == RENDERER).order_by(model.id)
        for row_id, text, stored in session.execute(
            query.execution_options(yield_per=ROWS_PER_QUERY)
        ):
            if to_html(text) != stored:
                yield PageFault(model.__tablename__, row_id, html)
