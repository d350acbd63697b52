"""Test the sample city: its files are consistent, its acts run through operations."""

import pytest
from sqlalchemy import func, select

from deliberate import sealing
from deliberate.commands.demo_city import CityError, read_city, schedule, seed
from deliberate.database import db
from deliberate.models import (
    Comment,
    ConsultationReport,
    Document,
    Interaction,
    Person,
    Poll,
    Process,
    Proposal,
    Response,
    UnitContribution,
)
from deliberate.operations.accounts.passphrases import authenticate
from deliberate.queries.documents.documents import list_units
from deliberate.queries.processes.processes import get_process
from deliberate.queries.scores.questionnaires import experienced_figures
from tests.sample_city import CITY_NOW

CITY_FILE = """
[[resident]]
key = "ratna"
name = "Ratna"
area = "Sepaku"
[[process]]
slug = "air"
[[proposal]]
key = "sumur"
process = "air"
author = "ratna"
day = 3
title = "Sumur"
body = "Sumur dahulu."
"""


@pytest.fixture
def read_with(tmp_path):
    """Return a function that reads a city of one file with a text appended."""

    def read(addition):
        (tmp_path / "kota.toml").write_text(CITY_FILE + addition, encoding="utf-8")
        return read_city(tmp_path)

    return read


def test_demo_city_files_are_complete():
    city = read_city()
    assert len(city.institutions) == 5
    assert len(city.residents) >= 120
    assert len(city.proposals) >= 40
    assert sum(len(spec.thread) for spec in city.proposals) >= 600


def test_demo_city_schedule_is_deterministic():
    assert schedule.all_actions(read_city()) == schedule.all_actions(read_city())


def test_demo_city_has_no_acts_in_the_future():
    assert max(action.day for action in schedule.all_actions(read_city())) < schedule.TODAY


@pytest.mark.parametrize(
    ("addition", "message"),
    [
        ('thread = "dwi + 4: Setuju."', "kota.toml: sumur: nobody has the key 'dwi'"),
        ('thread = "ratna + Setuju."', "not a comment"),
        ('thread = "ratna + 4: A\\n    ratna 5: B"', "indented too far"),
        ('thread = "ratna + 4: A\\n  ratna 3: B"', "replies to a later comment"),
        ('revised = [ { day = 5, credits = ["ratna@4"] } ]', "no comment 'ratna@4'"),
        ("tittle = 1", "unknown tittle"),
        ("title =", "kota.toml: "),
    ],
)
def test_demo_city_errors_name_file_and_key(read_with, addition, message):
    with pytest.raises(CityError, match=message):
        read_with(addition)


@pytest.mark.postgresql
def test_demo_city_is_created_on_postgresql(app):
    seed(read_city(), CITY_NOW)
    assert sealing.seal_log(app.config["SETTINGS"]) > count_acts()
    check_city()


def test_demo_city_is_created_on_sqlite(shared_city):
    with shared_city.app_context():
        check_city()


def count_acts() -> int:
    """Return the number of acts that are no consequence of another."""
    return db.session.scalar(select(func.count()).where(Interaction.cause.is_(None))) or 0


def check_city() -> None:
    """Check that the current database holds the whole city, and a log that verifies."""
    assert count_acts() > 5000
    for model, minimum in ((Process, 3), (Proposal, 40), (Comment, 600), (Poll, 4), (Response, 20)):
        assert db.session.scalar(select(func.count(model.id))) >= minimum
    check_consultation()
    assert sealing.verify_log() == []
    sign_ins = read_city().sign_ins
    for entry in sign_ins:
        assert authenticate(entry["name"], "kopi pahit di teras rumah")
    assert db.session.scalar(
        select(func.count(Person.id)).where(Person.passphrase_hash.is_not(None))
    ) == len(sign_ins)


def check_consultation() -> None:
    """Check the draft regulation: 24 Pasal, three versions, answers, closed and reported."""
    draft = db.session.scalars(select(Document)).one()
    pasal = [unit for unit in list_units(draft.versions[0]) if unit.kind == "pasal"]
    assert (len(pasal), draft.version) == (24, 3) and draft.closed_at is not None
    report = db.session.scalars(select(ConsultationReport)).one()
    rows = db.session.scalars(select(UnitContribution)).all()
    assert report.contributions == len(rows) == 69 and 0 < report.explained < report.considered
    assert {row.kind for row in rows} == {"amendment", "comment", "question"}
    assert sum(row.join_count for row in rows) == 33
    assert {
        origin
        for (origin,) in db.session.execute(
            select(Interaction.origin).where(Interaction.kind == "consultation.reported")
        )
    } == {"seed"}


def test_demo_city_with_a_refused_act_leaves_nothing(app):
    city = read_city()
    city.processes[0]["phase"] = city.processes[0]["phase"][1:]
    city.assessments, city.samples, city.plans, city.populations = [], [], [], []
    with pytest.raises(CityError, match=r"\.toml: .*: submit on day"):
        seed(city, CITY_NOW)
    assert db.session.scalar(select(func.count(Person.id))) == 0


def test_demo_city_visitors_mostly_come_once():
    weeks = {}
    for action in schedule.all_actions(read_city()):
        if action.method in {"support", "vote"} and action.arguments[0].startswith("singgah"):
            weeks.setdefault(action.arguments[0], set()).add(action.day // 7)
    single_visits = sum(len(visited) == 1 for visited in weeks.values())
    assert single_visits > 0.8 * len(weeks) > 400


def test_demo_city_has_a_process_at_its_close_with_what_people_experienced(shared_city):
    with shared_city.app_context():
        process = get_process("balai-warga")
        figures = experienced_figures(process.id)
        assert [str(row.questionnaire.audience) for row in figures] == [
            "participants",
            "organisers",
        ]
        residents, organisers = figures
        assert residents.people >= 10 and organisers.people >= 5
        assert all(figure.share is not None for figure in residents.figures)
    page = shared_city.test_client().get("/en/scores/balai-warga").text
    assert "What residents said made a difference." in page
    assert "experienced, residents who took part" in page
