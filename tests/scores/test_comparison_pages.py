"""Comparing: alphabetical, same formulas, nothing claimed that the figures do not bear."""

from datetime import timedelta

import pytest

from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import ComparedScore, Phase, Process
from deliberate.operations.scores.stored_scores import keep_all_scores
from deliberate.queries.scores import comparison as comparison_queries
from deliberate.vocabulary import PhaseKind, Switch
from tests import factories
from tests.client import visitor

DAY = timedelta(days=1)


@pytest.fixture
def two(app):
    """Two scored processes, the later one first by title; one has a phase that is over."""
    zebra, amber = factories.a_process(), factories.a_process()
    with unrecorded("test settings") as session:
        session.get_one(Process, zebra.id).title = "Zebra cross"
        session.get_one(Process, amber.id).title = "Ambang batas"
    factories.phase(amber, PhaseKind.IDEAS, now() - timedelta(days=9), 4, *Switch)
    keep_all_scores()
    return zebra, amber


def compare(app, *keys):
    return visitor(app).get("/en/scores/compare", query_string=[("side", key) for key in keys])


def test_sides_stand_by_title_whatever_the_order_asked(app, two):
    zebra, amber = two
    assert [side.key for side in comparison_queries.offer("en").sides] == [
        amber.slug,
        f"{amber.slug}@ideas",
        zebra.slug,
    ]
    page = compare(app, zebra.slug, amber.slug).text
    assert "Ambang batas – Zebra cross" in page and "Zebra cross – Ambang batas" not in page


def test_too_little_data_claims_nothing(app, two):
    page = compare(app, *(one.slug for one in two)).text
    assert page.count("No difference can be claimed") == 2


def test_two_moments_of_one_process_can_be_compared(app, two):
    _zebra, amber = two
    page = compare(app, amber.slug, f"{amber.slug}@ideas").text
    assert "Ambang batas – Ambang batas, up to the end of Ideas" in page


def test_one_side_alone_or_strange_ones_show_the_form(app, two):
    for keys in ([], [two[0].slug], ["nobody", "nowhere@ideas"]):
        page = compare(app, *keys)
        assert page.status_code == 200 and "What can be claimed" not in page.text


def test_other_formulas_are_named_and_not_offered(app, two):
    with unrecorded("test settings") as session:
        whole = session.query(ComparedScore).filter_by(process_id=two[0].id, phase="").one()
        whole.formulas = "0.9"
    assert [side.process.id for side in comparison_queries.offer("en").sides] == [
        two[1].id,
        two[1].id,
    ]
    assert "Scored under other formulas, so not comparable:" in compare(app).text


def test_what_is_not_scored_yet_is_named_and_not_scored_when_asked(app, two):
    late = factories.a_process()
    page = compare(app, late.slug, two[0].slug).text
    assert "Not scored yet, so not offered" in page and "What can be claimed" not in page
    assert late.id in [process.id for process in comparison_queries.offer("en").unscored]


def test_a_phase_is_counted_again_only_when_its_end_moves(app, two):
    with unrecorded("test settings") as session:
        ideas_of(session, two[1]).document = "as it was"
    keep_all_scores()
    with unrecorded("test settings") as session:
        assert ideas_of(session, two[1]).document == "as it was"
        session.query(Phase).filter_by(process_id=two[1].id, kind="ideas").one().closes_at -= DAY
    keep_all_scores()
    with unrecorded("test settings") as session:
        assert ideas_of(session, two[1]).document != "as it was"


def ideas_of(session, process):
    return session.query(ComparedScore).filter_by(process_id=process.id, phase="ideas").one()


def test_four_at_most_are_compared(app, two):
    offered = comparison_queries.offer("en").sides
    assert (
        len(comparison_queries.chosen([one.key for one in offered], offered * 2))
        == comparison_queries.MOST_SIDES
    )
