"""Comparing: alphabetical, same formulas, nothing claimed that the figures do not bear."""

from datetime import timedelta

import pytest

from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import Process, Snapshot
from deliberate.operations.scores import keep_all_scores
from deliberate.queries import comparing as queries
from deliberate.vocabulary import PhaseKind, Switch
from tests import city
from tests.browser import visitor


@pytest.fixture
def two(app):
    """Two scored processes, the later one first by title; one has a phase that is over."""
    zebra, amber = city.a_process(), city.a_process()
    with unrecorded("test settings") as session:
        session.get_one(Process, zebra.id).title = "Zebra cross"
        session.get_one(Process, amber.id).title = "Ambang batas"
    city.phase(amber, PhaseKind.IDEAS, now() - timedelta(days=9), 4, *Switch)
    keep_all_scores()
    return zebra, amber


def compare(app, *keys):
    return visitor(app).get("/en/scores/compare", query_string=[("side", key) for key in keys])


def test_sides_stand_by_title_whatever_the_order_asked(app, two):
    zebra, amber = two
    assert [side.key for side in queries.sides("en")] == [
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
        session.add(an_old_snapshot(two[0]))
    assert [side.process.id for side in queries.sides("en")] == [two[1].id, two[1].id]
    assert "Scored under other formulas, so not comparable:" in compare(app).text


def an_old_snapshot(process):
    return Snapshot(
        process_id=process.id,
        computed_at=now(),
        formulas="0.9",
        log_size=0,
        log_root=None,
        inputs_hash="0" * 64,
        document="{}",
        drawn={},
    )


def test_four_at_most_are_compared(app, two):
    offered = queries.sides("en")
    assert len(queries.chosen([one.key for one in offered], offered * 2)) == queries.MOST_SIDES
