"""Judged cases side by side, in alphabetical order, and the search for practices."""

from datetime import timedelta

import pytest
from flask_babel import force_locale

from deliberate.database import unrecorded
from deliberate.models import Process
from deliberate.operations.scores.assessment_publishing import freeze_assessment, publish_assessment
from deliberate.operations.scores.assessments import (
    begin_assessment,
    join_assessment,
    save_judgement,
    write_context_notes,
    write_practices,
)
from deliberate.queries.scores.studies.cases import find_practices, list_cases, select_cases
from deliberate.vocabulary import AssessmentStage
from tests import factories
from tests.client import anonymous_client
from tests.scores.test_assessments import EVIDENCE, create_evaluator, rate_question

PRACTICE = "Undangan lewat RT dan poster di pasar."


@pytest.fixture(autouse=True)
def _in_english(app):
    with force_locale("en"):
        yield


def judged_process(title, value):
    """Return a process whose frozen judgement gives one question a value, with a practice."""
    process = factories.create_process()
    with unrecorded("test settings") as session:
        session.get_one(Process, process.id).title = title
    people = [create_evaluator(), create_evaluator()]
    judgement = begin_assessment(people[0], process, AssessmentStage.EX_POST)
    join_assessment(people[1], judgement)
    for person in people:
        rate_question(person, judgement, "DP3.1", value, "Alasan", EVIDENCE)
        write_context_notes(person, judgement, {"EN2": (value, "Notulen")})
        save_judgement(person, judgement)
    write_practices(people[0], judgement, {"DP3": PRACTICE if value == "2" else "Notulen."})
    freeze_assessment(people[0], judgement)
    return judgement, people[0]


@pytest.fixture
def cases(app, clock):
    """Publish two judgements of three."""
    judged = [judged_process(title, value) for title, value in (("Zebra", "2"), ("Air", "1"))]
    judged_process("Tertutup", "2")
    clock.shift(timedelta(days=15))
    for judgement, person in judged:
        publish_assessment(person, judgement)
    return list_cases()


def test_cases_are_published_judgements_by_title(cases):
    assert [case.process.title for case in cases] == ["Air", "Zebra"]
    assert [case.criteria()["DP3"] for case in cases] == [50, 100]
    assert [case.conditions() for case in cases] == [{"EN2": "1"}, {"EN2": "2"}]


def test_chosen_cases_stand_beside_each_other_and_unknown_ones_are_ignored(cases):
    slug = cases[1].process.slug
    assert select_cases(cases, [slug, "unknown"]) == [cases[1]]
    assert select_cases(cases, []) == cases


def test_page_of_cases_is_linked_and_leads_to_reports_and_practices(app, cases):
    browser = anonymous_client(app)
    assert "/en/scores/cases" in browser.get("/en/scores/").text
    html = browser.get(f"/en/scores/cases?case={cases[0].process.slug}").text
    assert f"/en/scores/{cases[0].process.slug}/report" in html
    assert "1: mixed" in html and "not described" in html and "/en/scores/practices" in html
    assert f"/en/scores/{cases[1].process.slug}/report" not in html


def test_practices_are_found_by_every_word_and_by_criterion(app, cases):
    assert [row.case for row in find_practices(cases, "POSTER rt", "")] == [cases[1]]
    assert len(find_practices(cases, "", "DP3")) == 2
    assert find_practices(cases, "", "DP1") == [] == find_practices(cases, "poster radio", "")
    html = anonymous_client(app).get("/en/scores/practices?text=poster&criterion=XX").text
    assert PRACTICE in html and "1 practice<" in html and "Notulen." not in html


def test_practices_of_an_unpublished_judgement_are_not_found(cases):
    assert len(find_practices(cases, "", "")) == 2


def test_pages_without_judgements_say_so(app):
    browser = anonymous_client(app)
    assert "No judgement is published yet" in browser.get("/en/scores/cases").text
    assert "No practice was found" in browser.get("/en/scores/practices").text
