"""Pages of the verification of residents: enter a code, create codes, add a list."""

import io
import re

import pytest

from deliberate.operations.accounts.verified_residents import (
    add_resident_list,
    create_resident_codes,
)
from deliberate.operations.site.rate_limits import SIGN_IN
from deliberate.vocabulary import Role
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form

DESK = "/en/desk/residents"
AREA = "Bumi Harapan"
NIK = "6409012304850003"
ROLES = [role for role in Role if role not in {Role.ADMIN, Role.SYSTEM}]


@pytest.fixture
def admin(app, clock):
    return factories.create_staff(role=Role.ADMIN)


def test_verification_page_accepts_code(app, admin):
    client = signed_in_client(app, admin)
    made = submit_form(client, DESK, f"{DESK}/codes", count="3", area=AREA)
    assert (made.status_code, made.headers["Cache-Control"]) == (200, "private, no-store")
    codes = re.findall(r"<code>([A-Z0-9-]{19})</code>", made.text)
    assert len(set(codes)) == 3
    resident = signed_in_client(app, factories.create_resident())
    assert "/en/verify" in resident.get("/en/account").text
    answer = submit_form(resident, "/en/verify", code=codes[0])
    assert answer.status_code == 303
    page = resident.get("/en/verify").text
    assert "You are a verified resident" in page and AREA in page
    assert "account/area" not in resident.get("/en/account").text
    assert codes[1] not in client.get(DESK).text


def test_verification_page_shows_wrong_code_and_limits_attempts(app, clock):
    client = signed_in_client(app, factories.create_resident())
    for _try in range(SIGN_IN.account):
        answer = submit_form(client, "/en/verify", code="SALAH-SALAH")
        assert answer.status_code == 422 and "This code is not valid" in answer.text
    answer = submit_form(client, "/en/verify", code="SALAH-SALAH")
    assert answer.status_code == 429 and "Retry-After" in answer.headers
    assert 'value="SALAH-SALAH"' in answer.text


def test_verification_code_survives_sign_in(app):
    answer = anonymous_client(app).post("/id/verify", data={"code": "ABCD-EFGH"})
    assert answer.status_code == 401 and "ABCD-EFGH" in answer.text


@pytest.mark.parametrize("role", ROLES)
def test_resident_lists_are_for_administrators(app, clock, role):
    client = signed_in_client(app, factories.create_staff(role=role))
    assert client.get(DESK).status_code == 403
    for to in ("codes", "list"):
        answer = submit_form(client, "/en/account", f"{DESK}/{to}", count="1", table="a@b.id")
        assert answer.status_code == 403


def test_uploaded_list_ignores_identity_number_columns(app, admin):
    client = signed_in_client(app, admin)
    written = f"NIK,email,area\n{NIK},ani@contoh.id,{AREA}\n".encode()
    answer = submit_form(client, DESK, f"{DESK}/list", file=(io.BytesIO(written), "warga.csv"))
    assert answer.status_code == 303
    page = client.get(DESK).text
    assert "1 address is on the list. 0 accounts were verified at once." in page
    assert "These columns were not read or stored: NIK" in page
    assert NIK not in page


def test_list_with_wrong_line_stores_nothing_and_keeps_input(app, admin, log):
    client = signed_in_client(app, admin)
    log()
    table = "email,area\nani@contoh.id,Sepaku\nbukan-alamat,Sepaku"
    answer = submit_form(client, DESK, f"{DESK}/list", table=table)
    assert answer.status_code == 422
    assert "nothing was stored" in answer.text and "bukan-alamat,Sepaku</textarea>" in answer.text
    assert log() == []


@pytest.mark.parametrize("count", ["", "0", "1001", "tiga"])
def test_number_of_codes_is_validated(app, admin, count):
    client = signed_in_client(app, admin)
    answer = submit_form(client, DESK, f"{DESK}/codes", count=count, area=AREA)
    assert answer.status_code == 422 and 'value="Bumi Harapan"' in answer.text


def test_administrator_ends_verification_on_page(app, admin):
    person = factories.create_resident()
    add_resident_list(admin, {"ani@contoh.id": AREA})
    client, page = signed_in_client(app, admin), f"/en/desk/people/{person.id}/standing"
    assert "This account is not verified" in client.get(page).text
    (code,) = create_resident_codes(admin, 1, AREA)
    submit_form(signed_in_client(app, person), "/en/verify", code=code)
    end = f"/en/desk/people/{person.id}/verification/end"
    assert submit_form(client, page, end, reason="").status_code == 422
    assert submit_form(client, page, end, reason="moved").status_code == 303
    factories.reload(person)
    assert person.verified_at is None


def test_verification_pages_are_translated(app, admin):
    assert "Kode untuk dibagikan" in signed_in_client(app, admin).get("/id/desk/residents").text
    assert (
        "Warga terverifikasi"
        in signed_in_client(app, factories.create_resident()).get("/id/verify").text
    )
