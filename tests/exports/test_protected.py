"""The protected tier holds consented data only, and its private rows cannot be joined."""

from collections import Counter, defaultdict
from datetime import timedelta

import pytest

from deliberate import sealing
from deliberate.database import db, unrecorded
from deliberate.exports.formats import FORMATS
from deliberate.exports.protected_release import RELEASED_DETAILS
from deliberate.exports.pseudonyms import Pseudonyms
from deliberate.exports.release_builder import build_release
from deliberate.models import Interaction
from deliberate.operations.accounts.deletion import erase_account
from deliberate.operations.moderation.decisions import hide_contribution
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.threads.comments import post_comment, rate_comment, withdraw_comment
from deliberate.vocabulary import ModerationRule, Role, Stance
from tests import factories
from tests.exports.release_reader import csv_rows, release_text

SECRETS = (b"1" * 32, b"2" * 32)
PEOPLE = 24


def create_consenting_person(name=""):
    person = factories.create_resident(name)
    with unrecorded("test settings"):
        person.research_consent = True
    return person


@pytest.fixture
def process(app, clock):
    """Return a process in which many people did the same private acts one after the other."""
    process = factories.create_process(threshold=1000)
    proposal = factories.create_proposal(process)
    first = post_comment(
        create_consenting_person("Ratna"), proposal, "Terlalu mahal.", stance=Stance.FOR
    )
    for _ in range(PEOPLE):
        clock.shift(timedelta(minutes=7))
        person = create_consenting_person()
        support_proposal(person, proposal)
        rate_comment(person, first, is_strong=True)
    support_proposal(factories.create_resident(), proposal)
    sealing.seal_log(app.config["SETTINGS"])
    return process


def build(process, folder, secret):
    build_release(process, folder, formats=tuple(FORMATS), secret=secret)
    return csv_rows(folder / "private_acts.csv")


def actors_by_pseudonym(secret):
    """Return the actor behind each pseudonym of private rows, which an attacker does not have."""
    actors = set(db.session.scalars(db.select(Interaction.actor_id))) - {None}
    return {name: actor for actor, name in Pseudonyms(secret, "q").of_all(actors).items()}


def test_private_rows_hold_consenting_people_and_weeks_only(process, tmp_path):
    private_rows = build(process, tmp_path / "r", SECRETS[0])
    assert Counter(row["kind"] for row in private_rows) == {
        "support.given": PEOPLE,
        "comment.rated": PEOPLE,
    }
    assert {row["week"] for row in private_rows} == {"2026-03-02"}
    assert set(private_rows[0]) == {
        "person_id",
        "week",
        "process_id",
        "kind",
        "actor_role",
        "answer",
    }
    assert {r["answer"] for r in private_rows if r["kind"] == "comment.rated"} == {"1"}


def test_released_details_exclude_the_clerk():
    assert not {kind for kind in RELEASED_DETAILS if kind.startswith(("group", "band"))}
    assert "clerk" not in {name for names in RELEASED_DETAILS.values() for name in names}


def test_protected_release_has_exact_times_and_texts(process, tmp_path):
    build(process, tmp_path / "r", SECRETS[0])
    (text,) = (r for r in csv_rows(tmp_path / "r/texts.csv") if r["subject_type"] == "comment")
    assert text["text"] == "Terlalu mahal."
    times = {row["occurred_at"] for row in csv_rows(tmp_path / "r/events.csv")}
    assert all(not time.endswith(":00:00Z") and "." in time for time in times)


def test_private_pseudonyms_are_absent_from_public_rows(process, tmp_path):
    private = {row["person_id"] for row in build(process, tmp_path / "r", SECRETS[0])}
    names = ("events.csv", "comments.csv", "texts.csv", "proposals.csv")
    public = "".join((tmp_path / "r" / name).read_text() for name in names)
    assert len(private) == PEOPLE and not any(name in public for name in private)


def test_two_releases_share_no_pseudonym(process, tmp_path):
    for name, secret in zip("ab", SECRETS, strict=True):
        build(process, tmp_path / name, secret)
    one, two = (
        {row[column] for file, column in (("private_acts.csv", "person_id"),
                                          ("events.csv", "actor_id"))
         for row in csv_rows(tmp_path / name / file)} - {""}
        for name in "ab"
    )  # fmt: skip
    assert one and not one & two


def test_private_rows_of_two_releases_cannot_be_joined(process, tmp_path):
    """Attack by position: pair rows with equal fields in the order of the two files."""
    groups = []
    for name, secret in zip("ab", SECRETS, strict=True):
        group, actors = defaultdict(list), actors_by_pseudonym(secret)
        for row in build(process, tmp_path / name, secret):
            actor = actors[row.pop("person_id")]
            group[tuple(row.items())].append(actor)
        groups.append(group)
    assert groups[0].keys() == groups[1].keys()
    for fields, first_actors in groups[0].items():
        matches = sum(a == b for a, b in zip(first_actors, groups[1][fields], strict=True))
        assert matches <= PEOPLE / 4, "pairing by order finds more than chance"


def test_private_rows_are_not_in_log_order(process, tmp_path):
    actors = actors_by_pseudonym(SECRETS[0])
    private_rows = [r["person_id"] for r in build(process, tmp_path / "r", SECRETS[0])
             if r["kind"] == "support.given"]  # fmt: skip
    query = db.select(Interaction.actor_id).where(Interaction.kind == "support.given")
    actors_in_log_order = [
        a for a in db.session.scalars(query.order_by(Interaction.seq)) if a in actors.values()
    ]
    matches = sum(
        actors[name] == actor
        for name, actor in zip(private_rows, actors_in_log_order, strict=False)
    )
    assert matches <= PEOPLE / 4


@pytest.mark.parametrize("secret", [None, SECRETS[0]])
def test_release_contains_no_planted_secret(app, tmp_path, secret):
    process = factories.create_process()
    author, erased_person = (
        factories.create_resident("Nama Rahasia"),
        factories.create_resident("Orang Pergi"),
    )
    with unrecorded("test settings"):
        author.email, author.area, author.sign_in_name = "r@ahasia.id", "Desa Rahasia", "masukku"
    proposal = factories.create_proposal(process, author)
    hidden = post_comment(author, proposal, "Hinaan tersembunyi", stance=Stance.FOR)
    post_comment(erased_person, proposal, "Kalimat terhapus", stance=Stance.AGAINST)
    withdrawn = post_comment(author, proposal, "Kata ditarik", stance=Stance.FOR)
    hide_contribution(
        factories.create_staff(role=Role.MODERATOR),
        hidden,
        ModerationRule.INSULT,
        "Catatan moderator",
    )
    withdraw_comment(author, withdrawn)
    erase_account(erased_person, factories.PASSPHRASE, context=factories.request_from("10.9.8.7"))
    sealing.seal_log(app.config["SETTINGS"])
    build_release(process, tmp_path / "r", formats=tuple(FORMATS), secret=secret)
    text = release_text(tmp_path / "r")
    actors = {entry.actor_id for entry in db.session.query(Interaction) if entry.actor_id}
    salts = {entry.salt.hex() for entry in db.session.query(Interaction)}
    ids = {entry.id for entry in db.session.query(Interaction)}
    planted = {
        *("Nama Rahasia", "Orang Pergi", "r@ahasia.id", "Desa Rahasia", "masukku", "10.9.8.7"),
        *("Hinaan tersembunyi", "Kalimat terhapus", "Kata ditarik", "Catatan moderator"),
    }
    assert not {word for word in planted | actors | salts | ids if word in text}
    assert "erased-1" in text
