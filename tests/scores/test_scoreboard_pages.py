"""Scoreboard pages from stored scores."""

import json
import re
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from deliberate import citivoice
from deliberate.citivoice import load_formulas
from deliberate.citivoice.framework import catalogue
from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import ComparedScore, ScoreSnapshot
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.scores.stored_scores import store_all_scores
from deliberate.queries.scores.computed_scores import chart_data
from tests import factories
from tests.citivoice.data.data_files import spoil
from tests.citivoice.log_rows import END, comment, log_of, sample_rows
from tests.client import anonymous_client


def create_log_rows(dominant_comments=0):
    rows = [
        row | {"proposal_id": row["proposal_id"][1:], "subject_id": row["subject_id"]}
        for row in sample_rows()
    ]
    return rows + [
        comment(f"l{k}", "loud", 500 + k, proposal_id="1") for k in range(dominant_comments)
    ]


def store_snapshot(process, computed_at, dominant_comments=0, formulas=None, change=str):
    """Store scores of the sample log for a process."""
    context = citivoice.Process(process.slug, as_of=END, log_size=10**6)
    scores = citivoice.score(
        log_of(create_log_rows(dominant_comments)), context, formulas=formulas, pictures=True
    )
    with unrecorded("scores are a job's result") as session:
        session.add(
            ScoreSnapshot(
                process_id=process.id,
                computed_at=computed_at,
                formulas=scores.formulas.version,
                log_size=1,
                inputs_hash=scores.inputs_hash(),
                document=change(scores.to_json()),
                chart_data=chart_data(scores),
            )
        )


@pytest.fixture
def process(app):
    return factories.create_process(factories.create_institution())


@pytest.fixture
def read_page(app, process):
    def text(path=""):
        response = anonymous_client(app).get(f"/en/scores/{process.slug}{path}")
        assert response.status_code == 200
        return " ".join(response.text.split())

    return text


NOW = datetime(2026, 7, 6, 3, tzinfo=UTC)


def test_scoreboard_draws_the_reply_network_without_names(process, read_page):
    store_snapshot(process, NOW)
    page = read_page()
    assert "Reply network of residents" in page and "Comments by level" in page
    assert "u11" not in page and page.count("<svg") >= 4


def test_scoreboard_prints_share_of_verified_residents_and_whose_framework_it_is(
    process, read_page
):
    store_snapshot(process, NOW)
    page = read_page()
    assert "Verified residents wrote 0% of the counted comments." in page
    assert "Simonofski, Serral Asensio, De Smedt, Snoeck" in page
    assert "Source: Gini 1912" in page and "Source: this project’s own" in page


def test_scoreboard_charts_have_title_description_and_table(process, read_page):
    store_snapshot(process, NOW - timedelta(days=8))
    store_snapshot(process, NOW)
    page = read_page()
    charts = len(re.findall('<svg class="(?:chart|plot)"', page))
    assert charts == page.count("</desc>") == page.count("The same numbers as a table") > 4


def test_scoreboard_begins_with_sentence_dials_and_pictures(process, read_page):
    store_snapshot(process, NOW, formulas=load_formulas().relaxed())
    page = read_page()
    order = ["<h1>", 'class="dial"', 'viewBox="0 0 400 300"', 'class="hundred"', "Strong", "Weak"]
    places = [page.index(part) for part in [*order, "Every measure, weakest first"]]
    assert places == sorted(places)
    assert page.count('class="dial"') == 2


def test_scoreboard_of_few_people_says_what_is_missing(process, read_page):
    store_snapshot(process, NOW)
    page = read_page()
    assert 'class="dial"' not in page and "Too little to say yet" in page
    assert "of the 50 newcomers needed" in page


def test_measures_are_in_five_folded_groups_weakest_first(process, read_page):
    store_snapshot(process, NOW, formulas=load_formulas().relaxed())
    page = read_page()
    groups = re.split('<details class="measure-group">', page)[1:]
    assert len(groups) == 5 and "Stands beside" in groups[-1]
    weakest = [
        min(map(int, scores)) for g in groups[:-1] if (scores := re.findall(r"score (\d+)", g))
    ]
    assert weakest == sorted(weakest)
    for group in groups:
        scores = [int(score) for score in re.findall(r"score (\d+)", group)]
        assert scores == sorted(scores)
        assert group.count("How this number came about") == group.count('class="measure-name"')


def test_page_of_all_numbers_has_every_indicator_unfolded(process, read_page):
    store_snapshot(process, NOW, formulas=load_formulas().relaxed())
    page = read_page("/all")
    for indicator in load_formulas().indicators:
        assert f">{indicator} " in page
    assert "whole_span" not in page and "in which no phase was open" in page
    assert 'class="measure-group"' not in page


def test_list_of_scoreboards_shows_scored_and_unscored_processes(app, process):
    client = anonymous_client(app)
    page = client.get("/en/scores").text
    assert "No process has been scored yet" in page and "Not scored yet" in page
    store_snapshot(process, NOW, formulas=load_formulas().relaxed())
    page = client.get("/en/scores").text
    assert page.count('class="dial"') == 2 and 'class="spark"' in page
    assert "Not scored yet" not in page


def test_score_history_needs_a_second_week(process, read_page):
    store_snapshot(process, NOW)
    assert "the line begins with the second" in read_page()
    store_snapshot(process, NOW + timedelta(days=7), formulas=load_formulas().relaxed())
    assert "The two scores of each week" in read_page()


def test_scoreboard_shows_phases_separately(process, read_page):
    factories.add_phase(process, "discussion", NOW - timedelta(days=60), 90)
    store_snapshot(process, NOW)
    assert "By phase" in read_page()


def test_scoreboard_warns_of_a_dominant_account(process, read_page):
    store_snapshot(process, NOW)
    assert "One account wrote" not in read_page()
    store_snapshot(process, NOW + timedelta(hours=1), dominant_comments=40)
    assert "One account wrote 25% of the comments" in read_page()


def test_indicator_page_explains_goalposts_and_kinds_read(process, read_page):
    store_snapshot(process, NOW)
    page = read_page("/DQ1.1")
    assert "Why these goalposts were chosen" in page and "<code>comment.posted</code>" in page


def test_scoreboard_uses_names_and_goalposts_of_the_definition_files(
    process, read_page, tmp_path, monkeypatch
):
    files = shutil.copytree(catalogue.data_folder(), tmp_path / "files")
    spoil(files, "indicators.toml", 'en = "Equality of voice in threads"', 'en = "One voice each"')
    spoil(files, "indicators.toml", "[0.2, 0.6,", "[0.1, 0.7,")
    monkeypatch.setattr(catalogue, "data_folder", lambda: files)
    store_snapshot(process, NOW, formulas=load_formulas().relaxed())
    page = read_page()
    assert "One voice each" in page
    assert "0.1 … 0.7" in read_page("/DQ4.1")


def test_scoreboard_shows_older_scores_without_a_newer_indicator(process, read_page):
    store_snapshot(process, NOW, change=lambda document: document.replace('"DQ6.1"', '"DQ9.9"'))
    assert "Civility" in read_page()


def test_dimension_page_shows_its_parts(process, read_page):
    store_snapshot(process, NOW, formulas=load_formulas().relaxed())
    assert f"/scores/{process.slug}/DQ" in read_page()
    page = read_page("/DQ")
    assert "geometric mean" in page and "without the five most active people" in page
    assert "DQ1.1 Comments answered by another" in page


def test_context_figure_page_explains_the_figure(process, read_page):
    store_snapshot(process, NOW)
    meetings = read_page("/meetings")
    assert "no meeting is recorded: not enough data" in meetings
    assert "divided by all recorded meetings" in meetings and "meetings_minuted" not in meetings
    assert f'href="/en/processes/{process.slug}/meetings"' in meetings
    page = read_page("/releases")
    assert "0 open releases of the data" in page and "no right number of releases" in page


def test_context_figure_page_of_older_scores_has_no_data(process, read_page):
    store_snapshot(process, NOW, change=lambda document: document.replace('"beside"', '"before"'))
    assert "no meeting is recorded" in read_page("/meetings")


def test_scoreboard_shows_institution_figures(process, read_page):
    store_snapshot(process, NOW)
    proposal = factories.create_proposal(process)
    for person in (factories.create_resident() for _ in range(3)):
        support_proposal(person, proposal)
    assert "How institutions respond" in read_page()


def test_indicator_page_is_translated_with_its_numbers(app, process):
    store_snapshot(process, NOW)
    page = " ".join(anonymous_client(app).get(f"/id/scores/{process.slug}/DQ4.1").text.split())
    assert "utas dengan &gt;= 5 komentar" in page and "utas ≥ 10" in page
    assert "terhitung" in page and "0,2 … 0,6" in page


def test_ended_phase_shows_scores_up_to_its_end(app, process, read_page):
    factories.add_phase(process, "ideas", now() - timedelta(days=9), 4)
    store_all_scores()
    with unrecorded("test settings") as session:
        score = session.query(ComparedScore).filter_by(phase="ideas").one()
        document = json.loads(score.document)
        document["dimensions"]["SP"] |= {"score": 0.4321, "ci": [0.31, 0.57]}
        score.document = json.dumps(document)
    assert "43 (31–57)" in read_page()
