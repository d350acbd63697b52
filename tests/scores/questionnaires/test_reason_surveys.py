"""Surveys of reasons: who answers twice, secrecy and withdrawal, the index, the release."""

import csv
import json
from datetime import timedelta
from random import Random

import pytest
from click.testing import CliRunner
from flask_babel import force_locale
from sqlalchemy import inspect, select

from deliberate.clock import now
from deliberate.commands import cli
from deliberate.database import db, unrecorded
from deliberate.days import local_today
from deliberate.exports.documents.reason_survey_csv import write_reason_survey
from deliberate.models import Interaction, Notice, ReasonAnswer, ReasonRoll
from deliberate.operations.accounts.deletion import erase_account
from deliberate.operations.polls.ballot_box import rewrite_ballot_tables
from deliberate.operations.scores.reason_surveys import (
    SurveyDays,
    answer_reason_survey,
    open_reason_survey,
    publish_ended_reason_surveys,
    withdraw_reason_answers,
)
from deliberate.permissions.decision import InvalidInput, Refused
from deliberate.queries.log.process_figures import compare_process_figures
from deliberate.vocabulary import AccountClass, ReasonStage, Role
from tests import factories
from tests.log.prepared_log import tampered

CONSIDERATIONS = [(f"Pertimbangan {n}", f"Consideration {n}") for n in range(6)]
PREFERENCES = [(f"Pilihan {n}", f"Option {n}") for n in range(4)]


@pytest.fixture(autouse=True)
def _in_english(app):
    with force_locale("en"):
        yield


@pytest.fixture
def process(app, clock):
    return factories.create_process(days=60)


@pytest.fixture
def evaluator(app, clock):
    return factories.create_staff(role=Role.EVALUATOR)


@pytest.fixture
def survey(evaluator, process):
    return open_survey(evaluator, process)


def survey_days(process, *days):
    today = local_today(process)
    return SurveyDays(*(today + timedelta(days=n) for n in days or (7, 20, 30)))


def open_survey(person, process, considerations=CONSIDERATIONS, preferences=PREFERENCES, days=()):
    return open_reason_survey(
        person, process, considerations, preferences, survey_days(process, *days)
    )


def values_of(seed, *, camp=None):
    """Return random answers, or those of a camp whose preferences follow its considerations."""
    draw, places = Random(seed), [1, 2, 3, 4]
    if camp is None:
        draw.shuffle(places)
        considered = [draw.randint(1, 7) for _ in CONSIDERATIONS]
    else:
        considered = [7, 6, 5, 3, 2, 1] if camp else [1, 2, 3, 5, 6, 7]
        places = places if camp else places[::-1]
    names = [f"C{n}" for n in range(1, 7)] + [f"P{n}" for n in range(1, 5)]
    return dict(zip(names, [*considered, *places], strict=True))


def answer(person, survey, values):
    answer_reason_survey(person, survey, values, consents=True)


def answered_by(survey, clock, count, *, reasoned=True):
    """Let people answer before at random, and after as camps or at random; publish the index."""
    people = [factories.create_resident() for _ in range(count)]
    for seed, person in enumerate(people):
        answer(person, survey, values_of(seed))
    clock.shift(timedelta(days=21))
    for seed, person in enumerate(people):
        camp = seed % 2 if reasoned else None
        answer(person, survey, values_of(1000 + seed, camp=camp))
    clock.shift(timedelta(days=20))
    publish_ended_reason_surveys()
    return people


def test_evaluators_and_administrators_open_a_survey_once(evaluator, process, log):
    log()
    open_survey(evaluator, process)
    (entry,) = log()
    assert (entry.kind, entry.process_id) == ("reason_survey.opened", process.id)
    assert (entry.details["considerations"], entry.details["preferences"]) == (6, 4)
    with pytest.raises(Refused, match="once"):
        open_survey(factories.create_staff(role=Role.ADMIN), process)
    open_survey(factories.create_staff(role=Role.ADMIN), factories.create_process(days=60))


@pytest.mark.parametrize("role", [Role.STAFF, Role.MODERATOR, Role.RESEARCHER])
def test_other_roles_open_no_survey(process, role):
    with pytest.raises(Refused):
        open_survey(factories.create_staff(role=role), process)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"considerations": CONSIDERATIONS[:3]}, "From 4 to 40"),
        ({"preferences": PREFERENCES[:2]}, "From 3 to 12"),
        ({"preferences": [*PREFERENCES[:3], ("Pilihan", "")]}, "both languages"),
        ({"preferences": [*PREFERENCES[:3], ("x" * 301, "y")]}, "300"),
        ({"days": (-1, 20, 30)}, "from today on"),
        ({"days": (7, 7, 30)}, "follow one another"),
        ({"days": (7, 20, 800)}, "two years"),
    ],
)
def test_survey_with_missing_statements_or_wrong_days_is_refused(
    evaluator, process, changes, message
):
    with pytest.raises(InvalidInput, match=message):
        open_survey(evaluator, process, **changes)


def test_people_of_the_process_are_notified_at_both_stages(survey):
    kinds = dict(db.session.execute(select(Notice.kind, Notice.not_before)).all())
    assert kinds == {"reason_survey.opened": None, "reason_survey.after": survey.after_opens_at}


def test_resident_answers_once_at_each_stage(survey, clock, log):
    person = factories.create_resident()
    log()
    answer(person, survey, values_of(1))
    (entry,) = log()
    assert (entry.kind, entry.details) == ("reason_survey.answered", {"stage": "before"})
    with pytest.raises(Refused, match="counted"):
        answer(person, survey, values_of(1))
    clock.shift(timedelta(days=10))
    with pytest.raises(Refused, match="later"):
        answer(person, survey, values_of(1))
    clock.shift(timedelta(days=11))
    answer(person, survey, values_of(2))
    with pytest.raises(Refused, match="answered before"):
        answer(factories.create_resident(), survey, values_of(3))
    clock.shift(timedelta(days=20))
    with pytest.raises(Refused, match="ended"):
        answer(person, survey, values_of(2))


def test_only_residents_who_stand_for_one_person_answer(survey):
    organisation = factories.create_resident()
    with unrecorded("test settings") as session:
        organisation.account_class = AccountClass.ORGANISATION
        session.add(organisation)
    for person in (organisation, factories.create_staff()):
        with pytest.raises(Refused):
            answer(person, survey, values_of(1))


@pytest.mark.parametrize(
    "changes", [{"C1": 8}, {"C1": -1}, {"P1": 2, "P2": 2}, {"P1": 5}, {"P9": 1}, {"P1": 0}]
)
def test_answers_outside_the_questions_are_refused(survey, changes):
    with pytest.raises(InvalidInput):
        answer(factories.create_resident(), survey, values_of(1) | changes)


def test_nothing_is_stored_without_consent(survey):
    with pytest.raises(InvalidInput, match="consent"):
        answer_reason_survey(factories.create_resident(), survey, values_of(1), consents=False)
    assert db.session.scalars(select(ReasonAnswer)).all() == []


def test_answers_name_nobody_and_only_the_key_of_the_survey_joins_them(survey, clock):
    person = factories.create_resident()
    answer(person, survey, values_of(1))
    columns = {column.key for column in inspect(ReasonAnswer).columns}
    assert columns == {"key", "stage", "item", "survey_id", "value"}
    clock.shift(timedelta(days=21))
    answer(person, survey, values_of(2))
    keys = set(db.session.scalars(select(ReasonAnswer.key)))
    assert keys == {survey.key_of(person.id)} and person.actor_id not in keys
    logged = select(Interaction.details).where(Interaction.kind == "reason_survey.answered")
    assert [set(details) for details in db.session.scalars(logged)] == [{"stage"}, {"stage"}]
    clock.shift(timedelta(days=20))
    publish_ended_reason_surveys()
    db.session.refresh(survey)
    assert survey.link_key is None


def test_answers_are_taken_back_until_the_end(survey, clock, log):
    person, other = (factories.create_resident() for _ in range(2))
    for each in (person, other):
        answer(each, survey, values_of(each.id))
    log()
    withdraw_reason_answers(person, survey)
    assert [(entry.kind, entry.details) for entry in log()] == [("reason_survey.withdrawn", {})]
    assert set(db.session.scalars(select(ReasonAnswer.key))) == {survey.key_of(other.id)}
    assert db.session.scalars(select(ReasonRoll.person_id)).all() == [other.id]
    with pytest.raises(Refused, match="have not answered"):
        withdraw_reason_answers(person, survey)
    clock.shift(timedelta(days=40))
    with pytest.raises(Refused, match="nobody can tell"):
        withdraw_reason_answers(other, survey)


def test_erased_account_leaves_no_answers_while_the_key_exists(survey):
    person, other = (factories.create_resident() for _ in range(2))
    for each in (person, other):
        answer(each, survey, values_of(each.id))
    erase_account(person, factories.PASSPHRASE)
    assert set(db.session.scalars(select(ReasonAnswer.key))) == {survey.key_of(other.id)}
    assert db.session.scalars(select(ReasonRoll.person_id)).all() == [other.id]


def test_index_is_computed_over_pairs_when_the_survey_ends(survey, clock, log):
    answered_by(survey, clock, 30)
    db.session.refresh(survey)
    result = survey.result
    assert (result["pairs"], result["reason"]) == (30, "")
    assert result["after"]["above_chance"] > 0.5 > abs(result["before"]["above_chance"])
    assert result["after"]["p"] < 0.01 and len(result["after"]["individuals"]) == 30
    assert result["change"] == pytest.approx(
        result["after"]["above_chance"] - result["before"]["above_chance"], abs=1e-9
    )
    entry = log()[-1]
    assert (entry.kind, entry.details["pairs"]) == ("reason_survey.published", 30)
    assert publish_ended_reason_surveys() == 0


def test_fewer_than_thirty_pairs_are_not_enough_data(survey, clock, tmp_path):
    answered_by(survey, clock, 29)
    db.session.refresh(survey)
    assert survey.result == {"pairs": 29, "reason": "few"}
    assert write_reason_survey(tmp_path, survey.process) == {
        "reason_items.csv": 10,
        "reason_answers.csv": 0,
        "reason_index.csv": 2,
    }
    index = (tmp_path / "reason_index.csv").read_text(encoding="utf-8").splitlines()
    assert index[1:] == ["before,,not_enough_data,,,,,", "after,,not_enough_data,,,,,"]


def test_changed_statements_and_answers_are_found_by_the_log(survey, clock):
    answered_by(survey, clock, 3)
    assert list(compare_process_figures(db.session())) == []
    with tampered("UPDATE reason_answer SET value = 7 - value WHERE item = 'C1'") as session:
        (fault,) = compare_process_figures(session)
    assert (fault.table, fault.column) == ("reason_survey", "answers")
    with tampered("UPDATE reason_item SET text_en = 'Other' WHERE name = 'C1'") as session:
        columns = [fault.column for fault in compare_process_figures(session)]
    assert "items" in columns


def test_release_file_gives_the_index_of_the_platform(survey, clock, tmp_path):
    answered_by(survey, clock, 31)
    write_reason_survey(tmp_path, survey.process)
    path = tmp_path / "reason_answers.csv"
    run = CliRunner().invoke(cli, ["citivoice", "reason", str(path), "--json"])
    assert run.exit_code == 0, run.stderr
    own = json.loads(run.stdout)
    db.session.refresh(survey)
    with (tmp_path / "reason_index.csv").open(newline="") as file:
        published = [row for row in csv.DictReader(file) if not row["participant"]]
    for row in published:
        stage = survey.result[row["stage"]]
        assert float(row["value"]) == stage["value"]
        assert float(row["chance"]) == stage["chance"] and float(row["p"]) == stage["p"]
        assert own[row["stage"]]["value"] == pytest.approx(stage["value"], abs=1e-9)
        assert own[row["stage"]]["p"] == pytest.approx(stage["p"], abs=1e-9)


def test_release_has_no_key_and_numbers_of_people_say_nothing(survey, clock, tmp_path):
    people = answered_by(survey, clock, 30)
    keys = set(db.session.scalars(select(ReasonAnswer.key)))
    write_reason_survey(tmp_path, survey.process)
    content = "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    assert not any(key in content for key in keys)
    assert not any(person.actor_id in content for person in people)


def test_storage_of_answers_is_rewritten_with_the_ballots(survey):
    answer(factories.create_resident(), survey, values_of(1))
    answer(factories.create_resident(), survey, values_of(2))
    rewritten = rewrite_ballot_tables()
    is_postgres = db.engine.dialect.name == "postgresql"
    assert ("reason_answer" in rewritten) is is_postgres
    assert rewrite_ballot_tables() == []


def test_stages_follow_the_days(survey, clock):
    assert survey.stage == ReasonStage.BEFORE
    clock.move_to(survey.before_closes_at)
    assert survey.stage is None and not survey.has_ended
    clock.move_to(survey.after_opens_at)
    assert survey.stage == ReasonStage.AFTER
    clock.move_to(survey.closes_at)
    assert survey.stage is None and survey.has_ended and now() == survey.closes_at
