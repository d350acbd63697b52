"""Queries of held texts use their indexes."""

from collections.abc import Callable

import pytest
from sqlalchemy import event

from deliberate.database import db
from deliberate.models import Comment, Proposal
from deliberate.queries.moderation.queue import held_contributions
from deliberate.queries.site.page_moments import next_change_by_date
from tests import factories

pytestmark = pytest.mark.sqlite
"""PostgreSQL plans by table size, and the tables of a test are nearly empty."""


def query_plans(run: Callable[[], object]) -> str:
    """Return the query plans of the statements that a function executes."""
    executed: list[tuple[object, ...]] = []

    def record(_connection: object, _cursor: object, *statement: object) -> None:
        executed.append(statement[:2])

    event.listen(db.engine, "before_cursor_execute", record)
    run()
    event.remove(db.engine, "before_cursor_execute", record)
    connection = db.session.connection()
    plans = [
        connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters)
        for sql, parameters in executed
    ]
    return "\n".join(str(row) for plan in plans for row in plan)


@pytest.mark.parametrize("kind", [Comment, Proposal])
def test_held_texts_queue_uses_its_index(app, kind):
    factories.create_proposal()
    assert f"ix_{kind.__tablename__}_held_until" in query_plans(held_contributions)


@pytest.mark.parametrize("kind", [Comment, Proposal])
def test_next_change_of_kept_pages_finds_ends_of_holds_by_their_index(app, kind):
    factories.create_proposal()
    assert f"ix_{kind.__tablename__}_held_until" in query_plans(next_change_by_date)
