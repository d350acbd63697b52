"""The report of a study as page, DOCX and figures: every number equals the frozen JSON."""

import io
import itertools
import json
import re
from datetime import date, timedelta
from xml.etree import ElementTree

import docx
import pytest
from flask_babel import force_locale
from PIL import Image

from deliberate.citivoice.scoring.judged_scores import criterion_rating_score
from deliberate.clock import now
from deliberate.exports.studies import report_docx
from deliberate.exports.studies.figures import report_figures
from deliberate.operations.scores.assessment_publishing import freeze_assessment, publish_assessment
from deliberate.operations.scores.assessments import (
    PledgeInput,
    begin_assessment,
    join_assessment,
    record_pledge_outcomes,
    save_judgement,
    write_context_notes,
    write_pledges,
)
from deliberate.operations.scores.findings import FindingInput, write_finding
from deliberate.operations.scores.settling import adjudicate_difference
from deliberate.queries.scores.assessments import questions_of
from deliberate.queries.scores.percent import percent_or_none
from deliberate.queries.scores.studies.report import study_report
from deliberate.vocabulary import AssessmentStage, PhaseKind, PhaseSwitch, PledgeState
from tests import factories
from tests.client import anonymous_client
from tests.scores.studies.test_study_sources import NAME, QUOTE, respondent, use_source
from tests.scores.test_assessments import EVIDENCE, create_evaluator, rate_question


@pytest.fixture(autouse=True)
def _in_english(app):
    with force_locale("en"):
        yield


def judge(people, process, stage, values):
    """Return a saved assessment: each question with the value of the first and of the second."""
    first, second = people
    assessment = begin_assessment(first, process, stage)
    join_assessment(second, assessment)
    for person, position in ((first, 0), (second, 1)):
        for question, pair in values.items():
            rate_question(person, assessment, question, pair[position], "Alasan", EVIDENCE)
    return assessment


@pytest.fixture
def published(app, clock):
    """Publish a plan with a pledge and a judgement with conditions, findings and a difference."""
    people = [create_evaluator(), create_evaluator()]
    process = factories.create_process()
    factories.add_phase(process, PhaseKind.DISCUSSION, now() + timedelta(days=2), 30, *PhaseSwitch)
    plan = judge(people, process, AssessmentStage.EX_ANTE, {"DP3.1": "22", "DP3.2": "22"})
    pledge = PledgeInput("Rencana", "Terbitkan notulen", date(2027, 1, 5))
    for person in people:
        write_pledges(person, plan, {"DP3.1": pledge})
        save_judgement(person, plan)
    freeze_assessment(people[0], plan)
    clock.shift(timedelta(days=10))
    values = {"DP3.1": "21", "DP3.2": "11", "CC1.2": "22"}
    judgement = judge(people, process, AssessmentStage.EX_POST, values)
    source = respondent(people[0], process)
    for person in people:
        use_source(person, judgement, source)
        write_context_notes(person, judgement, {"EN4": ("0", "Tiga petugas")})
        record_pledge_outcomes(person, judgement, [(plan.pledges[0], PledgeState.KEPT, "Situs")])
        save_judgement(person, judgement)
    adjudicate_difference(create_evaluator(), judgement, "DP3.1", "2", "Bukti kedua lebih kuat")
    write_finding(people[0], judgement, "summary", FindingInput("Notulen terbit.", "Minutes."))
    recommendation = FindingInput("Tambah petugas", "", "Otorita", [source])
    write_finding(people[0], judgement, "recommendation-1", recommendation)
    freeze_assessment(people[0], judgement)
    clock.shift(timedelta(days=15))
    publish_assessment(people[0], judgement)
    return judgement


def frozen(app, judgement):
    path = f"/en/scores/{judgement.process.slug}/assessments/{judgement.id}.json"
    return anonymous_client(app).get(path).json


def report_file(app, judgement, edition="whole", language="en"):
    path = f"/{language}/scores/{judgement.process.slug}/report/{edition}.docx"
    answer = anonymous_client(app).get(path)
    assert answer.status_code == 200
    return docx.Document(io.BytesIO(answer.data))


def cells(document, number):
    """Return the rows of a table below its header, by the text of their first cell's first word."""
    rows = [[cell.text for cell in row.cells] for row in document.tables[number - 1].rows]
    return {row[0].split()[0]: row[1:] for row in rows[1:]}


def test_every_number_in_the_docx_equals_the_frozen_json(app, published):
    document, form = report_file(app, published), frozen(app, published)
    answers = cells(document, 4)
    assert {name: row[-1] for name, row in answers.items()} == form["settled"]
    for n, assessor in enumerate(form["assessors"]):
        assert {name: row[n] for name, row in answers.items()} == assessor["values"]
    for name, (_planned, judged, _logged) in cells(document, 1).items():
        values = [form["settled"][question.id] for question in questions_of(name)]
        score = percent_or_none(criterion_rating_score(values))
        assert judged == ("–" if score is None else str(score))
    assert {name: row[0] for name, row in cells(document, 3).items()} == {
        name: value for name, (value, *_notes) in form["context"].items()
    }


def test_planned_numbers_are_those_of_the_frozen_plan(app, published):
    report = study_report(published.process, date(2027, 1, 1))
    form = json.loads(report.plan.document)
    planned = {row.id: row.planned for row in report.criteria}
    for name, value in planned.items():
        values = [form["settled"][question.id] for question in questions_of(name)]
        assert value == percent_or_none(criterion_rating_score(values))
    assert planned["DP3"] == 100


def test_docx_has_all_tables_and_figures_with_number_source_and_alternative_text(app, published):
    document = report_file(app, published)
    texts = [part.text for part in document.paragraphs]
    assert len(document.tables) == 5 and len(document.inline_shapes) == 3
    for n in range(1, 4):
        assert sum(text.startswith(f"Figure {n}. ") and "Source:" in text for text in texts) == 1
    for n in range(1, 6):
        assert sum(text.startswith(f"Table {n}. ") for text in texts) == 1
    described = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    assert "DP3" in described[0] and all(described)
    assert any(text == "Heading 1" for text in (part.style.name for part in document.paragraphs))


def test_docx_names_what_is_of_the_authors_and_how_to_cite(app, published):
    text = "\n".join(part.text for part in report_file(app, published).paragraphs)
    assert "Simonofski, A." in text and "this project’s own" in text
    assert published.sha256 in text and f"/en/scores/{published.process.slug}/report" in text


def test_brief_docx_has_recommendations_and_pledges_without_the_annex(app, published):
    document = report_file(app, published, "brief", "id")
    text = "\n".join(part.text for part in document.paragraphs)
    assert "Tambah petugas" in text and "Otorita" in text and len(document.tables) == 2
    assert "Terbitkan notulen" in [cell.text for cell in document.tables[1].rows[1].cells]


def test_no_file_of_the_report_has_a_name_or_a_private_part(app, published):
    document = report_file(app, published)
    text = "\n".join(part.text for part in document.paragraphs)
    text += "\n".join(
        cell.text for table in document.tables for row in table.rows for cell in row.cells
    )
    assert QUOTE in text
    for private in (NAME, "Dinas Tertutup", "ketua RT", "R1 ", "17 Feb 2026"):
        assert private not in text


@pytest.mark.parametrize("figure", ["criteria", "answers", "conditions"])
def test_figure_is_svg_and_png_with_the_same_numbers(app, published, figure):
    path = f"/id/scores/{published.process.slug}/report/figures/{figure}"
    browser = anonymous_client(app)
    drawn = ElementTree.fromstring(browser.get(f"{path}.svg").data)
    texts = [part.text for part in drawn.iter("{http://www.w3.org/2000/svg}text")]
    with force_locale("id"):
        report = study_report(published.process, date(2027, 1, 1))
        row = next(one for one in report_figures(report, "id") if one.id == figure)
    pairs = list(itertools.pairwise(texts))
    assert all((strip.name, strip.numbers) in pairs for strip in row.strips)
    image = Image.open(io.BytesIO(browser.get(f"{path}.png").data))
    assert image.size == (row.draw().width * 2, row.draw().height * 2)


def test_figures_without_described_conditions_are_two(app, clock):
    people = [create_evaluator(), create_evaluator()]
    process = factories.create_process()
    judgement = judge(people, process, AssessmentStage.EX_POST, {"DP3.1": "22"})
    for person in people:
        save_judgement(person, judgement)
    freeze_assessment(people[0], judgement)
    clock.shift(timedelta(days=15))
    publish_assessment(people[0], judgement)
    report = study_report(process, date(2027, 1, 1))
    assert [row.id for row in report_figures(report, "en")] == ["criteria", "answers"]
    assert len(report_file(app, judgement).tables) == 3
    path = f"/en/scores/{process.slug}/report/figures/conditions.svg"
    assert anonymous_client(app).get(path).status_code == 404


def test_residents_read_the_report_on_one_page(app, published):
    path = f"/en/scores/{published.process.slug}/report"
    browser = anonymous_client(app)
    assert f"{path}/residents" in browser.get(path).text
    html = browser.get(f"{path}/residents").text
    for text in ("Minutes.", "Terbitkan notulen", "Tambah petugas", "Otorita"):
        assert text in html
    assert re.search(r"Correlation with projects:\s+planned 100,\s+judged <b>75</b>", html)


def test_page_shows_each_figure_with_caption_source_and_words(app, published):
    html = anonymous_client(app).get(f"/en/scores/{published.process.slug}/report").text
    for name in ("criteria", "answers", "conditions"):
        for kind in ("svg", "png"):
            assert f"/report/figures/{name}.{kind}" in html
    assert "Figure 3. The conditions" in html and "EN4 Staff: 0" in html
    assert "0: hinders" in html and html.count("Source: ") == 3


def test_page_says_how_to_install_what_docx_needs(app, published, monkeypatch):
    monkeypatch.setattr(report_docx, "find_spec", lambda _name: None)
    path = f"/en/scores/{published.process.slug}/report"
    browser = anonymous_client(app)
    html = browser.get(path).text
    assert "requirements-texts.lock" in html and "whole.docx" not in html
    assert browser.get(f"{path}/whole.docx").status_code == 404


def test_report_is_in_no_form_before_publication(app):
    process = factories.create_process()
    path = f"/en/scores/{process.slug}/report"
    for end in ("/residents", "/whole.docx", "/figures/criteria.svg", "/figures/criteria.png"):
        assert anonymous_client(app).get(path + end).status_code == 404
    assert study_report(process, now().date()) is None
