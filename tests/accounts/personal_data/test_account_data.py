"""The download of one's own data: everything that is the person's, nothing of anybody else."""

import json

import pytest

from deliberate.database import Base, TransientBase, db, transient, unrecorded
from deliberate.database.personal_rows import downloaded_columns, list_models
from deliberate.operations.threads.comments import post_comment
from deliberate.queries.accounts.account_data import get_account_data
from deliberate.vocabulary import Stance
from tests import factories
from tests.accounts.personal_data.marked_rows import insert_marked_rows
from tests.client import signed_in_client

MODELS = [model for base in (Base, TransientBase) for model in list_models(base)]


@pytest.fixture
def filled(app):
    """Return a function that creates a person with a row, and markers, in every table."""

    def create():
        person = factories.create_resident()
        factories.create_poll()
        comment = post_comment(
            person, factories.create_proposal(author=person), "Ya.", stance=Stance.FOR
        )
        subject = ("comment", comment.id)
        with unrecorded("rows with markers") as session:
            markers = insert_marked_rows(session, Base, person.id, subject)
        with transient() as store:
            markers |= insert_marked_rows(store, TransientBase, person.id, subject)
        db.session.rollback()
        return person, markers

    return create


def test_download_has_rows_of_every_table_of_the_person(filled):
    person, _markers = filled()
    data = get_account_data(person)
    names = {model.personal_data.name for model in MODELS if model.personal_data.owners} | {"log"}
    assert set(data) == names | {"labels"}
    assert [name for name in names if not data[name]] == []


def test_download_has_what_is_marked_for_it_and_nothing_else(filled):
    person, markers = filled()
    content = json.dumps(get_account_data(person))
    downloaded = {str(column) for model in MODELS for column in downloaded_columns(model)}
    present = {name for name, marker in markers.items() if marker in content}
    others_words = {"escalation.note"}
    assert present | others_words == set(markers) & downloaded


def test_download_has_nothing_of_other_people(filled):
    person, _ = filled()
    _other, markers = filled()
    content = json.dumps(get_account_data(person))
    assert [name for name, marker in markers.items() if marker in content] == []


def test_download_has_no_choice_of_a_ballot(filled):
    person, _ = filled()
    (ballot,) = get_account_data(person)["public_ballots"]
    assert set(ballot) == {"poll_id", "person_id"}


def test_download_names_its_parts_in_the_language_of_the_page(app):
    client = signed_in_client(app, factories.create_resident())
    assert client.get("/en/account/data.json").get_json()["labels"]["comments"] == "Comments"
    assert client.get("/id/account/data.json").get_json()["labels"]["comments"] == "Komentar"
