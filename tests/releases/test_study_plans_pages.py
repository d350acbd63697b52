"""Pages of study plans: the public list, registering, amending, and what is typed is not lost."""

import re

import pytest

from deliberate.database import db
from deliberate.models import StudyPlan
from deliberate.operations.releases.study_plans import register_plan, store_plan_shares
from deliberate.queries.releases import study_plans
from deliberate.sealing import seal_log
from deliberate.vocabulary import Role
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form

TEXTS = {
    "title": "Who answers whom",
    "questions": "Do residents answer one another?\nDo camps cross?",
    "hypotheses": "More than half.",
    "measures": "DQ1.1 of <all> threads",
    "stopping_rule": "Until the close.",
}


@pytest.fixture
def process(app):
    return factories.create_process()


@pytest.fixture
def researcher(app):
    return factories.create_staff(role=Role.RESEARCHER)


@pytest.fixture
def browser(app, researcher):
    return signed_in_client(app, researcher)


def url(process, *parts):
    return "/".join([f"/en/processes/{process.slug}/study-plans", *map(str, parts)])


def test_researcher_registers_a_plan_that_everybody_reads(app, process, browser):
    listed = browser.get(url(process)).text
    assert f'href="{url(process, "new")}"' in listed and "No study plan" in listed
    answer = submit_form(browser, url(process, "new"), **TEXTS, language="en")
    assert answer.status_code == 303
    stranger = anonymous_client(app)
    page = stranger.get(answer.location).text
    assert "Who answers whom" in page and "DQ1.1 of &lt;all&gt; threads" in page
    assert "<p>Do camps cross?</p>" in page and 'lang="en"' in page
    assert "counted with the next scores" in page
    assert "Who answers whom" in stranger.get(url(process)).text
    assert url(process, "new") not in stranger.get(url(process)).text


def test_plan_with_a_missing_part_shows_the_error_and_what_was_typed(process, browser):
    answer = submit_form(browser, url(process, "new"), **TEXTS | {"measures": ""}, language="en")
    assert answer.status_code == 422
    assert 'href="#measures"' in answer.text and "More than half." in answer.text


def test_amendment_begins_with_the_texts_of_the_newest_version(process, browser, researcher):
    plan = register_plan(researcher, process, TEXTS, "en")
    form = browser.get(url(process, plan.id, "amend")).text
    assert "More than half." in form
    fields = TEXTS | {"changes": "Too few threads.", "measures": "DQ2"}
    answer = submit_form(browser, url(process, plan.id, "amend"), **fields, language="en")
    page = browser.get(answer.location).text
    assert "version 2" in page and "Too few threads." in page
    assert f'href="{url(process, plan.id)}"' in page and "There is a newer version" not in page
    assert "There is a newer version" in browser.get(url(process, plan.id)).text


def test_another_researcher_is_offered_no_amendment(app, process, researcher):
    plan = register_plan(researcher, process, TEXTS, "en")
    other = signed_in_client(app, factories.create_staff(role=Role.RESEARCHER))
    assert "amend" not in other.get(url(process, plan.id)).text
    assert other.get(url(process, plan.id, "amend")).status_code == 403


def test_page_says_before_how_much_of_the_data_a_plan_was_registered(app, process, researcher):
    plan = register_plan(researcher, process, TEXTS, "en")
    factories.create_proposal(process)
    seal_log(app.config["SETTINGS"])
    store_plan_shares(process.id)
    [counted] = study_plans.count_acts_around_plans(process.id)
    percent = counted.later * 100 // (counted.earlier + counted.later)
    browser = anonymous_client(app)
    sentence = f"Registered when {percent}% of the data did not exist yet."
    assert sentence in browser.get(url(process)).text
    assert sentence in browser.get(url(process, plan.id)).text
    indonesian = browser.get(url(process, plan.id).replace("/en/", "/id/")).text
    assert f"Didaftarkan ketika {percent}% data belum ada." in indonesian


def test_long_list_of_plans_continues_on_a_next_page(app, process, researcher, monkeypatch):
    monkeypatch.setattr("deliberate.queries.releases.study_plans.PAGE", 2)
    monkeypatch.setattr("deliberate.views.releases.study_plans.PAGE", 2)
    for number in range(3):
        register_plan(researcher, process, TEXTS | {"title": f"Plan {number}"}, "en")
    browser = anonymous_client(app)
    first = browser.get(url(process)).text
    assert "Plan 2" in first and "Plan 1" in first and "Plan 0" not in first
    after = db.session.query(StudyPlan.id).filter_by(title="Plan 1").scalar()
    assert "Plan 0" in browser.get(f"{url(process)}?after={after}").text


def test_plan_of_another_process_is_not_found(app, process, researcher):
    plan = register_plan(researcher, process, TEXTS, "en")
    other = factories.create_process()
    assert anonymous_client(app).get(url(other, plan.id)).status_code == 404


def test_changed_plan_sent_again_leads_to_the_plan_that_arrived(process, browser):
    html = browser.get(url(process, "new")).text
    fields = dict(re.findall(r'name="(form_key|csrf_token)" value="([^"]+)"', html))
    fields |= TEXTS | {"language": "en"}
    arrived = browser.post(url(process, "new"), data=fields)
    assert arrived.status_code == 303
    changed = browser.post(url(process, "new"), data=fields | {"title": "Another title"})
    assert changed.status_code == 409 and f'data-first href="{arrived.location}"' in changed.text


def test_plan_after_all_data_says_that_none_came_later(app, process, researcher):
    factories.create_proposal(process)
    plan = register_plan(researcher, process, TEXTS, "en")
    seal_log(app.config["SETTINGS"])
    store_plan_shares(process.id)
    page = anonymous_client(app).get(url(process, plan.id)).text
    assert "No data has come after it so far." in page and "0%" not in page


def test_plans_are_linked_where_researchers_and_readers_look(app, process, browser):
    assert url(process) in browser.get("/en/desk/coding").text
    assert url(process) in anonymous_client(app).get(f"/en/processes/{process.slug}").text


def test_plan_sent_again_with_a_change_leads_to_the_first_version(process, browser):
    form = browser.get(url(process, "new")).text
    key = re.search(r'name="form_key" value="([^"]+)"', form)[1]
    fields = TEXTS | {"language": "en", "form_key": key}
    first = submit_form(browser, url(process, "new"), **fields).location
    answer = submit_form(browser, url(process, "new"), **fields | {"title": "Another"})
    assert answer.status_code == 409 and f'data-first href="{first}"' in answer.text
