"""What a rule holds is found by an index, however much was written."""

from typing import Any

import pytest
from sqlalchemy import event

from deliberate.database import db
from deliberate.models import Comment, Proposal
from deliberate.queries.moderation.moderation import held_waiting
from deliberate.queries.proposals.proposals import proposal_shown
from tests import factories

pytestmark = pytest.mark.sqlite
"""PostgreSQL chooses by how much there is, and here is next to nothing."""


def plans_of(ask: Any) -> str:
    """How the database finds what is asked."""
    asked: list[tuple[Any, ...]] = []

    def note(_connection: Any, _cursor: Any, *statement: Any) -> None:
        asked.append(statement[:2])

    event.listen(db.engine, "before_cursor_execute", note)
    ask()
    event.remove(db.engine, "before_cursor_execute", note)
    connection = db.session.connection()
    plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {q}", given) for q, given in asked]
    return "\n".join(str(row) for plan in plans for row in plan)


@pytest.mark.parametrize("kind", [Comment, Proposal])
def test_the_queue_of_held_texts_is_read_by_their_index(app, kind):
    factories.a_proposal()
    assert f"ix_{kind.__tablename__}_held_until" in plans_of(held_waiting)


def test_a_proposal_page_counts_its_held_comments_by_their_index(app):
    proposal = factories.a_proposal()
    db.session.rollback()
    assert "ix_comment_held" in plans_of(lambda: proposal_shown(proposal.id))
