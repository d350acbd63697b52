"""Figures of institutions and reports of the desk."""

from datetime import timedelta

import pytest

from deliberate.database import unrecorded
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.responses import responses as response_operations
from deliberate.queries.responses.desk_reports import (
    get_monthly_report,
    list_case_matrix,
    parse_month,
)
from deliberate.queries.responses.institution_figures import list_institution_figures, median_wait
from deliberate.vocabulary import ResponseDecision
from tests import factories


@pytest.mark.parametrize(
    ("answered_days", "open_days", "median"),
    [
        ([], [5.0], None),
        ([3.0], [], 3.0),
        ([1.0, 2.0, 3.0], [], 2.0),
        ([1.0, 2.0], [10.0, 10.0], 2.0),
        ([1.0], [10.0, 10.0], None),
        ([5.0], [1.0, 1.0, 1.0], 5.0),
    ],
)
def test_median_counts_open_cases_as_longer(answered_days, open_days, median):
    assert median_wait(answered_days, open_days) == median


def test_institution_figures_and_monthly_report_count_cases(app, clock):
    institution = factories.create_institution("sarpras")
    process, officer = (
        factories.create_process(institution, threshold=1, days=90),
        factories.create_staff(institution),
    )
    first, second, third = (factories.create_proposal(process) for _ in range(3))
    for proposal in (first, second, third):
        support_proposal(factories.create_resident(), proposal)
    clock.shift(timedelta(days=2))
    response_operations.publish_response(officer, first, ResponseDecision.ACCEPTED, "Ya", "Teks")
    clock.shift(timedelta(days=60))
    response_operations.publish_response(officer, second, ResponseDecision.ACCEPTED, "Ya", "Teks")
    clock.shift(timedelta(hours=1))
    (figures,) = list_institution_figures()
    assert (figures.cases, figures.answered, figures.answered_in_time, figures.overdue) == (
        3,
        2,
        1,
        1,
    )
    assert figures.due == 3
    assert figures.median is not None and figures.median > 20
    assert list_case_matrix()[0].overdue == 1
    march, may = (
        get_monthly_report(institution.id, parse_month(month)) for month in ("2026-03", "2026-05")
    )
    assert (march.new_cases, march.answered, march.answered_in_time, march.open_at_end) == (
        3,
        1,
        1,
        2,
    )
    assert (may.answered, may.answered_in_time, may.overdue_at_end) == (1, 0, 1)


def test_case_that_is_not_due_yet_is_no_base_of_answers_in_time(app, clock):
    process = factories.create_process(factories.create_institution("sarpras"), threshold=1)
    support_proposal(factories.create_resident(), factories.create_proposal(process))
    (figures,) = list_institution_figures()
    assert (figures.cases, figures.due) == (1, 0)
    clock.shift(timedelta(days=58))
    (figures,) = list_institution_figures()
    assert (figures.cases, figures.due, figures.answered_in_time) == (1, 1, 0)


def test_institution_figures_count_imported_cases_in_calendar_days(app, clock):
    institution = factories.create_institution("uk")
    process = factories.create_process(institution, threshold=1)
    proposal = factories.create_proposal(process)
    support_proposal(factories.create_resident(), proposal)
    clock.shift(timedelta(days=20, hours=12))
    response_operations.publish_response(
        factories.create_staff(institution), proposal, ResponseDecision.ACCEPTED, "Yes", "Text"
    )
    with unrecorded("test settings") as session:
        session.get_one(type(process), process.id).source = "uk-petitions"
    (figures,) = list_institution_figures()
    assert figures.is_imported and figures.median == 20.5


@pytest.mark.parametrize("written", ["", "2026-13", "kemarin"])
def test_month_that_is_invalid_is_the_current_one(app, clock, written):
    assert parse_month(written).isoformat() == "2026-03-01"
