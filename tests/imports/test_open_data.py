"""Test imports of the open data of Barcelona, Madrid and the UK up to their published figures."""

import statistics
from datetime import UTC, datetime

import pytest
from flask_migrate import upgrade
from sqlalchemy import func, select

from deliberate import create_app, sealing
from deliberate.citivoice import Log, get_formulas, score
from deliberate.config import Settings
from deliberate.database import create_transient_tables, db
from deliberate.models import Comment, Interaction, Process, Proposal, Response
from deliberate.queries.processes.processes import get_process
from deliberate.queries.responses.institution_figures import list_institution_figures, total_figures
from deliberate.queries.scores.computed_scores import compute_scores
from tests.citivoice.data import test_open_data
from tests.citivoice.data.open_data import madrid, shared
from tests.imports.import_files import run_import

pytestmark = pytest.mark.data

BLANK = 13
"""Comments of Madrid without a text: all are kept, none counts."""
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


def import_dataset(dataset):
    name, folder = SOURCES[dataset]
    accounts = shared(f"data/{BARCELONA}/platform_accounts.csv") if dataset == "barcelona" else None
    return run_import(name, shared(f"data/{folder}"), dataset, accounts=accounts)


@pytest.fixture(scope="module")
def summaries(tmp_path_factory):
    """Import each dataset once into one installation and return the summaries."""
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
        summaries = {dataset: import_dataset(dataset) for dataset in SOURCES}
        sealing.seal_log(settings)
        yield summaries
        db.session.remove()
        db.engine.dispose()
    app.extensions["transient"].dispose()


@pytest.fixture(scope="module")
def scores(summaries):
    first = get_formulas("1.0")  # the published figures are those of the first formulas
    return {
        dataset: compute_scores(get_process(dataset), end, first) for dataset, end in ENDS.items()
    }


def comments_query(dataset):
    return (
        select(Comment)
        .join(Proposal, Proposal.id == Comment.proposal_id)
        .join(Process, Process.id == Proposal.process_id)
        .where(Process.slug == dataset)
    )


@pytest.mark.parametrize(
    ("dataset", "proposals", "comments", "orphans", "responses"),
    [
        ("barcelona", 6342, 9100, 0, 0),
        ("madrid", 39, 2138, 81, 0),
        ("uk", 2213, 0, 0, 67 + 1575),
    ],
)
def test_open_data_rows_are_all_imported(
    summaries, dataset, proposals, comments, orphans, responses
):
    summary = summaries[dataset]
    assert (summary.proposals, summary.comments) == (proposals, comments)
    assert (summary.orphans, summary.responses, summary.rejects) == (orphans, responses, [])


@pytest.mark.parametrize("dataset", SOURCES)
def test_open_data_import_repeated_adds_nothing(summaries, dataset):
    before = db.session.scalar(select(func.count(Interaction.id)))
    again = import_dataset(dataset)
    assert (again.acts, again.rejects) == (0, [])
    assert db.session.scalar(select(func.count(Interaction.id))) == before


def test_open_data_acts_are_one_log_row_each(summaries):
    kinds = dict(
        db.session.execute(select(Interaction.kind, func.count()).group_by(Interaction.kind)).all()
    )
    assert kinds == {
        "process.imported": 3,
        "proposal.submitted": 6342 + 39 + 2213,
        "comment.posted": 9100 + 2138 - BLANK,
        "blank_comment.imported": BLANK,
        "proposal.qualified": 67,
        "response.published": 67 + 1575,
    }


def test_open_data_log_verifies(summaries):
    assert sealing.verify_log() == []


def test_open_data_madrid_has_depth_nineteen_and_empty_texts(summaries):
    comments = comments_query("madrid").subquery()
    assert db.session.scalar(select(func.max(comments.c.depth))) == 19
    assert db.session.scalar(select(func.count()).where(comments.c.body == "")) == BLANK
    assert db.session.scalar(select(func.count()).where(comments.c.is_blank)) == BLANK
    assert db.session.scalar(select(func.count()).where(comments.c.is_orphan)) == 81


def test_open_data_counters_match_the_rows(summaries):
    counts_query = (
        select(Comment.proposal_id, func.count().label("n"))
        .where(~Comment.is_blank)
        .group_by(Comment.proposal_id)
    )
    counts = counts_query.subquery()
    wrong = (
        select(func.count())
        .select_from(Proposal)
        .outerjoin(counts, counts.c.proposal_id == Proposal.id)
        .where(Proposal.comment_count != func.coalesce(counts.c.n, 0))
    )
    assert db.session.scalar(wrong) == 0


def times_by_proposal(kind):
    process = get_process("uk")
    rows = select(Interaction.proposal_id, Interaction.occurred_at).where(
        Interaction.process_id == process.id, Interaction.kind == kind
    )
    return dict(db.session.execute(rows).all())


def test_open_data_uk_responses_take_21_days_at_the_median(summaries):
    qualified, published = (
        times_by_proposal("proposal.qualified"),
        times_by_proposal("response.published"),
    )
    days = [(published[p] - moment).total_seconds() / 86400 for p, moment in qualified.items()]
    assert len(days) == 67
    assert round(statistics.median(days), 2) == 20.95
    assert (round(min(days), 2), round(max(days), 2)) == (10.29, 58.38)
    assert [sum(d <= limit for d in days) for limit in (14, 21, 30)] == [5, 35, 59]


def test_open_data_uk_public_median_is_in_calendar_days(summaries):
    (total,) = total_figures(list_institution_figures(get_process("uk").id))
    assert total.is_imported and (total.cases, total.answered) == (67, 67)
    assert total.median is not None and round(total.median, 2) == 20.95
    assert total.refusal_codes["duplicate"] == 924 and sum(total.refusal_codes.values()) == 1575


def test_open_data_uk_responses_have_another_date_in_37_cases(summaries):
    responses = db.session.scalars(select(Response).where(Response.code == "")).all()
    assert len(responses) == 67
    assert sum(r.dated != r.published_at.date() for r in responses) == 37


def test_open_data_uk_refusals_have_their_codes(summaries):
    codes = select(Response.code, func.count()).where(Response.code != "").group_by(Response.code)
    assert dict(db.session.execute(codes).all()) == {
        "duplicate": 924,
        "irrelevant": 307,
        "no-action": 259,
        "fake-name": 3,
        "already-happening": 67,
        "honours": 15,
    }


def test_open_data_uk_score_counts_petitions_owed_a_response(summaries):
    finding = compute_scores(get_process("uk")).findings["RS1.1"]
    assert finding.value == pytest.approx(0.8806, abs=0.00005)
    assert (finding.numerator, finding.denominator) == (59, 67)


@pytest.mark.parametrize("column", [0, 1])
def test_open_data_descriptives_match_the_published_figures(scores, column):
    dataset, scope = test_open_data.WHERE[column]
    block = scores[dataset].descriptives[scope]
    for name, values in test_open_data.DESCRIPTIVES.items():
        assert block[name] == pytest.approx(values[column], abs=0.00005), name
    latency = test_open_data.LATENCIES[column]
    assert block["reply_latency_median_min"] == pytest.approx(latency, abs=0.005)
    assert list(block["depth_distribution"].values())[:6] == test_open_data.DEPTHS[column]
    assert block["h_index"] == test_open_data.H_INDEX[column]


@pytest.mark.parametrize(
    ("dataset", "name"), [place for place in test_open_data.PLACES if place[0] == "barcelona"]
)
def test_open_data_indicators_match_the_published_figures(scores, dataset, name):
    numerator, denominator, value, ci = test_open_data.INDICATORS[dataset][name]
    finding = scores[dataset].findings[name]
    assert numerator is None or finding.numerator == numerator
    assert finding.denominator == denominator
    assert finding.value == pytest.approx(value, abs=0.00005)
    assert ci is None or finding.ci == pytest.approx(ci, abs=0.02)


def test_open_data_madrid_is_scored_as_its_rows_without_blank_comments(scores):
    """The published figures count 13 comments without a text; the product leaves these out."""
    rows = Log.from_rows(madrid(with_blanks=False))
    expected = score(rows, test_open_data.MADRID, formulas=get_formulas("1.0"))
    assert scores["madrid"].descriptives["everyone"]["comments"] == 2138 - BLANK
    assert scores["madrid"].descriptives == expected.descriptives
    for _dataset, name in (p for p in test_open_data.PLACES if p[0] == "madrid"):
        assert scores["madrid"].findings[name].value == expected.findings[name].value, name
    for dimension, published in (("DQ", 0.7123), ("SP", 0.205)):
        total = scores["madrid"].totals[dimension].score
        assert total == expected.totals[dimension].score
        assert total == pytest.approx(published, abs=0.02)


def test_open_data_indicators_without_source_data_are_not_scored(scores):
    reasons = {name: scores["madrid"].findings[name].reason for name in ("DQ3.1", "RS1.1", "SP5.1")}
    assert set(reasons.values()) == {"source"}
    assert scores["barcelona"].findings["DQ6.1"].reason == "source"
    assert scores["barcelona"].to_dict()["excluded_accounts"] == [
        {"reason": "system", "accounts": 14, "comments": 4756}
    ]


@pytest.mark.parametrize(
    ("dataset", "dimension", "expected"),
    [
        ("barcelona", "DQ", 0.4055),
        ("barcelona", "SP", 0.339),
    ],
)
def test_open_data_dimensions_match_the_published_figures(scores, dataset, dimension, expected):
    assert scores[dataset].totals[dimension].score == pytest.approx(expected, abs=0.0005)
