"""Administrators admit assessors to studies and erase names, and read nothing of either."""

import pytest

from deliberate.database import db
from deliberate.operations.scores.assessments import begin_assessment
from deliberate.operations.scores.study_sources import erase_name
from deliberate.permissions.decision import Refused
from deliberate.permissions.scores.studies import may_read_name, may_use_study
from deliberate.queries.scores.studies.sources import all_assessors_awaiting_study
from deliberate.vocabulary import AssessmentStage, Role
from tests import factories
from tests.client import signed_in_client, submit_form
from tests.scores.studies.test_study_sources import NAME, QUOTE, respondent
from tests.scores.test_assessments import create_assessment, create_evaluator

PAGE = "/en/desk/study-access"


@pytest.fixture
def admin(app):
    """Return an administrator."""
    return factories.create_staff(None, Role.ADMIN)


def test_administrator_admits_an_assessor_who_came_later(app, admin):
    assessment, person, _other = create_assessment()
    respondent(person, assessment.process)
    outsider = create_evaluator()
    later = begin_assessment(outsider, assessment.process, AssessmentStage.EX_ANTE)
    browser = signed_in_client(app, admin)
    assert PAGE in browser.get("/en/desk/people").text
    assert outsider.display_name in browser.get(PAGE).text
    action = f"{PAGE}/assessors/{later.assessors[0].id}"
    assert submit_form(browser, PAGE, to=action).status_code == 303
    db.session.rollback()
    assert may_use_study(outsider, assessment.process)
    assert all_assessors_awaiting_study() == []


def test_administrator_erases_a_name_without_reading_it_or_the_source(app, admin, log):
    assessment, person, _other = create_assessment()
    source = respondent(person, assessment.process)
    browser = signed_in_client(app, admin)
    html = browser.get(PAGE).text
    assert source.label in html
    for private in (NAME, QUOTE, "Dinas Tertutup", "warga"):
        assert private not in html
    assert not may_read_name(admin, source) and not may_use_study(admin, assessment.process)
    log()
    assert submit_form(browser, PAGE, to=f"{PAGE}/names/{source.id}").status_code == 303
    assert [entry.kind for entry in log()] == ["respondent.name_erased"]
    db.session.rollback()
    assert source.name is None


def test_page_says_where_nobody_waits_and_no_name_is_stored(app, admin):
    html = signed_in_client(app, admin).get(PAGE).text
    assert "Every assessor has access." in html and "No name is stored." in html


def test_only_administrators_and_assessors_of_the_study_erase_names(app):
    assessment, person, _other = create_assessment()
    source = respondent(person, assessment.process)
    for other in (create_evaluator(), factories.create_staff()):
        with pytest.raises(Refused):
            erase_name(other, source)
        assert signed_in_client(app, other).get(PAGE).status_code in (403, 404)
