"""The protected tier holds what was agreed to, and its private rows join to nothing."""

from collections import Counter, defaultdict
from datetime import timedelta

import pytest

from deliberate import sealing
from deliberate.database import db, unrecorded
from deliberate.exports.formats import FORMATS
from deliberate.exports.protected_release import TELLING
from deliberate.exports.pseudonyms import Pseudonyms
from deliberate.exports.release import build_release
from deliberate.models import Interaction
from deliberate.operations.accounts import deletion as deletion_operations
from deliberate.operations.moderation import moderation as moderation_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.operations.threads import comments as comment_operations
from deliberate.vocabulary import Role, Rule, Stance
from tests import factories
from tests.exports.release_reader import everything_in, rows

SECRETS = (b"1" * 32, b"2" * 32)
PEOPLE = 24


def agreed(name=""):
    person = factories.resident(name)
    with unrecorded("test settings"):
        person.research_consent = True
    return person


@pytest.fixture
def process(app, clock):
    """A process in which many people did the same in private, one after the other."""
    process = factories.a_process(threshold=1000)
    proposal = factories.a_proposal(process)
    first = comment_operations.post_comment(
        agreed("Ratna"), proposal, "Terlalu mahal.", stance=Stance.FOR
    )
    for _ in range(PEOPLE):
        clock.shift(timedelta(minutes=7))
        person = agreed()
        proposal_operations.support_proposal(person, proposal)
        comment_operations.rate_comment(person, first, is_strong=True)
    proposal_operations.support_proposal(factories.resident(), proposal)
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
    process = factories.a_process()
    author, leaving = factories.resident("Nama Rahasia"), factories.resident("Orang Pergi")
    with unrecorded("test settings"):
        author.email, author.area, author.sign_in_name = "r@ahasia.id", "Desa Rahasia", "masukku"
    proposal = factories.a_proposal(process, author)
    hidden = comment_operations.post_comment(
        author, proposal, "Hinaan tersembunyi", stance=Stance.FOR
    )
    comment_operations.post_comment(leaving, proposal, "Kalimat terhapus", stance=Stance.AGAINST)
    taken = comment_operations.post_comment(author, proposal, "Kata ditarik", stance=Stance.FOR)
    moderation_operations.hide_contribution(
        factories.staff(role=Role.MODERATOR), hidden, Rule.INSULT, "Catatan moderator"
    )
    comment_operations.withdraw_comment(author, taken)
    deletion_operations.erase_account(leaving, factories.PASSPHRASE, network="10.9.8.7")
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
