"""How institutions answer, in numbers with their n."""

from datetime import timedelta

import pytest

from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.responses import responses as response_operations
from deliberate.queries.responses.desk_reports import matrix, month_named, month_of
from deliberate.queries.responses.institution_figures import figures_of, median_wait
from deliberate.vocabulary import ResponseDecision
from tests import factories


@pytest.mark.parametrize(
    ("answered", "waiting", "median"),
    [
        ([], [5.0], None),
        ([3.0], [], 3.0),
        ([1.0, 2.0, 3.0], [], 2.0),
        ([1.0, 2.0], [10.0, 10.0], 2.0),
        ([1.0], [10.0, 10.0], None),
        ([5.0], [1.0, 1.0, 1.0], 5.0),
    ],
)
def test_the_median_counts_those_who_wait_as_longer(answered, waiting, median):
    assert median_wait(answered, waiting) == median


def test_figures_of_an_institution(app, clock):
    office = factories.an_institution("sarpras")
    process, officer = factories.a_process(office, threshold=1, days=90), factories.staff(office)
    one, two, three = (factories.a_proposal(process) for _ in range(3))
    for proposal in (one, two, three):
        proposal_operations.support_proposal(factories.resident(), proposal)
    clock.shift(timedelta(days=2))
    response_operations.publish_response(officer, one, ResponseDecision.ACCEPTED, "Ya", "Teks")
    clock.shift(timedelta(days=60))
    response_operations.publish_response(officer, two, ResponseDecision.ACCEPTED, "Ya", "Teks")
    clock.shift(timedelta(hours=1))
    (figures,) = figures_of()
    assert (figures.asked, figures.answered, figures.in_time, figures.overdue) == (3, 2, 1, 1)
    assert figures.median is not None and figures.median > 20
    assert matrix()[0].overdue == 1
    march, may = (month_of(office.id, month_named(m)) for m in ("2026-03", "2026-05"))
    assert (march.asked, march.answered, march.in_time, march.open_at_end) == (3, 1, 1, 2)
    assert (may.answered, may.in_time, may.overdue_at_end) == (1, 0, 1)


def test_what_was_imported_is_counted_in_calendar_days(app, clock):
    office = factories.an_institution("uk")
    process = factories.a_process(office, threshold=1)
    proposal = factories.a_proposal(process)
    proposal_operations.support_proposal(factories.resident(), proposal)
    clock.shift(timedelta(days=20, hours=12))
    response_operations.publish_response(
        factories.staff(office), proposal, ResponseDecision.ACCEPTED, "Yes", "Text"
    )
    from deliberate.database import unrecorded

    with unrecorded("test settings") as session:
        session.get_one(type(process), process.id).source = "uk-petitions"
    (figures,) = figures_of()
    assert figures.is_imported and figures.median == 20.5


@pytest.mark.parametrize("written", ["", "2026-13", "kemarin"])
def test_a_month_nobody_can_read_is_this_one(app, clock, written):
    assert month_named(written).isoformat() == "2026-03-01"
