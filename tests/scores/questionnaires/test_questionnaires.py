"""Questionnaires at the close: who may answer, secrecy of the answers, figures beside criteria."""

import csv
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import inspect, select, text

from deliberate.citivoice.framework.catalogue import read_toml
from deliberate.citivoice.framework.questionnaires import (
    AUDIENCES,
    FEWEST,
    MOST,
    InvalidQuestionnaire,
    load_questions,
)
from deliberate.citivoice.indicators.formulas import wilson
from deliberate.database import db, unrecorded
from deliberate.exports.documents.questionnaires_csv import write_questionnaires
from deliberate.models import Interaction, Notice, QuestionnaireAnswer, QuestionnaireRoll
from deliberate.models.scores.questionnaire import answer_box_root
from deliberate.operations.accounts.deletion import erase_account
from deliberate.operations.polls.ballot_box import rewrite_ballot_tables
from deliberate.operations.processes.processes import close_process
from deliberate.operations.scores.questionnaires import (
    answer_questionnaire,
    open_questionnaire,
    publish_closed_questionnaires,
)
from deliberate.operations.threads.comments import post_comment
from deliberate.permissions.decision import InvalidInput, Refused
from deliberate.queries.accounts.account_data import get_account_data
from deliberate.queries.log.process_figures import compare_process_figures
from deliberate.queries.scores.questionnaires import (
    experienced_by_criterion,
    experienced_figures,
    questions_of,
)
from deliberate.vocabulary import QuestionnaireAudience, Role, Stance
from tests import factories
from tests.log.prepared_log import tampered

MODULE = "deliberate.citivoice.framework.questionnaires"
PARTICIPANTS, ORGANISERS = QuestionnaireAudience.PARTICIPANTS, QuestionnaireAudience.ORGANISERS


@pytest.fixture
def institution(app, clock):
    return factories.create_institution("kantor")


@pytest.fixture
def process(institution):
    return factories.create_process(institution, days=10)


@pytest.fixture
def admin(app, clock):
    return factories.create_staff(role=Role.ADMIN)


@pytest.fixture
def proposal(process):
    return factories.create_proposal(process)


@pytest.fixture
def questionnaire(admin, process):
    return open_in_an_hour(admin, process)


def open_in_an_hour(admin, process):
    """Open a questionnaire an hour from now, so that people take part before it."""
    opened = open_questionnaire(admin, process, PARTICIPANTS, 14)
    with unrecorded("test settings"):
        opened.opened_at += timedelta(hours=1)
    return opened


def take_part(proposal):
    person = factories.create_resident()
    post_comment(person, proposal, "Saya setuju.", stance=Stance.FOR)
    return person


def answers_of(questionnaire, value=4, **others):
    return {question.id: value for question in questions_of(questionnaire)} | others


def close(clock):
    clock.shift(timedelta(days=20))
    return publish_closed_questionnaires()


def test_people_who_take_part_after_the_opening_are_not_asked(questionnaire, proposal, clock):
    clock.shift(timedelta(hours=2))
    with pytest.raises(Refused):
        answer_questionnaire(take_part(proposal), questionnaire, answers_of(questionnaire))


def test_data_file_has_eight_to_twelve_questions_in_two_languages():
    for questions in load_questions().questions.values():
        assert FEWEST <= len(questions) <= MOST
        assert len({question.id for question in questions}) == len(questions)
        assert all(question.en and question.name_id for question in questions)


def test_questionnaire_opens_at_the_close_and_once(admin, institution, log):
    process = factories.create_process(institution, days=40)
    with pytest.raises(Refused):
        open_questionnaire(admin, process, PARTICIPANTS, 14)
    close_process(admin, process, "Selesai.")
    log()
    opened = open_questionnaire(admin, process, PARTICIPANTS, 14)
    (entry,) = log()
    closes = int(opened.closes_at.timestamp())
    assert (entry.kind, entry.process_id) == ("questionnaire.opened", process.id)
    assert entry.details == {"audience": "participants", "questions": 11, "closes": closes}
    with pytest.raises(Refused):
        open_questionnaire(admin, process, PARTICIPANTS, 14)
    open_questionnaire(admin, process, ORGANISERS, 14)


@pytest.mark.parametrize("days", [0, 6, 61])
def test_questionnaire_is_open_for_a_week_to_two_months(admin, process, days):
    with pytest.raises(InvalidInput):
        open_questionnaire(admin, process, PARTICIPANTS, days)


def test_questionnaire_is_opened_by_administrators(process):
    with pytest.raises(Refused):
        open_questionnaire(factories.create_staff(), process, PARTICIPANTS, 14)


def test_residents_who_took_part_answer_once(proposal, questionnaire, log):
    person = take_part(proposal)
    log()
    answer_questionnaire(person, questionnaire, answers_of(questionnaire))
    (entry,) = log()
    assert (entry.kind, entry.details) == ("questionnaire.answered", {})
    with pytest.raises(Refused):
        answer_questionnaire(person, questionnaire, answers_of(questionnaire))
    for other in (factories.create_resident(), factories.create_staff()):
        with pytest.raises(Refused):
            answer_questionnaire(other, questionnaire, answers_of(questionnaire))


def test_those_who_run_the_process_are_notified_that_it_waits(admin, process, institution):
    officer, moderator = (
        factories.create_staff(institution),
        factories.create_staff(role=Role.MODERATOR),
    )
    factories.create_staff()
    factories.create_staff(role=Role.EVALUATOR)
    open_questionnaire(admin, process, ORGANISERS, 14)
    notices = select(Notice.person_id).where(Notice.kind == "questionnaire.organisers")
    assert set(db.session.scalars(notices)) == {officer.id, moderator.id}
    assert db.session.scalar(select(Notice.id).where(Notice.kind == "questionnaire.opened")) is None


def test_those_who_run_the_process_answer_the_organisers_one(admin, process, institution):
    questionnaire = open_questionnaire(admin, process, ORGANISERS, 14)
    for person in (admin, factories.create_staff(institution)):
        answer_questionnaire(person, questionnaire, answers_of(questionnaire))
    for other in (factories.create_staff(), factories.create_resident()):
        with pytest.raises(Refused):
            answer_questionnaire(other, questionnaire, answers_of(questionnaire))


def test_ended_questionnaire_takes_no_answers(proposal, questionnaire, clock):
    person = take_part(proposal)
    clock.shift(timedelta(days=15))
    with pytest.raises(Refused):
        answer_questionnaire(person, questionnaire, answers_of(questionnaire))


def test_every_question_needs_an_answer_of_the_scale(proposal, questionnaire):
    person = take_part(proposal)
    complete = answers_of(questionnaire)
    incomplete = dict(list(complete.items())[1:])
    for answers in (incomplete, complete | {"P1": 6}, complete | {"P99": 3}, {}):
        with pytest.raises(InvalidInput):
            answer_questionnaire(person, questionnaire, answers)
    assert db.session.scalars(select(QuestionnaireRoll)).all() == []


def test_answers_have_no_column_of_a_person_a_time_or_another_answer(app):
    columns = {column.key for column in inspect(QuestionnaireAnswer).columns}
    assert columns == {"key", "questionnaire_id", "question", "value"}


def test_storage_order_joins_answers_with_people_no_better_than_chance(proposal, questionnaire):
    chance, given = Random(5), {}
    for _ in range(60):
        person, value = take_part(proposal), chance.randint(1, 5)
        answer_questionnaire(person, questionnaire, answers_of(questionnaire, value))
        given[person.actor_id] = value
    rewrite_ballot_tables()
    acts = select(Interaction.actor_id).where(Interaction.kind == "questionnaire.answered")
    people = db.session.scalars(acts.order_by(Interaction.id)).all()
    order = "key" if db.engine.dialect.name == "sqlite" else "ctid"
    stored = select(QuestionnaireAnswer.value).where(QuestionnaireAnswer.question == "P1")
    values = db.session.scalars(stored.order_by(text(order))).all()
    same = sum(given[actor] == value for actor, value in zip(people, values, strict=True))
    assert same / 60 < 0.45


@pytest.mark.postgresql
def test_rewrite_separates_answers_from_the_transactions_of_the_log(proposal, questionnaire):
    answer_questionnaire(take_part(proposal), questionnaire, answers_of(questionnaire))
    joined = text(
        "SELECT count(*) FROM questionnaire_answer a JOIN interaction i"
        " ON a.xmin::text = i.xmin::text"
    )
    assert db.session.scalar(joined) > 0
    answer_questionnaire(take_part(proposal), questionnaire, answers_of(questionnaire))
    assert "questionnaire_answer" in rewrite_ballot_tables()
    assert db.session.scalar(joined) == 0


def test_figures_are_published_after_the_end_with_a_hash_of_the_box(
    process, proposal, questionnaire, clock, log
):
    for k in range(12):
        answers = answers_of(questionnaire, 5 if k < 9 else 2, P11=0)
        answer_questionnaire(take_part(proposal), questionnaire, answers)
    assert publish_closed_questionnaires() == 0
    assert experienced_figures(process.id) == []
    log()
    assert close(clock) == 1
    (entry,) = log()
    lines = db.session.execute(
        select(QuestionnaireAnswer.key, QuestionnaireAnswer.question, QuestionnaireAnswer.value)
    ).all()
    factories.reload(questionnaire)
    root = answer_box_root(questionnaire, lines)
    assert entry.details == {"audience": "participants", "people": 12, "root": root}
    (published,) = experienced_figures(process.id)
    first, *_others, last = published.figures
    assert (first.agreed, first.people, (first.low, first.high)) == (9, 12, wilson(9, 12))
    assert (last.agreed, last.people, published.people) == (None, 0, 12)
    assert publish_closed_questionnaires() == 0


def test_changed_answer_is_found_by_the_hash(process, proposal, questionnaire, clock):
    answer_questionnaire(take_part(proposal), questionnaire, answers_of(questionnaire))
    close(clock)
    factories.reload(questionnaire)
    query = select(QuestionnaireAnswer.key, QuestionnaireAnswer.question, QuestionnaireAnswer.value)
    lines = [tuple(line) for line in db.session.execute(query)]
    assert answer_box_root(questionnaire, lines) == questionnaire.box_root
    changed = [(*lines[0][:2], 1), *lines[1:]]
    assert answer_box_root(questionnaire, changed) != questionnaire.box_root
    assert answer_box_root(questionnaire, lines[1:]) != questionnaire.box_root


def test_figures_of_few_people_are_not_shown(process, proposal, questionnaire, clock):
    for _ in range(9):
        answer_questionnaire(take_part(proposal), questionnaire, answers_of(questionnaire))
    close(clock)
    (published,) = experienced_figures(process.id)
    assert {figure.agreed for figure in published.figures} == {None}


def test_questions_of_a_criterion_stay_apart(process, proposal, questionnaire, clock):
    for _ in range(10):
        answers = answers_of(questionnaire, 5, P9=1)
        answer_questionnaire(take_part(proposal), questionnaire, answers)
    close(clock)
    shares = {f.question.id: f.share for f in experienced_by_criterion(process.id)["DP3"]}
    assert shares == {"P9": 0.0, "P10": 1.0}


def test_erased_person_stays_counted_and_download_says_that_one_answered(proposal, questionnaire):
    person = take_part(proposal)
    answer_questionnaire(person, questionnaire, answers_of(questionnaire))
    assert len(get_account_data(person)["questionnaires_answered"]) == 1
    erase_account(person, factories.PASSPHRASE)
    assert len(db.session.scalars(select(QuestionnaireAnswer)).all()) == 11


def test_people_of_the_process_are_notified_of_the_participants_one(admin, process):
    kinds = select(Notice.kind).where(Notice.process_id == process.id)
    open_questionnaire(admin, process, ORGANISERS, 14)
    assert "questionnaire.opened" not in db.session.scalars(kinds).all()
    open_questionnaire(admin, process, PARTICIPANTS, 14)
    assert "questionnaire.opened" in db.session.scalars(kinds).all()


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE questionnaire_answer SET value = 1 WHERE question = 'P1'",
        "DELETE FROM questionnaire_answer WHERE question = 'P1'",
    ],
)
def test_check_of_the_log_finds_changed_answers(proposal, questionnaire, clock, statement):
    answer_questionnaire(take_part(proposal), questionnaire, answers_of(questionnaire))
    close(clock)
    assert list(compare_process_figures(db.session())) == []
    with tampered(statement) as session:
        (fault,) = compare_process_figures(session)
    assert (fault.table, fault.column) == ("questionnaire", "answers")


def write_figures(folder, process):
    write_questionnaires(folder, process)
    with (folder / "questionnaires.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("people", [9, 10])
def test_release_has_figures_of_ten_residents_or_more(
    tmp_path, process, questionnaire, proposal, clock, people
):
    for person in [take_part(proposal) for _ in range(people)]:
        answer_questionnaire(person, questionnaire, answers_of(questionnaire))
    assert write_figures(tmp_path, process) == []  # open: nothing is shown
    close(clock)
    rows = write_figures(tmp_path, process)
    assert [row["question"] for row in rows] == [q.id for q in questions_of(questionnaire)]
    shown = {(row["agreed"], row["could_say"]) for row in rows}
    assert shown == ({("10", "10")} if people == 10 else {("", "")})


def test_closed_questionnaire_is_read_in_the_version_it_was_asked_with(questionnaire, monkeypatch):
    later = {"version": "1.1", **{name: {"questions": []} for name in AUDIENCES}}
    earlier = read_toml("questionnaires.toml")
    texts = [question.en for question in questions_of(questionnaire)]
    files = {"questionnaires.toml": later, "questionnaires-1.0.toml": earlier}
    monkeypatch.setattr(f"{MODULE}.read_toml", lambda name: files.get(name) or read_toml(name))
    monkeypatch.setattr(f"{MODULE}.data_folder", VersionFolder)
    load_questions.cache_clear()
    try:
        assert [question.en for question in questions_of(questionnaire)] == texts
        with pytest.raises(InvalidQuestionnaire, match=r"0\.9"):
            load_questions("0.9")
    finally:
        load_questions.cache_clear()


class VersionFolder:
    """A folder of data files with one earlier version of the questions."""

    def __truediv__(self, name):
        return Path(__file__ if name == "questionnaires-1.0.toml" else "/nothing")
