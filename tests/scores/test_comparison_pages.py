"""The comparison page: order, choices and claims."""

from datetime import timedelta

import pytest

from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import ComparedScore, Phase, Process
from deliberate.operations.scores.stored_scores import store_all_scores
from deliberate.queries.scores.comparison import MAX_SIDES, comparison_choices, select_sides
from deliberate.vocabulary import PhaseKind, PhaseSwitch
from tests import factories
from tests.client import anonymous_client

DAY = timedelta(days=1)


@pytest.fixture
def two_processes(app):
    """Return two scored processes, the second first by title and with a phase that is over."""
    zebra, amber = factories.create_process(), factories.create_process()
    with unrecorded("test settings") as session:
        session.get_one(Process, zebra.id).title = "Zebra cross"
        session.get_one(Process, amber.id).title = "Ambang batas"
    factories.add_phase(amber, PhaseKind.IDEAS, now() - timedelta(days=9), 4, *PhaseSwitch)
    store_all_scores()
    return zebra, amber


def compare(app, *keys):
    return anonymous_client(app).get(
        "/en/scores/compare", query_string=[("side", key) for key in keys]
    )


def test_comparison_orders_sides_by_title(app, two_processes):
    zebra, amber = two_processes
    assert [side.key for side in comparison_choices("en").sides] == [
        amber.slug,
        f"{amber.slug}@ideas",
        zebra.slug,
    ]
    page = compare(app, zebra.slug, amber.slug).text
    assert "Ambang batas – Zebra cross" in page and "Zebra cross – Ambang batas" not in page


def test_comparison_without_enough_data_makes_no_claim(app, two_processes):
    page = compare(app, *(process.slug for process in two_processes)).text
    assert page.count("No difference can be claimed") == 2


def test_comparison_of_two_periods_of_one_process(app, two_processes):
    _zebra, amber = two_processes
    page = compare(app, amber.slug, f"{amber.slug}@ideas").text
    assert "Ambang batas – Ambang batas, up to the end of Ideas" in page


def test_comparison_of_fewer_than_two_known_sides_shows_the_form(app, two_processes):
    for keys in ([], [two_processes[0].slug], ["nobody", "nowhere@ideas"]):
        page = compare(app, *keys)
        assert page.status_code == 200 and "What can be claimed" not in page.text


def test_comparison_excludes_scores_of_other_formulas(app, two_processes):
    with unrecorded("test settings") as session:
        score = (
            session.query(ComparedScore).filter_by(process_id=two_processes[0].id, phase="").one()
        )
        score.formulas = "0.9"
    assert [side.process.id for side in comparison_choices("en").sides] == [
        two_processes[1].id,
        two_processes[1].id,
    ]
    assert "Scored under other formulas, so not comparable:" in compare(app).text


def test_comparison_lists_unscored_processes_without_scoring_them(app, two_processes):
    unscored = factories.create_process()
    page = compare(app, unscored.slug, two_processes[0].slug).text
    assert "Not scored yet, so not offered" in page and "What can be claimed" not in page
    assert unscored.id in [process.id for process in comparison_choices("en").unscored]


def test_ended_phase_is_rescored_only_when_its_end_moves(app, two_processes):
    with unrecorded("test settings") as session:
        ideas_score(session, two_processes[1]).document = "as it was"
    store_all_scores()
    with unrecorded("test settings") as session:
        assert ideas_score(session, two_processes[1]).document == "as it was"
        session.query(Phase).filter_by(
            process_id=two_processes[1].id, kind="ideas"
        ).one().closes_at -= DAY
    store_all_scores()
    with unrecorded("test settings") as session:
        assert ideas_score(session, two_processes[1]).document != "as it was"


def ideas_score(session, process):
    return session.query(ComparedScore).filter_by(process_id=process.id, phase="ideas").one()


def test_comparison_takes_at_most_four_sides(app, two_processes):
    sides = comparison_choices("en").sides
    assert len(select_sides([side.key for side in sides], sides * 2)) == MAX_SIDES
