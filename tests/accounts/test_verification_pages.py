"""Verified residents over HTTP: entering a code, making codes, putting in a list."""

import io
import re

import pytest

from deliberate.operations.accounts import verified_residents as verified_resident_operations
from deliberate.operations.accounts.sign_in import TRIES_OF_ACCOUNT
from deliberate.vocabulary import Role
from tests import factories
from tests.client import send, signed_in, visitor

DESK = "/en/desk/residents"
AREA = "Bumi Harapan"
NIK = "6409012304850003"
ROLES = [role for role in Role if role not in {Role.ADMIN, Role.SYSTEM}]


@pytest.fixture
def admin(app, clock):
    return factories.staff(role=Role.ADMIN)


def test_a_resident_enters_the_code_from_the_paper(app, admin):
    client = signed_in(app, admin)
    made = send(client, DESK, f"{DESK}/codes", number="3", area=AREA)
    assert (made.status_code, made.headers["Cache-Control"]) == (200, "no-store")
    codes = re.findall(r"<code>([A-Z0-9-]{19})</code>", made.text)
    assert len(set(codes)) == 3
    resident = signed_in(app, factories.resident())
    assert "/en/verify" in resident.get("/en/account").text
    answer = send(resident, "/en/verify", code=codes[0])
    assert answer.status_code == 303
    page = resident.get("/en/verify").text
    assert "You are a verified resident" in page and AREA in page
    assert "account/area" not in resident.get("/en/account").text
    assert codes[1] not in client.get(DESK).text


def test_a_wrong_code_is_said_beside_the_field_and_many_come_to_a_wait(app, clock):
    client = signed_in(app, factories.resident())
    for _try in range(TRIES_OF_ACCOUNT):
        answer = send(client, "/en/verify", code="SALAH-SALAH")
        assert answer.status_code == 422 and "no code of ours" in answer.text
    answer = send(client, "/en/verify", code="SALAH-SALAH")
    assert answer.status_code == 429 and "Retry-After" in answer.headers
    assert 'value="SALAH-SALAH"' in answer.text


def test_signed_out_people_sign_in_first_and_lose_no_code(app):
    answer = visitor(app).post("/id/verify", data={"code": "ABCD-EFGH"})
    assert answer.status_code == 401 and "ABCD-EFGH" in answer.text


@pytest.mark.parametrize("role", ROLES)
def test_the_desk_is_for_administrators(app, clock, role):
    client = signed_in(app, factories.staff(role=role))
    assert client.get(DESK).status_code == 403
    for to in ("codes", "list"):
        answer = send(client, "/en/account", f"{DESK}/{to}", number="1", table="a@b.id")
        assert answer.status_code == 403


def test_a_file_is_put_in_and_columns_with_identity_numbers_are_not_read(app, admin):
    client = signed_in(app, admin)
    written = f"NIK,email,area\n{NIK},ani@contoh.id,{AREA}\n".encode()
    answer = send(client, DESK, f"{DESK}/list", file=(io.BytesIO(written), "warga.csv"))
    assert answer.status_code == 303
    page = client.get(DESK).text
    assert "1 address is on the list. 0 accounts were verified at once." in page
    assert "Not read and not kept, these columns: NIK" in page
    assert NIK not in page


def test_a_wrong_line_keeps_nothing_and_loses_nothing(app, admin, log):
    client = signed_in(app, admin)
    log()
    table = "email,area\nani@contoh.id,Sepaku\nbukan-alamat,Sepaku"
    answer = send(client, DESK, f"{DESK}/list", table=table)
    assert answer.status_code == 422
    assert "nothing was kept" in answer.text and "bukan-alamat,Sepaku</textarea>" in answer.text
    assert log() == []


@pytest.mark.parametrize("number", ["", "0", "1001", "tiga"])
def test_a_wrong_number_of_codes_is_said(app, admin, number):
    client = signed_in(app, admin)
    answer = send(client, DESK, f"{DESK}/codes", number=number, area=AREA)
    assert answer.status_code == 422 and 'value="Bumi Harapan"' in answer.text


def test_an_administrator_takes_the_verification_back(app, admin):
    person = factories.resident()
    verified_resident_operations.list_residents(admin, {"ani@contoh.id": AREA})
    client, page = signed_in(app, admin), f"/en/desk/people/{person.id}/standing"
    assert "This account is not verified" in client.get(page).text
    (code,) = verified_resident_operations.make_resident_codes(admin, 1, AREA)
    send(signed_in(app, person), "/en/verify", code=code)
    end = f"/en/desk/people/{person.id}/verification/end"
    assert send(client, page, end, end="").status_code == 422
    assert send(client, page, end, end="moved").status_code == 303
    factories.again(person)
    assert person.verified_at is None


def test_the_pages_speak_indonesian(app, admin):
    assert "Kode untuk dibagikan" in signed_in(app, admin).get("/id/desk/residents").text
    assert "Warga terverifikasi" in signed_in(app, factories.resident()).get("/id/verify").text
