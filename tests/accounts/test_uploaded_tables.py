"""Uploaded tables in other encodings are read, or refused with words at their field."""

import io

import pytest
from sqlalchemy import select

from deliberate.database import db
from deliberate.models import ResidentEntry
from deliberate.vocabulary import Role
from tests import factories
from tests.client import signed_in_client, submit_form

DESK = "/en/desk/residents"
TABLE = "email,area\nayu@contoh.id,Désa Bumi\nbudi@contoh.id,Désa Bumi\n"


def upload(app, content):
    client = signed_in_client(app, factories.create_staff(role=Role.ADMIN))
    file = (io.BytesIO(content), "warga.csv")
    return submit_form(client, DESK, f"{DESK}/list", file=file)


@pytest.mark.parametrize(
    "content",
    [
        TABLE.encode(),
        TABLE.encode("utf-8-sig"),
        TABLE.encode("utf-16"),
        TABLE.replace("\n", "\r").encode(),
        TABLE.replace("\n", "\r\n").encode("utf-16"),
    ],
)
def test_residents_list_is_read_in_unicode_with_any_line_ends(app, clock, content):
    assert upload(app, content).status_code == 303
    db.session.rollback()
    entries = db.session.scalars(select(ResidentEntry)).all()
    assert [entry.area for entry in entries] == ["Désa Bumi"] * 2


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("cp1252", "Windows-1252"), ("utf-16-le", "UTF-16")],
)
def test_residents_list_in_another_encoding_is_refused_with_words(app, clock, encoding, name):
    answer = upload(app, TABLE.encode(encoding))
    assert answer.status_code == 422
    assert f"is not UTF-8; the file is probably {name}" in answer.text
    assert db.session.scalar(select(ResidentEntry)) is None


def test_table_of_responses_in_another_encoding_is_refused_with_words(app, clock):
    institution = factories.create_institution()
    client = signed_in_client(app, factories.create_staff(institution))
    page = "/en/desk/answers"
    file = (io.BytesIO("nomor;jawaban\n1;Désa\n".encode("cp1252")), "jawaban.csv")
    answer = submit_form(client, page, file=file)
    assert answer.status_code == 422
    assert "the file is probably Windows-1252" in answer.text
