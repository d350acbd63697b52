"""Figures of the home page."""

from datetime import UTC, datetime

from deliberate.database import unrecorded
from deliberate.days import Zone
from deliberate.queries.processes.home import get_month_figures
from tests import factories


def test_month_counts_the_deadline_of_its_last_day(app, clock):
    proposal = factories.create_proposal()
    with unrecorded("test settings") as session:
        proposal.qualified_at = datetime(2026, 3, 2, tzinfo=UTC)
        proposal.due_at = datetime(2026, 3, 31, 16, tzinfo=UTC)  # the end of 31 March there
        session.add(proposal)
    place = Zone("Asia/Makassar")
    assert get_month_figures(place).due == 1
    clock.move_to(datetime(2026, 3, 31, 16, tzinfo=UTC))
    assert get_month_figures(place).due == 0
