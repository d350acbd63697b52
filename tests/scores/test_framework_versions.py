"""Versions of the questions: what was asked stays, split questions are found by a map."""

import json
from pathlib import Path

import pytest
from flask_babel import force_locale

from deliberate.citivoice import load_framework
from deliberate.citivoice.framework.check import find_flaws
from deliberate.clock import now
from deliberate.database import unrecorded
from deliberate.models import Assessment
from deliberate.operations.scores.assessment_publishing import freeze_assessment
from deliberate.operations.scores.assessments import (
    PledgeInput,
    begin_assessment,
    join_assessment,
    save_judgement,
    write_pledges,
)
from deliberate.permissions.decision import Refused
from deliberate.queries.scores.assessments import (
    criterion_scores,
    question_ids,
    questions,
    replacing_questions,
)
from deliberate.vocabulary import AssessmentStage
from tests import factories
from tests.client import anonymous_client, signed_in_client
from tests.scores.test_assessments import EVIDENCE, create_evaluator, rate_question

OLD = "1.1"
SPLIT = {"DP1.1", "CC1.1", "CC2.1", "CC3.1", "IU2.1"}


@pytest.fixture(autouse=True)
def _in_english(app):
    with force_locale("en"):
        yield


def begun_with(version, stage, process, people):
    """Return an assessment begun when this version of the questions was asked."""
    assessment = begin_assessment(people[0], process, stage)
    with unrecorded("test settings") as session:
        session.get_one(Assessment, assessment.id).framework = version
    join_assessment(people[1], assessment)
    return assessment


def old_plan(process, people):
    plan = begun_with(OLD, AssessmentStage.EX_ANTE, process, people)
    pledge = PledgeInput("", "Undang semua desa", now().date())
    for person in people:
        rate_question(person, plan, "DP1.1", "2", "Jelas", EVIDENCE)
        rate_question(person, plan, "DP1.2", "1", "Sebagian", EVIDENCE)
        write_pledges(person, plan, {"DP1.1": pledge})
        save_judgement(person, plan)
    freeze_assessment(people[0], plan)
    return plan


def test_double_questions_are_split_and_the_others_keep_their_ids():
    assert question_ids(OLD) - question_ids() == SPLIT == set(load_framework()["replaced"])
    assert len(questions(OLD)) == 14 and len(questions()) == 19
    assert not SPLIT & question_ids()


@pytest.mark.parametrize("language", ["en", "id"])
def test_every_question_asks_one_thing(language):
    word = " and " if language == "en" else " dan bagaimana"
    texts = [question.text_in(language) for question in questions()]
    assert all(text.count("?") == 1 for text in texts)
    doubled = [text for text in texts if word in text]
    assert [text for text in doubled if "propose, discuss and be answered" not in text] == []


def test_replaced_questions_are_found_in_both_directions():
    assert replacing_questions("DP1.1") == ["DP1.4", "DP1.5"]
    assert replacing_questions("DP1.5", OLD) == ["DP1.1"]
    assert replacing_questions("DP1.2") == ["DP1.2"] == replacing_questions("DP1.2", OLD)
    assert replacing_questions("XX1.1") == []


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_earlier_versions_have_the_questions_as_they_were_asked(version):
    assert load_framework(version)["version"] == OLD


@pytest.mark.parametrize("version", [None, "2.0", "3.0", "ours"])
def test_present_and_unknown_versions_have_the_present_questions(version):
    assert load_framework(version) == load_framework()


def test_assessment_keeps_the_questions_that_it_was_begun_with(app):
    people, process = [create_evaluator(), create_evaluator()], factories.create_process()
    draft = begun_with(OLD, AssessmentStage.EX_POST, process, people)
    with pytest.raises(Refused):
        rate_question(people[0], draft, "DP1.4", "1")
    rate_question(people[0], draft, "DP1.1", "1", "Alasan", EVIDENCE)
    page = signed_in_client(app, people[0]).get(f"/en/desk/assessments/{draft.id}/criteria/DP").text
    assert "Is it stated who may take part, and how?" in page and "DP1.4" not in page
    assert "1 of 14 answered by you" in page
    new = begin_assessment(people[0], factories.create_process(), AssessmentStage.EX_POST)
    with pytest.raises(Refused):
        rate_question(people[0], new, "DP1.1", "1")


def test_frozen_form_of_an_earlier_version_keeps_questions_values_and_hash(app):
    people = [create_evaluator(), create_evaluator()]
    plan = old_plan(factories.create_process(), people)
    form = json.loads(plan.document)
    assert form["framework"] == OLD and set(form["settled"]) == question_ids(OLD)
    assert criterion_scores(plan)["DP1"] == 0.75
    browser, slug = anonymous_client(app), plan.process.slug
    path = f"/en/scores/{slug}/assessments/{plan.id}.json"
    assert browser.get(path).text == plan.document


def test_plan_of_an_earlier_version_stands_beside_a_judgement_of_a_later_one(app, clock):
    people, process = [create_evaluator(), create_evaluator()], factories.create_process()
    plan = old_plan(process, people)
    judgement = begin_assessment(people[0], process, AssessmentStage.EX_POST)
    browser = signed_in_client(app, people[0])
    for question in ("DP1.4", "DP1.5"):
        path = f"/en/desk/assessments/{judgement.id}/criteria/{question}"
        assert "Undang semua desa" in browser.get(path).text
    other = browser.get(f"/en/desk/assessments/{judgement.id}/criteria/DP1.2").text
    assert "Undang semua desa" not in other
    html = anonymous_client(app).get(f"/en/scores/{process.slug}/assessments").text
    assert (
        "Is it stated who may take part, and how?" in html and f"questions {plan.framework}" in html
    )


def test_map_to_questions_that_are_not_asked_is_a_flaw(tmp_path):
    folder = Path(load_framework.__code__.co_filename).parent
    for name in ("indicators.toml", "headlines.toml", "framework.toml"):
        (tmp_path / name).write_text((folder / name).read_text("utf-8"), "utf-8")
    text = (tmp_path / "framework.toml").read_text("utf-8")
    wrong = text.replace('"DP1.1" = ["DP1.4", "DP1.5"]', '"DP1.2" = ["DP1.9"]')
    (tmp_path / "framework.toml").write_text(wrong, "utf-8")
    flaws = [(flaw.where, flaw.what) for flaw in find_flaws(tmp_path)]
    assert flaws == [
        ("replaced.DP1.2", "is still asked"),
        ("replaced.DP1.2", "question DP1.9 is not asked"),
    ]
