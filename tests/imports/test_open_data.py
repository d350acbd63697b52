"""The open data of Barcelona, Madrid and the UK: from file to log to the figures known for them."""

import statistics
from datetime import UTC, datetime

import pytest
from flask_migrate import upgrade
from sqlalchemy import func, select

from deliberate import create_app, sealing
from deliberate.config import Settings
from deliberate.database import create_transient_tables, db
from deliberate.models import Comment, Interaction, Process, Proposal, Response
from deliberate.queries.processes.processes import get_process
from deliberate.queries.responses.institution_figures import list_institution_figures, total_figures
from deliberate.queries.scores.process_scores import compute_scores
from tests.citivoice import test_open_data
from tests.citivoice.open_data import shared
from tests.imports.import_files import run_import

pytestmark = pytest.mark.data

BARCELONA = "decidim_barcelona_pam2016"
SOURCES = {
    "barcelona": ("decidim", BARCELONA),
    "madrid": ("consul", "decide_madrid_2019"),
    "uk": ("uk-petitions", "uk_petitions_2020_2022"),
}
ENDS = {
    "barcelona": datetime(2016, 9, 30, 22, tzinfo=UTC),
    "madrid": datetime(2019, 9, 30, 22, tzinfo=UTC),
}


def bring(place):
    name, folder = SOURCES[place]
    accounts = shared(f"data/{BARCELONA}/platform_accounts.csv") if place == "barcelona" else None
    return run_import(name, shared(f"data/{folder}"), place, accounts=accounts)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """An installation with the three imports in it, each done once, and what they said."""
    shared("data")
    settings = Settings(
        mode="test",
        data_dir=str(tmp_path_factory.mktemp("open")),
        secret_key="test" * 10,
        signing_key="1" * 64,
    )
    app = create_app(settings)
    with app.app_context():
        upgrade()
        create_transient_tables(app)
        summaries = {place: bring(place) for place in SOURCES}
        sealing.seal_log(settings)
        yield summaries
        db.session.remove()
        db.engine.dispose()
    app.extensions["transient"].dispose()


@pytest.fixture(scope="module")
def scored(house):
    return {place: compute_scores(get_process(place), end) for place, end in ENDS.items()}


def comments_of(place):
    return (
        select(Comment)
        .join(Proposal, Proposal.id == Comment.proposal_id)
        .join(Process, Process.id == Proposal.process_id)
        .where(Process.slug == place)
    )


@pytest.mark.parametrize(
    ("place", "proposals", "comments", "orphans", "responses"),
    [
        ("barcelona", 6342, 9100, 0, 0),
        ("madrid", 39, 2138, 81, 0),
        ("uk", 2213, 0, 0, 67 + 1575),
    ],
)
def test_open_data_rows_are_all_imported(house, place, proposals, comments, orphans, responses):
    said = house[place]
    assert (said.proposals, said.comments) == (proposals, comments)
    assert (said.orphans, said.responses, said.rejects) == (orphans, responses, [])
    process = get_process(place)
    assert (process.proposal_count, process.comment_count) == (proposals, comments)


@pytest.mark.parametrize("place", SOURCES)
def test_open_data_import_repeated_adds_nothing(house, place):
    before = db.session.scalar(select(func.count(Interaction.id)))
    again = bring(place)
    assert (again.acts, again.rejects) == (0, [])
    assert db.session.scalar(select(func.count(Interaction.id))) == before


def test_open_data_acts_are_one_log_row_each(house):
    kinds = dict(
        db.session.execute(select(Interaction.kind, func.count()).group_by(Interaction.kind)).all()
    )
    assert kinds == {
        "process.imported": 3,
        "proposal.submitted": 6342 + 39 + 2213,
        "comment.posted": 9100 + 2138,
        "proposal.qualified": 67,
        "response.published": 67 + 1575,
    }


def test_open_data_log_verifies(house):
    assert sealing.verify_log() == []


def test_open_data_madrid_has_depth_nineteen_and_empty_texts(house):
    found = comments_of("madrid").subquery()
    assert db.session.scalar(select(func.max(found.c.depth))) == 19
    assert db.session.scalar(select(func.count()).where(found.c.body == "")) == 13
    assert db.session.scalar(select(func.count()).where(found.c.is_orphan)) == 81


def test_open_data_counters_match_the_rows(house):
    counted = select(Comment.proposal_id, func.count().label("n")).group_by(Comment.proposal_id)
    there = counted.subquery()
    wrong = (
        select(func.count())
        .select_from(Proposal)
        .outerjoin(there, there.c.proposal_id == Proposal.id)
        .where(Proposal.comment_count != func.coalesce(there.c.n, 0))
    )
    assert db.session.scalar(wrong) == 0


def moments(kind):
    process = get_process("uk")
    rows = select(Interaction.proposal_id, Interaction.occurred_at).where(
        Interaction.process_id == process.id, Interaction.kind == kind
    )
    return dict(db.session.execute(rows).all())


def test_open_data_uk_responses_take_21_days_at_the_median(house):
    qualified, published = moments("proposal.qualified"), moments("response.published")
    days = [(published[p] - moment).total_seconds() / 86400 for p, moment in qualified.items()]
    assert len(days) == 67
    assert round(statistics.median(days), 2) == 20.95
    assert (round(min(days), 2), round(max(days), 2)) == (10.29, 58.38)
    assert [sum(d <= limit for d in days) for limit in (14, 21, 30)] == [5, 35, 59]


def test_open_data_uk_public_median_is_in_calendar_days(house):
    (whole,) = total_figures(list_institution_figures(get_process("uk").id))
    assert whole.is_imported and (whole.cases, whole.answered) == (67, 67)
    assert whole.median is not None and round(whole.median, 2) == 20.95
    assert whole.refusal_codes["duplicate"] == 924 and sum(whole.refusal_codes.values()) == 1575


def test_open_data_uk_responses_have_another_date_in_37_cases(house):
    responses = db.session.scalars(select(Response).where(Response.code == "")).all()
    assert len(responses) == 67
    assert sum(r.dated != r.published_at.date() for r in responses) == 37


def test_open_data_uk_refusals_have_their_codes(house):
    codes = select(Response.code, func.count()).where(Response.code != "").group_by(Response.code)
    assert dict(db.session.execute(codes).all()) == {
        "duplicate": 924,
        "irrelevant": 307,
        "no-action": 259,
        "fake-name": 3,
        "already-happening": 67,
        "honours": 15,
    }


def test_open_data_uk_score_counts_petitions_owed_a_response(house):
    found = compute_scores(get_process("uk")).findings["RS1.1"]
    assert found.value == pytest.approx(0.8806, abs=0.00005)
    assert (found.numerator, found.denominator) == (59, 67)


@pytest.mark.parametrize("column", [0, 1, 2])
def test_open_data_descriptives_match_the_published_figures(scored, column):
    place, scope = test_open_data.WHERE[column]
    block = scored[place].descriptives[scope]
    for name, values in test_open_data.DESCRIPTIVES.items():
        assert block[name] == pytest.approx(values[column], abs=0.00005), name
    latency = test_open_data.LATENCIES[column]
    assert block["reply_latency_median_min"] == pytest.approx(latency, abs=0.005)
    assert list(block["depth_distribution"].values())[:6] == test_open_data.DEPTHS[column]
    assert block["h_index"] == test_open_data.H_INDEX[column]


@pytest.mark.parametrize(("place", "name"), test_open_data.PLACES)
def test_open_data_indicators_match_the_published_figures(scored, place, name):
    numerator, denominator, value, ci = test_open_data.INDICATORS[place][name]
    finding = scored[place].findings[name]
    assert numerator is None or finding.numerator == numerator
    assert finding.denominator == denominator
    assert finding.value == pytest.approx(value, abs=0.00005)
    assert ci is None or finding.ci == pytest.approx(ci, abs=0.02)


def test_open_data_indicators_without_source_data_are_not_scored(scored):
    reasons = {name: scored["madrid"].findings[name].reason for name in ("DQ3.1", "RS1.1", "SP5.1")}
    assert set(reasons.values()) == {"source"}
    assert scored["barcelona"].findings["DQ6.1"].reason == "source"
    assert scored["barcelona"].to_dict()["excluded_accounts"] == [
        {"reason": "system", "accounts": 14, "comments": 4756}
    ]


@pytest.mark.parametrize(
    ("place", "dimension", "expected"),
    [
        ("barcelona", "DQ", 0.4055),
        ("madrid", "DQ", 0.7123),
        ("barcelona", "SP", 0.339),
        ("madrid", "SP", 0.205),
    ],
)
def test_open_data_dimensions_match_the_published_figures(scored, place, dimension, expected):
    assert scored[place].totals[dimension].score == pytest.approx(expected, abs=0.0005)
