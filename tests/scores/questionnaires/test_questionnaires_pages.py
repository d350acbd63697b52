"""Pages of questionnaires: opened at the desk, answered on a page, shown in figures."""

import re
from datetime import timedelta

import pytest

from deliberate.operations.scores.questionnaires import (
    answer_questionnaire,
    publish_closed_questionnaires,
)
from deliberate.operations.scores.stored_scores import store_scores
from deliberate.queries.scores.questionnaires import count_answered, list_questionnaires
from deliberate.vocabulary import Role
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.scores.questionnaires.test_questionnaires import answers_of, open_in_an_hour, take_part
from tests.scores.test_planned_judged_logged import publish_judgement


@pytest.fixture
def process(app, clock):
    return factories.create_process(days=10)


@pytest.fixture
def admin(app, clock):
    return factories.create_staff(role=Role.ADMIN)


@pytest.fixture
def questionnaire(admin, process):
    return open_in_an_hour(admin, process)


def results(process) -> str:
    return f"/en/processes/{process.slug}/questionnaires"


def test_administrator_opens_a_questionnaire_from_the_set_up(app, process, admin):
    client, url = signed_in_client(app, admin), f"/en/desk/processes/{process.slug}/questionnaires"
    assert url in client.get(f"/en/desk/processes/{process.slug}").text
    wrong = submit_form(client, url, audience="participants", days="3")
    assert (
        wrong.status_code == 422
        and "From 7 to 60 days." in wrong.text
        and 'value="3"' in wrong.text
    )
    assert submit_form(client, url, audience="participants", days="14").status_code == 303
    again = submit_form(client, url, audience="participants", days="14")
    assert again.status_code == 422 and "It is asked once." in again.text
    factories.reload(process)
    assert len(list_questionnaires(process.id)) == 1


def test_process_far_from_its_close_says_when_it_can_be_asked(app, admin):
    process = factories.create_process(days=60)
    page = signed_in_client(app, admin).get(f"/en/desk/processes/{process.slug}/questionnaires")
    assert "opens at the close" in page.text and "Open it" not in page.text


def test_missing_answer_is_an_error_at_its_question_and_the_others_stay(app, questionnaire):
    process = questionnaire.process
    person = take_part(factories.create_proposal(process))
    client, url = signed_in_client(app, person), f"{results(process)}/participants"
    answers = {name: "4" for name in answers_of(questionnaire) if name != "P3"}
    response = submit_form(client, url, **answers)
    assert response.status_code == 422 and 'href="#P3-0"' in response.text
    assert response.text.count("checked") == len(answers)
    assert submit_form(client, url, **answers, P3="0").status_code == 303
    factories.reload(process)
    assert count_answered(questionnaire.id) == 1
    assert "You have answered" in client.get(url).text
    assert "You have answered" in client.get(results(process)).text


def test_people_who_did_not_take_part_read_whom_it_asks(app, questionnaire):
    client = signed_in_client(app, factories.create_resident())
    page = client.get(f"{results(questionnaire.process)}/participants").text
    assert "It asks residents who took part" in page and "Send my answers" not in page


def test_figures_are_shown_after_the_end_alone(app, questionnaire, clock):
    process = questionnaire.process
    proposal = factories.create_proposal(process)
    for k in range(20):
        answers = answers_of(questionnaire, 4 if k < 15 else 1)
        answer_questionnaire(take_part(proposal), questionnaire, answers)
    client = anonymous_client(app)
    assert "75%" not in client.get(results(process)).text
    clock.shift(timedelta(days=20))
    publish_closed_questionnaires()
    page = client.get(results(process)).text
    assert "20 people answered." in page and "75%" in page and "53%–89%" in page
    assert "Sangat" not in page and "Those who decide heard what I said." in page
    assert "Pihak yang memutuskan" in client.get(results(process).replace("/en/", "/id/")).text


def test_unknown_audience_is_not_found(app, process):
    client = signed_in_client(app, factories.create_resident())
    for audience in ("everyone", "participants"):
        assert client.get(f"{results(process)}/{audience}").status_code == 404


def test_process_that_asked_nobody_says_so(app, process):
    assert "Nobody was asked yet" in anonymous_client(app).get(results(process)).text


def test_scoreboard_shows_answers_beside_what_was_judged(app, clock):
    process = publish_judgement(clock, "2")
    proposal = factories.create_proposal(process)
    people = [take_part(proposal) for _ in range(12)]
    clock.shift(timedelta(days=60))
    admin = factories.create_staff(role=Role.ADMIN)
    questionnaire = open_in_an_hour(admin, process)
    for person in people:
        answer_questionnaire(person, questionnaire, answers_of(questionnaire, 5))
    clock.shift(timedelta(days=20))
    publish_closed_questionnaires()
    store_scores(process.slug)
    app.extensions["page_cache"].clear()
    page = anonymous_client(app).get(f"/en/scores/{process.slug}/all").text
    text = " ".join(re.sub(r"<[^>]*>", " ", page).split())
    assert "experienced, residents who took part: “What residents said made a difference.”" in text
    assert "100% agree, of 12 who could say; range 76%–100%" in text
