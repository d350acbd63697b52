"""Pages of surveys of reasons: opened after a look, answered with consent, taken back, shown."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from deliberate.database import db
from deliberate.days import local_today
from deliberate.models import ReasonAnswer
from deliberate.queries.scores.studies.reason_surveys import get_reason_survey
from deliberate.vocabulary import Role
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.scores.questionnaires.test_reason_surveys import (
    CONSIDERATIONS,
    PREFERENCES,
    answered_by,
    open_survey,
    values_of,
)


@pytest.fixture
def process(app, clock):
    return factories.create_process(days=60)


@pytest.fixture
def evaluator(app, clock):
    return factories.create_staff(role=Role.EVALUATOR)


@pytest.fixture
def survey(evaluator, process):
    return open_survey(evaluator, process)


def count_people():
    return db.session.scalar(select(func.count(ReasonAnswer.key.distinct())))


def address(process, page="", language="en"):
    return f"/{language}/processes/{process.slug}/reasons{page}"


def fields(process, **changes):
    today = local_today(process)
    texts = {
        f"{part}_{language}": "\n".join(pair[place] for pair in pairs)
        for part, pairs in (("considerations", CONSIDERATIONS), ("preferences", PREFERENCES))
        for place, language in enumerate(("id", "en"))
    }
    days = {"before_until": 7, "after_from": 20, "after_until": 30}
    return (
        texts
        | {name: (today + timedelta(days=n)).isoformat() for name, n in days.items()}
        | changes
    )


def test_evaluator_looks_at_the_questions_before_they_open(app, process, evaluator):
    client, url = signed_in_client(app, evaluator), f"/en/desk/processes/{process.slug}/reasons"
    assert url in client.get(address(process)).text
    looked = submit_form(client, url, to=f"{url}/open", **fields(process))
    assert looked.status_code == 200 and "This is what people will be asked" in looked.text
    assert "Pertimbangan 3" in looked.text and "Option 2" in looked.text
    assert get_reason_survey(process.id) is None
    opened = submit_form(client, url, to=f"{url}/open", **fields(process, confirm="1"))
    assert opened.status_code == 303
    factories.reload(process)
    survey = get_reason_survey(process.id)
    assert [item.text_en for item in survey.preferences] == [pair[1] for pair in PREFERENCES]
    assert "They are asked once" in client.get(url).text


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("considerations_id", "satu\ndua", "Write 4 to 40 statements, one a line; there are 2."),
        ("preferences_en", "a\nb\nc", "There are 4 lines in Indonesian and 3 in English"),
        ("preferences_en", "a\nb\nb\nc", "Line 3 repeats an earlier line."),
        ("preferences_id", "a\nb\n" + "x" * 301 + "\nd", "Line 3 has more than 300 characters."),
        ("before_until", "2020-01-01", "Choose a day from today on."),
        ("after_from", "2020-01-01", "Choose a day after the first answers."),
        ("after_until", "2020-01-01", "Choose a day after the second answers begin."),
        ("after_until", "soon", "Write a date as"),
    ],
)
def test_wrong_field_of_the_questions_says_what_is_wrong_and_keeps_what_was_typed(
    app, process, evaluator, name, value, message
):
    client, url = signed_in_client(app, evaluator), f"/en/desk/processes/{process.slug}/reasons"
    response = submit_form(client, url, to=f"{url}/open", **fields(process, **{name: value}))
    assert response.status_code == 422 and message in response.text
    assert f'href="#{name}"' in response.text and "Consideration 5" in response.text
    assert get_reason_survey(process.id) is None


def test_resident_answers_with_consent_and_errors_stand_at_their_questions(app, survey):
    process, person = survey.process, factories.create_resident()
    client, url = signed_in_client(app, person), address(survey.process, "/answers")
    values = {name: str(value) for name, value in values_of(1).items()}
    same = values | {"P2": values["P1"], "consent": "y"}
    for wrong, message in (
        (values, "Without your consent nothing is stored."),
        (values | {"C2": "", "consent": "y"}, "Choose an answer: Consideration 1"),
        (same, "Another option has this place already."),
    ):
        response = submit_form(client, url, **wrong)
        assert response.status_code == 422 and message in response.text
    assert submit_form(client, url, **values, consent="y").status_code == 303
    factories.reload(process)
    assert count_people() == 1
    assert "You have answered these questions" in client.get(url).text
    page = client.get(address(process)).text
    assert "Take my answers back" in page


def test_resident_takes_answers_back_after_a_look(app, survey):
    process, person = survey.process, factories.create_resident()
    client = signed_in_client(app, person)
    values = {name: str(value) for name, value in values_of(1).items()}
    submit_form(client, address(process, "/answers"), **values, consent="y")
    url = address(process, "/withdrawal")
    assert "deleted for good" in client.get(url).text
    assert submit_form(client, url).status_code == 303
    factories.reload(process)
    assert count_people() == 0
    assert client.get(url).status_code != 200


def test_index_is_shown_after_the_end_in_both_languages(app, survey, clock):
    client, process = anonymous_client(app), survey.process
    assert "Nothing is shown before the end." in client.get(address(process)).text
    answered_by(survey, clock, 30)
    db.session.refresh(survey)
    stage = survey.result["after"]
    page = client.get(address(process)).text
    for figure in ("value", "chance", "above_chance", "p"):
        assert f"{stage[figure]:.3f}" in page
    assert "over 30 people who answered both times" in page and "lowest tenth" in page
    indonesian = client.get(address(process, language="id")).text
    assert f"{stage['value']:.3f}".replace(".", ",") in indonesian
    assert "Alasan sebelum dan sesudah" in indonesian


def test_index_of_few_people_is_not_shown(app, survey, clock):
    answered_by(survey, clock, 5)
    page = anonymous_client(app).get(address(survey.process)).text
    assert "Fewer than 30 people" in page and "not_enough_data" in page and "p</th>" not in page


def test_page_of_the_process_asks_while_a_stage_is_open(app, survey, clock):
    client, url = anonymous_client(app), f"/en/processes/{survey.process.slug}"
    assert "What weighs with you?" in client.get(url).text
    clock.move_to(survey.before_closes_at + timedelta(minutes=1))
    assert "What weighs with you?" not in client.get(url).text
    clock.move_to(survey.after_opens_at + timedelta(minutes=1))
    assert "What weighs with you?" in client.get(url).text
