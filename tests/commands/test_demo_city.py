"""The sample city is told without mistakes, and lives through operations."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from deliberate import sealing
from deliberate.commands.demo_city import CityError, read_city, schedule, seed
from deliberate.database import db
from deliberate.models import Comment, Interaction, Person, Poll, Process, Proposal, Response
from deliberate.operations.accounts import accounts as account_operations

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


def test_the_citys_files_hold_together():
    city = read_city()
    assert len(city.institutions) == 5
    assert len(city.residents) >= 120
    assert len(city.stories) >= 40
    assert sum(len(story.thread) for story in city.stories) >= 600


def test_the_same_files_give_the_same_acts():
    assert schedule.deeds(read_city()) == schedule.deeds(read_city())


def test_nothing_is_told_of_a_day_to_come():
    assert max(deed.day for deed in schedule.deeds(read_city())) < schedule.TODAY


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
def test_a_mistake_is_named_with_file_and_key(told, mistake, said):
    with pytest.raises(CityError, match=said):
        told(mistake)


def test_the_city_lives_on_both_databases(app):
    city = read_city()
    done = seed(city, PRESENT)
    rows = db.session.scalar(select(func.count()).where(Interaction.cause.is_(None)))
    assert done == rows > 5000
    for model, least in ((Process, 3), (Proposal, 40), (Comment, 600), (Poll, 4), (Response, 20)):
        assert db.session.scalar(select(func.count(model.id))) >= least
    assert sealing.seal_log(app.config["SETTINGS"]) > done
    assert sealing.verify() == []
    for entry in city.sign_ins:
        assert account_operations.authenticate(entry["name"], "kopi pahit di teras rumah")
    assert db.session.scalar(
        select(func.count(Person.id)).where(Person.passphrase_hash.is_not(None))
    ) == len(city.sign_ins)


def test_an_act_that_may_not_be_leaves_no_city_at_all(app):
    city = read_city()
    city.processes[0]["phase"] = city.processes[0]["phase"][1:]
    city.assessments, city.samples = [], []
    with pytest.raises(CityError, match=r"\.toml: .*: submit on day"):
        seed(city, PRESENT)
    assert db.session.scalar(select(func.count(Person.id))) == 0


def test_most_who_pass_by_come_once():
    weeks = {}
    for deed in schedule.deeds(read_city()):
        if deed.act in {"support", "vote"} and deed.words[0].startswith("singgah"):
            weeks.setdefault(deed.words[0], set()).add(deed.day // 7)
    once = sum(len(seen) == 1 for seen in weeks.values())
    assert once > 0.8 * len(weeks) > 400
