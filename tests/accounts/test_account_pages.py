"""Pages to join, sign in and change the account; no input is lost or sent without confirmation."""

import html
import json
import re

import pytest

from deliberate.models import Proposal
from deliberate.operations.accounts.registration import join
from deliberate.operations.site.rate_limits import SIGN_IN
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form
from tests.factories import PASSPHRASE

JOINING = {
    "sign_in_name": "dwi.h",
    "display_name": "Dwi Hartati",
    "passphrase": PASSPHRASE,
    "terms": "y",
}
CREDENTIALS = {"sign_in_name": "dwi", "passphrase": PASSPHRASE}


@pytest.fixture
def dwi(app):
    return join("dwi", "Dwi Hartati", PASSPHRASE)


def hidden_fields(page: str) -> dict[str, str]:
    """Return the hidden fields of a page."""
    tags = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in tags}


def test_join_creates_account_and_signs_in(app, log):
    client = anonymous_client(app)
    answer = client.post("/id/join", data=JOINING)
    assert (answer.status_code, answer.location) == (303, "/id/welcome/codes?next=/id/welcome")
    (entry,) = log()
    assert entry.kind == "person.joined"
    assert "Dwi Hartati" in client.get("/id/account").text


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("sign_in_name", "d"),
        ("sign_in_name", "dwi hartati"),
        ("display_name", "x"),
        ("display_name", "Dwi 🌱"),
        ("display_name", "Dwі"),
        ("display_name", "D" * 41),
        ("passphrase", "pendek"),
        ("passphrase", "katasandirahasia"),
        ("passphrase", "Dwi Hartati dwi.h"),
        ("email", "dwi at example"),
        ("terms", ""),
    ],
)
def test_join_shows_errors_at_fields_and_keeps_input(app, log, field, wrong):
    answer = anonymous_client(app).post(
        "/en/join", data={**JOINING, "area": "Bumi Harapan", field: wrong}
    )
    assert answer.status_code == 422
    assert "<title>Error: Join" in answer.text
    assert f'href="#{field}"' in answer.text
    assert 'value="Bumi Harapan"' in answer.text
    assert PASSPHRASE not in answer.text
    assert log() == []


def test_join_refuses_taken_name_with_message(app, dwi):
    answer = anonymous_client(app).post("/id/join", data={**JOINING, "display_name": "DWI HARTATI"})
    assert answer.status_code == 422
    assert "atau mirip nama lain" in answer.text


def test_empty_forms_are_rejected_without_server_error(app):
    assert anonymous_client(app).post("/id/join", data={}).status_code == 422
    assert anonymous_client(app).post("/id/sign-in", data={}).status_code == 422


def test_sign_in_redirects_to_next_path(app, dwi):
    page = anonymous_client(app).get("/id/sign-in?next=/id/account").text
    assert hidden_fields(page)["held_path"] == "/id/account"
    answer = anonymous_client(app).post(
        "/id/sign-in", data={**CREDENTIALS, "held_path": "/id/account"}
    )
    assert (answer.status_code, answer.location) == (303, "/id/account")


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:x",
    ],
)
def test_sign_in_does_not_redirect_to_other_site(app, dwi, elsewhere):
    page = anonymous_client(app).get("/id/sign-in", query_string={"next": elsewhere}).text
    assert hidden_fields(page)["held_path"] == ""
    answer = anonymous_client(app).post("/id/sign-in", data={**CREDENTIALS, "held_path": elsewhere})
    assert answer.location == "/id/"


def test_sign_in_answers_unknown_name_and_wrong_passphrase_alike(app, dwi):
    unknown = anonymous_client(app).post("/id/sign-in", data={**CREDENTIALS, "sign_in_name": "ada"})
    wrong = anonymous_client(app).post("/id/sign-in", data={**CREDENTIALS, "passphrase": "x"})
    assert unknown.status_code == wrong.status_code == 422
    assert unknown.text.replace('"ada"', '"dwi"') == wrong.text


def test_sign_in_limit_shows_retry_time_and_keeps_text(app, dwi, clock):
    client, held = anonymous_client(app), json.dumps([["body", "tiga kata saya"]])
    tries = {**CREDENTIALS, "passphrase": "x", "held_path": "/id/somewhere", "held_fields": held}
    for _ in range(SIGN_IN.account):
        assert client.post("/id/sign-in", data=tries).status_code == 422
    answer = client.post("/id/sign-in", data=tries)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "61")
    assert "09.01" in answer.text
    assert hidden_fields(answer.text)["held_fields"] == held


def test_known_browser_signs_in_while_stranger_is_limited(app, dwi, clock):
    own = anonymous_client(app)
    own.post("/id/sign-in", data=CREDENTIALS)
    submit_form(own, "/id/account", "/id/sign-out")
    for _ in range(SIGN_IN.account + 1):
        stranger = anonymous_client(app).post(
            "/id/sign-in", data={**CREDENTIALS, "passphrase": "x"}
        )
    assert stranger.status_code == 429
    assert own.post("/id/sign-in", data=CREDENTIALS).status_code == 303


def test_sign_in_replaces_token_and_rejects_planted_one(app, dwi):
    client = anonymous_client(app)
    with client.session_transaction() as session:
        session["_user_id"] = "planted"
        session["csrf_token"] = "planted"
    client.post("/id/sign-in", data=CREDENTIALS)
    with client.session_transaction() as session:
        assert session["_user_id"] != "planted"
        assert session.get("csrf_token") != "planted"


def test_sign_in_page_redirects_signed_in_person(app, dwi):
    client = signed_in_client(app, dwi)
    assert client.get("/id/sign-in?next=/id/processes").location == "/id/processes"
    assert client.get("/id/join").location == "/id/"


def test_forms_from_other_sites_are_refused(app, dwi, log):
    for header in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = anonymous_client(app).post("/id/sign-in", data=CREDENTIALS, headers=header)
        assert answer.status_code == 400
    assert [entry.kind for entry in log()] == ["person.joined"]


def test_sign_out_ends_session_and_confirms(app, dwi, log):
    client = signed_in_client(app, dwi)
    answer = submit_form(client, "/id/account", "/id/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"storage"'
    assert answer.status_code == 303
    assert "Anda sudah keluar" in client.get(answer.location).text
    assert client.get("/id/account").text.count("Masuk") > 1
    assert log()[-1].kind == "person.signed_out"


def test_sign_out_requires_post(app, dwi):
    client = signed_in_client(app, dwi)
    assert client.get("/id/sign-out").status_code == 405
    assert client.post("/id/sign-out").status_code == 400
    assert "Dwi Hartati" in client.get("/id/account").text


def test_interrupted_form_survives_failed_sign_in_and_is_sent_once(app, dwi, log):
    """A change of area stands for any form: it is stored nowhere before the last button."""
    client = anonymous_client(app)
    log()
    step = client.post("/en/account/area", data={"area": "Bumi Harapan di tepi sungai"})
    assert step.status_code == 401
    assert "Bumi Harapan di tepi sungai" in step.text
    wrong = client.post(
        "/en/sign-in", data={**hidden_fields(step.text), **CREDENTIALS, "passphrase": "x"}
    )
    assert "Bumi Harapan di tepi sungai" in wrong.text
    page = client.post("/en/sign-in", data={**hidden_fields(wrong.text), **CREDENTIALS})
    assert "You are signed in as Dwi Hartati" in page.text
    assert "Here is what you wrote" in page.text
    assert [entry.kind for entry in log()] == ["person.signed_in"]
    assert 'action="/en/account/area"' in page.text
    sent = client.post("/en/account/area", data=hidden_fields(page.text))
    assert sent.status_code == 303
    assert [entry.kind for entry in log()] == ["person.moved"]
    factories.reload(dwi)
    assert dwi.area == "Bumi Harapan di tepi sungai"


def test_interrupted_form_survives_joining(app, log):
    client = anonymous_client(app)
    step = client.post("/en/account/area", data={"area": "Bumi Harapan di tepi sungai"})
    page = client.post(
        "/en/join", data={**hidden_fields(step.text), "show": "1", "sign_in_name": "dwi.h"}
    )
    assert page.status_code == 200
    assert 'value="dwi.h"' in page.text
    changed = client.post("/en/join", data={**hidden_fields(page.text), **JOINING})
    assert "Bumi Harapan di tepi sungai" in changed.text
    assert client.post("/en/account/area", data=hidden_fields(changed.text)).status_code == 303
    assert [entry.kind for entry in log()] == ["person.joined", "person.moved"]


def test_interrupted_button_is_confirmed_after_sign_in(app, dwi, log):
    client = anonymous_client(app)
    step = client.post("/en/account/consent", headers={"Referer": "http://localhost/en/processes"})
    page = client.post("/en/sign-in", data={**hidden_fields(step.text), **CREDENTIALS})
    assert "One step is left" in page.text
    assert 'href="/en/processes"' in page.text
    assert log()[-1].kind == "person.signed_in"


def test_interrupted_act_is_named_on_its_button_after_sign_in(app, dwi):
    proposal = factories.create_proposal()
    client = anonymous_client(app)
    step = client.post(f"/en/proposals/{proposal.id}/support")
    page = client.post("/en/sign-in", data={**hidden_fields(step.text), **CREDENTIALS})
    assert f"Support proposal {proposal.id}</b>" in page.text
    assert re.search(rf"<button[^>]*>\s*Support proposal {proposal.id}\s*</button>", page.text)


def test_passphrase_is_never_held_in_another_form(app):
    step = anonymous_client(app).post("/en/account/passphrase", data={"passphrase": PASSPHRASE})
    assert step.status_code == 401
    assert PASSPHRASE not in step.text


def test_invalid_held_fields_cause_no_server_error(app, dwi):
    for odd in ("x", "[1]", '{"a": 1}', "null", '[["a"]]', "[[1, 2]]"):
        form = {**CREDENTIALS, "held_path": "/id/account/area", "held_fields": odd}
        assert anonymous_client(app).post("/id/sign-in", data=form).status_code in {200, 303}


def test_account_page_shows_participation_with_state(app, dwi):
    proposal = factories.create_proposal(author=dwi)
    page = signed_in_client(app, dwi).get("/id/account").text
    assert proposal.title in page
    assert "Terbuka untuk dukungan" in page


def test_empty_account_page_suggests_next_step(app, dwi):
    page = signed_in_client(app, dwi).get("/en/account").text
    assert "Nothing here yet" in page
    assert "See what is open" in page


def test_account_page_shows_own_participation_only(app, dwi):
    title = factories.create_proposal(author=dwi).title
    assert title not in signed_in_client(app, factories.create_resident()).get("/id/account").text


def test_name_email_area_and_consent_changes_record_one_act_each(app, dwi, log):
    client = signed_in_client(app, dwi)
    log()
    changes = [("name", "display_name", "Warga Sepaku"), ("email", "email", "dwi@example.org")]
    changes += [("area", "area", "Bumi Harapan"), ("consent", "research", "y")]
    for path, field, value in changes:
        answer = submit_form(client, "/id/account", f"/id/account/{path}", **{field: value})
        assert answer.status_code == 303
    kinds = ["person.renamed", "email.changed", "person.moved", "consent.changed"]
    assert [entry.kind for entry in log()] == kinds
    assert "Warga Sepaku" in client.get("/id/account").text


def test_account_page_shows_error_at_field(app, dwi, log):
    client = signed_in_client(app, dwi)
    log()
    answer = submit_form(client, "/en/account", "/en/account/email", email="no address")
    assert answer.status_code == 422
    assert "<title>Error: My participation" in answer.text
    assert 'value="no address"' in answer.text
    assert log() == []


def test_passphrase_change_requires_present_passphrase(app, dwi, log):
    client, new = signed_in_client(app, dwi), "tujuh perahu biru di teluk"
    answer = submit_form(
        client, "/en/account", "/en/account/passphrase", passphrase="x", new_passphrase=new
    )
    assert (answer.status_code, "not your present passphrase" in answer.text) == (422, True)
    changed = submit_form(
        client, "/en/account", "/en/account/passphrase", passphrase=PASSPHRASE, new_passphrase=new
    )
    assert changed.status_code == 303
    assert client.get("/en/account").status_code == 200


def test_data_download_contains_acts_without_passphrase_hash(app, dwi):
    proposal = factories.create_proposal(author=dwi)
    factories.create_proposal()
    answer = signed_in_client(app, dwi).get("/id/account/data.json")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    data = answer.get_json()
    assert [mine["title"] for mine in data["proposals"]] == [proposal.title]
    kinds = {row["public"]["kind"] for row in data["log"]}
    assert kinds == {"person.joined", "proposal.submitted", "person.signed_in"}
    assert "argon2" not in answer.text


def test_account_page_marks_withdrawn_proposal(app, dwi):
    proposal: Proposal = factories.create_proposal(author=dwi)
    from deliberate.operations.proposals import proposals as proposal_operations

    proposal_operations.withdraw_proposal(dwi, proposal, "")
    assert "Ditarik pengusul" in signed_in_client(app, dwi).get("/id/account").text
