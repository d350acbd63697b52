"""A study of what never ran here: sources and judgement, and on the logged side nothing."""

import io
import json
from datetime import date, timedelta

import docx
import pytest
from flask_babel import force_locale

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Process
from deliberate.operations.scores.assessment_publishing import (
    freeze_assessment,
    freeze_due_plans,
    publish_assessment,
)
from deliberate.operations.scores.assessments import (
    begin_assessment,
    join_assessment,
    save_judgement,
)
from deliberate.operations.scores.cases import CaseInput, describe_case
from deliberate.permissions.decision import Refused
from deliberate.queries.processes.process_setup import (
    get_process_for_setup,
    list_processes_for_setup,
)
from deliberate.queries.scores.assessments import is_late_plan
from deliberate.queries.scores.studies.cases import get_judged_process, list_cases
from deliberate.queries.scores.studies.report import study_report
from deliberate.vocabulary import AssessmentStage, Role
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.scores.studies.test_study_sources import respondent, use_source
from tests.scores.test_assessments import EVIDENCE, create_evaluator, rate_question

TITLE = "Pusat komando kota"


@pytest.fixture(autouse=True)
def _in_english(app):
    with force_locale("en"):
        yield


def judged_case(stage=AssessmentStage.EX_POST, **values):
    """Return a frozen assessment of a case by two evaluators, with a source of its own."""
    people = [create_evaluator(), create_evaluator()]
    case = describe_case(
        people[0], CaseInput(TITLE, "City command centre", "Ruang kendali", **values)
    )
    assessment = begin_assessment(people[0], case, stage)
    join_assessment(people[1], assessment)
    source = respondent(people[0], case)
    use_source(people[0], assessment, source)
    for person in people:
        rate_question(person, assessment, "DP3.1", "2", "Alasan", EVIDENCE)
        rate_question(person, assessment, "DP1.2", "1", "Alasan", EVIDENCE)
        save_judgement(person, assessment)
    freeze_assessment(people[0], assessment)
    return assessment, people[0]


@pytest.fixture
def published(app):
    """Publish the judgement of a case; without an institution nobody is waited for."""
    assessment, person = judged_case()
    publish_assessment(person, assessment)
    return assessment


def test_case_is_read_in_the_report_in_every_form_with_the_logged_side_not_carried(app, published):
    browser, slug = anonymous_client(app), published.process.slug
    html = browser.get(f"/en/scores/{slug}/report").text
    assert "City command centre" in html and "Ruang kendali" in html
    assert " ".join(html.split()).count("logged not carried") == 8
    for path in ("assessments", "report/residents"):
        assert "Logged: not carried." in browser.get(f"/en/scores/{slug}/{path}").text
    document = docx.Document(io.BytesIO(browser.get(f"/en/scores/{slug}/report/whole.docx").data))
    assert [row.cells[3].text for row in document.tables[0].rows[1:]] == ["not carried"] * 8
    assert "not carried" in browser.get(f"/en/scores/{slug}/report/figures/criteria.svg").text
    assert browser.get(f"/en/scores/{slug}/report/figures/criteria.png").status_code == 200
    assert "DP3.1" in browser.get(f"/en/scores/{slug}/report.csv").text


def test_frozen_json_says_what_the_case_is_and_that_the_log_carries_nothing(app, published):
    form = json.loads(published.document)
    assert form["case"]["id"] == TITLE and form["logged"] == "not_carried"
    path = f"/en/scores/{published.process.slug}/assessments/{published.id}.json"
    assert anonymous_client(app).get(path).text == published.document


def test_frozen_json_of_a_process_says_nothing_of_a_case(app):
    people = [create_evaluator(), create_evaluator()]
    assessment = begin_assessment(people[0], factories.create_process(), AssessmentStage.EX_POST)
    join_assessment(people[1], assessment)
    for person in people:
        rate_question(person, assessment, "DP3.1", "2", "Alasan", EVIDENCE)
        save_judgement(person, assessment)
    freeze_assessment(people[0], assessment)
    assert {"case", "logged"}.isdisjoint(json.loads(assessment.document))


def test_case_stands_beside_processes_and_its_practices_are_found(app, published):
    assert [case.process.id for case in list_cases()] == [published.process_id]
    html = anonymous_client(app).get("/en/scores/cases").text
    assert "City command centre" in html and "Studied here, took place elsewhere" in html


def test_nobody_finds_a_case_where_people_take_part(app, published):
    browser, slug = anonymous_client(app), published.process.slug
    for path in (f"/processes/{slug}", f"/scores/{slug}", f"/processes/{slug}/proposals"):
        assert browser.get(f"/en{path}").status_code == 404
    for path in ("/en/", "/en/processes/", "/en/scores/", "/sitemap.xml", "/api/v1/processes"):
        assert slug not in browser.get(path).text
    admin = factories.create_staff(role=Role.ADMIN)
    assert get_process_for_setup(slug) is None and not list(list_processes_for_setup())
    assert slug not in signed_in_client(app, admin).get("/en/desk/processes").text
    assert browser.get(f"/api/v1/scores/{slug}").status_code == 404


def test_case_is_on_no_public_page_before_an_assessment_is_public(app):
    assessment, _person = judged_case()
    browser, slug = anonymous_client(app), assessment.process.slug
    assert get_judged_process(slug) is None
    for path in ("assessments", "report", f"assessments/{assessment.id}.json"):
        assert browser.get(f"/en/scores/{slug}/{path}").status_code == 404
    assert "City command centre" not in browser.get("/en/scores/cases").text


def test_plan_of_a_case_is_public_when_frozen_and_late_after_it_began(app, clock):
    plan, _person = judged_case(AssessmentStage.EX_ANTE, began_on=date(2031, 1, 1))
    assert not is_late_plan(plan)
    html = anonymous_client(app).get(f"/en/scores/{plan.process.slug}/assessments").text
    assert "Before the process" in html and "Began on 1 Jan 2031" in html
    late, _person = judged_case(AssessmentStage.EX_ANTE, began_on=date(2020, 1, 1))
    assert is_late_plan(late)


def test_saved_plan_of_a_case_is_frozen_on_the_day_it_began(app, clock):
    people = [create_evaluator(), create_evaluator()]
    case = describe_case(people[0], CaseInput(TITLE, began_on=(now() + timedelta(days=3)).date()))
    plan = begin_assessment(people[0], case, AssessmentStage.EX_ANTE)
    rate_question(people[0], plan, "DP3.1", "2", "Alasan", EVIDENCE)
    save_judgement(people[0], plan)
    assert freeze_due_plans() == 0
    clock.shift(timedelta(days=4))
    assert freeze_due_plans() == 1
    db.session.refresh(plan)
    assert plan.frozen_at is not None


def test_institution_that_answers_for_a_case_is_waited_for(app, clock):
    institution = factories.create_institution("kota")
    assessment, person = judged_case(institution=institution)
    with pytest.raises(Refused, match="may reply"):
        publish_assessment(person, assessment)
    clock.shift(timedelta(days=15))
    publish_assessment(person, assessment)
    assert study_report(assessment.process, date(2027, 1, 1)) is not None


def test_case_is_described_by_pages_and_nothing_typed_is_lost(app):
    evaluator = create_evaluator()
    browser = signed_in_client(app, evaluator)
    assert "/en/desk/assessments/cases/new" in browser.get("/en/desk/assessments/").text
    path = "/en/desk/assessments/cases/new"
    answer = submit_form(browser, path, title="", question="Aplikasi", began_on="besok")
    assert answer.status_code == 422
    assert "Aplikasi" in answer.text and "besok" in answer.text
    assert "Write a date" in answer.text and "Fill in: What is studied" in answer.text
    answer = submit_form(browser, path, title=TITLE, question="Aplikasi", institution="")
    assert answer.status_code == 303 and "about=case-pusat-komando-kota" in answer.location
    page = browser.get(answer.location).text
    assert '<option selected value="case-pusat-komando-kota"' in " ".join(page.split())
    submit_form(browser, path, title=TITLE, question="Sama", institution="")
    db.session.rollback()
    slugs = {row.slug for row in db.session.query(Process)}
    assert slugs == {"case-pusat-komando-kota", "case-pusat-komando-kota-2"}


def test_only_evaluators_describe_a_case_and_it_takes_no_figure_of_the_log(app):
    with pytest.raises(Refused):
        describe_case(factories.create_resident(), CaseInput(TITLE))
    evaluator = create_evaluator()
    case = describe_case(evaluator, CaseInput(TITLE))
    begin_assessment(evaluator, case, AssessmentStage.EX_POST)
    browser = signed_in_client(app, evaluator)
    path = f"/en/desk/studies/{case.slug}"
    assert "sources/new/document" in browser.get(path).text
    assert "sources/new/log" not in browser.get(path).text
    assert browser.get(f"{path}/sources/new/log").status_code == 404
