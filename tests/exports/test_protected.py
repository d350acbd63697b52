"""The protected tier holds what was agreed to, and its private rows join to nothing."""

from collections import Counter, defaultdict
from datetime import timedelta

import pytest

from deliberate import sealing
from deliberate.database import db, unrecorded
from deliberate.exports.formats import FORMATS
from deliberate.exports.protected import TELLING
from deliberate.exports.pseudonyms import Pseudonyms
from deliberate.exports.release import build_release
from deliberate.models import Interaction
from deliberate.operations import comments, erasing, moderation, proposals
from deliberate.vocabulary import Role, Rule, Stance
from tests import city
from tests.exports.reading import everything_in, rows

SECRETS = (b"1" * 32, b"2" * 32)
PEOPLE = 24


def agreed(name=""):
    person = city.resident(name)
    with unrecorded("test settings"):
        person.research_consent = True
    return person


@pytest.fixture
def process(app, clock):
    """A process in which many people did the same in private, one after the other."""
    process = city.a_process(threshold=1000)
    proposal = city.a_proposal(process)
    first = comments.post_comment(agreed("Ratna"), proposal, "Terlalu mahal.", stance=Stance.FOR)
    for _ in range(PEOPLE):
        clock.shift(timedelta(minutes=7))
        person = agreed()
        proposals.support_proposal(person, proposal)
        comments.rate_comment(person, first, is_strong=True)
    proposals.support_proposal(city.resident(), proposal)
    sealing.seal_log(app.config["SETTINGS"])
    return process


def built(process, folder, secret):
    build_release(process, folder, formats=tuple(FORMATS), secret=secret)
    return rows(folder / "private_acts.csv")


def truth(secret):
    """Who stands behind each pseudonym of private rows: what no attacker has."""
    actors = set(db.session.scalars(db.select(Interaction.actor_id))) - {None}
    return {name: actor for actor, name in Pseudonyms(secret, "q").of_all(actors).items()}


def test_private_rows_are_of_those_who_agreed_and_tell_a_week(process, tmp_path):
    found = built(process, tmp_path / "r", SECRETS[0])
    assert Counter(row["kind"] for row in found) == {
        "support.given": PEOPLE,
        "comment.rated": PEOPLE,
    }
    assert {row["week"] for row in found} == {"2026-03-02"}
    assert set(found[0]) == {"person_id", "week", "process_id", "kind", "actor_role", "answer"}
    assert {r["answer"] for r in found if r["kind"] == "comment.rated"} == {"1"}


def test_who_entered_a_ballot_at_an_office_never_leaves():
    assert "clerk" not in {name for names in TELLING.values() for name in names}


def test_public_rows_bear_exact_times_and_texts(process, tmp_path):
    built(process, tmp_path / "r", SECRETS[0])
    (text,) = (r for r in rows(tmp_path / "r/texts.csv") if r["subject_type"] == "comment")
    assert text["text"] == "Terlalu mahal."
    times = {row["occurred_at"] for row in rows(tmp_path / "r/events.csv")}
    assert all(not time.endswith(":00:00Z") and "." in time for time in times)


def test_a_private_pseudonym_is_in_no_public_row(process, tmp_path):
    private = {row["person_id"] for row in built(process, tmp_path / "r", SECRETS[0])}
    names = ("events.csv", "comments.csv", "texts.csv", "proposals.csv")
    public = "".join((tmp_path / "r" / name).read_text() for name in names)
    assert len(private) == PEOPLE and not any(name in public for name in private)


def test_two_releases_share_no_pseudonym(process, tmp_path):
    for name, secret in zip("ab", SECRETS, strict=True):
        built(process, tmp_path / name, secret)
    one, two = (
        {row[column] for file, column in (("private_acts.csv", "person_id"),
                                          ("events.csv", "actor_id"))
         for row in rows(tmp_path / name / file)} - {""}
        for name in "ab"
    )  # fmt: skip
    assert one and not one & two


def test_private_rows_of_two_releases_cannot_be_joined(process, tmp_path):
    """An attack by proposal, time and order: rows alike in all they tell, paired as they stand."""
    cells = []
    for name, secret in zip("ab", SECRETS, strict=True):
        cell, known = defaultdict(list), truth(secret)
        for row in built(process, tmp_path / name, secret):
            who = known[row.pop("person_id")]
            cell[tuple(row.items())].append(who)
        cells.append(cell)
    assert cells[0].keys() == cells[1].keys()
    for told, ours in cells[0].items():
        right = sum(a == b for a, b in zip(ours, cells[1][told], strict=True))
        assert right <= PEOPLE / 4, "pairing by order finds more than chance"


def test_the_order_of_private_rows_is_not_that_of_the_log(process, tmp_path):
    known = truth(SECRETS[0])
    found = [r["person_id"] for r in built(process, tmp_path / "r", SECRETS[0])
             if r["kind"] == "support.given"]  # fmt: skip
    query = db.select(Interaction.actor_id).where(Interaction.kind == "support.given")
    acted = [a for a in db.session.scalars(query.order_by(Interaction.seq)) if a in known.values()]
    in_place = sum(known[name] == who for name, who in zip(found, acted, strict=False))
    assert in_place <= PEOPLE / 4


# --- planted secrets -----------------------------------------------------------------------------


@pytest.mark.parametrize("secret", [None, SECRETS[0]])
def test_no_secret_is_in_any_file(app, tmp_path, secret):
    process = city.a_process()
    author, leaving = city.resident("Nama Rahasia"), city.resident("Orang Pergi")
    with unrecorded("test settings"):
        author.email, author.area, author.sign_in_name = "r@ahasia.id", "Desa Rahasia", "masukku"
    proposal = city.a_proposal(process, author)
    hidden = comments.post_comment(author, proposal, "Hinaan tersembunyi", stance=Stance.FOR)
    comments.post_comment(leaving, proposal, "Kalimat terhapus", stance=Stance.AGAINST)
    taken = comments.post_comment(author, proposal, "Kata ditarik", stance=Stance.FOR)
    moderation.hide_contribution(
        city.staff(role=Role.MODERATOR), hidden, Rule.INSULT, "Catatan moderator"
    )
    comments.withdraw_comment(author, taken)
    erasing.erase_account(leaving, city.PASSPHRASE, network="10.9.8.7")
    sealing.seal_log(app.config["SETTINGS"])
    build_release(process, tmp_path / "r", formats=tuple(FORMATS), secret=secret)
    told = everything_in(tmp_path / "r")
    actors = {entry.actor_id for entry in db.session.query(Interaction) if entry.actor_id}
    salts = {entry.salt.hex() for entry in db.session.query(Interaction)}
    ids = {entry.id for entry in db.session.query(Interaction)}
    planted = {
        *("Nama Rahasia", "Orang Pergi", "r@ahasia.id", "Desa Rahasia", "masukku", "10.9.8.7"),
        *("Hinaan tersembunyi", "Kalimat terhapus", "Kata ditarik", "Catatan moderator"),
    }
    assert not {word for word in planted | actors | salts | ids if word in told}
    assert "erased-1" in told
