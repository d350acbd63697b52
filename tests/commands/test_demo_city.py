"""The sample city is told without mistakes, and lives through operations."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from deliberate import sealing
from deliberate.commands.demo_city import CityError, read_city, schedule, seed
from deliberate.database import db
from deliberate.models import Comment, Interaction, Person, Poll, Process, Proposal, Response
from deliberate.operations.accounts.passphrases import authenticate

PRESENT = datetime(2026, 3, 4, 3, tzinfo=UTC)
TOLD = """
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
def told(tmp_path):
    """Reads a city of one file, to which a test adds its mistake."""

    def read(more):
        (tmp_path / "kota.toml").write_text(TOLD + more, encoding="utf-8")
        return read_city(tmp_path)

    return read


def test_demo_city_files_are_complete():
    city = read_city()
    assert len(city.institutions) == 5
    assert len(city.residents) >= 120
    assert len(city.stories) >= 40
    assert sum(len(story.thread) for story in city.stories) >= 600


def test_demo_city_schedule_is_deterministic():
    assert schedule.all_actions(read_city()) == schedule.all_actions(read_city())


def test_demo_city_has_no_acts_in_the_future():
    assert max(deed.day for deed in schedule.all_actions(read_city())) < schedule.TODAY


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        ('thread = "dwi + 4: Setuju."', "kota.toml: sumur: nobody has the key 'dwi'"),
        ('thread = "ratna + Setuju."', "no comment in the line"),
        ('thread = "ratna + 4: A\\n    ratna 5: B"', "indented too far"),
        ('thread = "ratna + 4: A\\n  ratna 3: B"', "answers something written later"),
        ('revised = [ { day = 5, credits = ["ratna@4"] } ]', "no comment 'ratna@4'"),
        ("tittle = 1", "unknown tittle"),
        ("title =", "kota.toml: "),
    ],
)
def test_demo_city_errors_name_file_and_key(told, mistake, said):
    with pytest.raises(CityError, match=said):
        told(mistake)


def test_demo_city_is_created_on_each_database(app):
    city = read_city()
    done = seed(city, PRESENT)
    rows = db.session.scalar(select(func.count()).where(Interaction.cause.is_(None)))
    assert done == rows > 5000
    for model, least in ((Process, 3), (Proposal, 40), (Comment, 600), (Poll, 4), (Response, 20)):
        assert db.session.scalar(select(func.count(model.id))) >= least
    assert sealing.seal_log(app.config["SETTINGS"]) > done
    assert sealing.verify_log() == []
    for entry in city.sign_ins:
        assert authenticate(entry["name"], "kopi pahit di teras rumah")
    assert db.session.scalar(
        select(func.count(Person.id)).where(Person.passphrase_hash.is_not(None))
    ) == len(city.sign_ins)


def test_demo_city_with_a_refused_act_leaves_nothing(app):
    city = read_city()
    city.processes[0]["phase"] = city.processes[0]["phase"][1:]
    city.assessments, city.samples = [], []
    with pytest.raises(CityError, match=r"\.toml: .*: submit on day"):
        seed(city, PRESENT)
    assert db.session.scalar(select(func.count(Person.id))) == 0


def test_demo_city_visitors_mostly_come_once():
    weeks = {}
    for deed in schedule.all_actions(read_city()):
        if deed.act in {"support", "vote"} and deed.words[0].startswith("singgah"):
            weeks.setdefault(deed.words[0], set()).add(deed.day // 7)
    once = sum(len(seen) == 1 for seen in weeks.values())
    assert once > 0.8 * len(weeks) > 400
