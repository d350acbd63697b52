"""Joining, signing in and one's own account by HTTP: nothing written is lost or sent unseen."""

import html
import json
import re

import pytest

from deliberate.models import Proposal
from deliberate.operations.accounts import accounts as account_operations
from deliberate.operations.accounts.sign_in import TRIES_OF_ACCOUNT
from tests import factories
from tests.client import send, signed_in, visitor
from tests.factories import PASSPHRASE

JOINING = {
    "sign_in_name": "dwi.h",
    "display_name": "Dwi Hartati",
    "passphrase": PASSPHRASE,
    "terms": "y",
}
WORDS = {"sign_in_name": "dwi", "passphrase": PASSPHRASE}


@pytest.fixture
def dwi(app):
    return account_operations.join("dwi", "Dwi Hartati", PASSPHRASE)


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page."""
    tags = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in tags}


# --- joining -------------------------------------------------------------------------------------


def test_somebody_joins_and_is_signed_in(app, log):
    client = visitor(app)
    answer = client.post("/id/join", data=JOINING)
    assert (answer.status_code, answer.location) == (303, "/id/account")
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
def test_what_cannot_be_is_said_beside_its_field_and_nothing_typed_is_lost(app, log, field, wrong):
    answer = visitor(app).post("/en/join", data={**JOINING, "area": "Bumi Harapan", field: wrong})
    assert answer.status_code == 422
    assert "<title>Error: Join" in answer.text
    assert f'href="#{field}"' in answer.text
    assert 'value="Bumi Harapan"' in answer.text
    assert PASSPHRASE not in answer.text
    assert log() == []


def test_a_name_somebody_has_is_refused_in_words(app, dwi):
    answer = visitor(app).post("/id/join", data={**JOINING, "display_name": "DWI HARTATI"})
    assert answer.status_code == 422
    assert "atau mirip nama lain" in answer.text


def test_an_empty_form_is_no_failure_of_the_house(app):
    assert visitor(app).post("/id/join", data={}).status_code == 422
    assert visitor(app).post("/id/sign-in", data={}).status_code == 422


# --- signing in ----------------------------------------------------------------------------------


def test_the_right_words_lead_where_one_was_going(app, dwi):
    page = visitor(app).get("/id/sign-in?next=/id/account").text
    assert hidden(page)["held_path"] == "/id/account"
    answer = visitor(app).post("/id/sign-in", data={**WORDS, "held_path": "/id/account"})
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
def test_nobody_is_led_to_another_site(app, dwi, elsewhere):
    page = visitor(app).get("/id/sign-in", query_string={"next": elsewhere}).text
    assert hidden(page)["held_path"] == ""
    answer = visitor(app).post("/id/sign-in", data={**WORDS, "held_path": elsewhere})
    assert answer.location == "/id/account"


def test_unknown_names_and_wrong_words_are_answered_alike(app, dwi):
    unknown = visitor(app).post("/id/sign-in", data={**WORDS, "sign_in_name": "ada"})
    wrong = visitor(app).post("/id/sign-in", data={**WORDS, "passphrase": "x"})
    assert unknown.status_code == wrong.status_code == 422
    assert unknown.text.replace('"ada"', '"dwi"') == wrong.text


def test_too_many_tries_say_when_one_may_go_on_and_keep_the_text(app, dwi, clock):
    client, held = visitor(app), json.dumps([["body", "tiga kata saya"]])
    tries = {**WORDS, "passphrase": "x", "held_path": "/id/somewhere", "held_fields": held}
    for _ in range(TRIES_OF_ACCOUNT):
        assert client.post("/id/sign-in", data=tries).status_code == 422
    answer = client.post("/id/sign-in", data=tries)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "61")
    assert "09.01" in answer.text
    assert hidden(answer.text)["held_fields"] == held


def test_the_browser_of_the_account_gets_in_while_a_stranger_waits(app, dwi, clock):
    own = visitor(app)
    own.post("/id/sign-in", data=WORDS)
    send(own, "/id/account", "/id/sign-out")
    for _ in range(TRIES_OF_ACCOUNT + 1):
        stranger = visitor(app).post("/id/sign-in", data={**WORDS, "passphrase": "x"})
    assert stranger.status_code == 429
    assert own.post("/id/sign-in", data=WORDS).status_code == 303


def test_signing_in_changes_the_token_and_a_planted_one_is_worth_nothing(app, dwi):
    client = visitor(app)
    with client.session_transaction() as session:
        session["_user_id"] = "planted"
        session["csrf_token"] = "planted"
    client.post("/id/sign-in", data=WORDS)
    with client.session_transaction() as session:
        assert session["_user_id"] != "planted"
        assert session.get("csrf_token") != "planted"


def test_somebody_signed_in_is_not_asked_again(app, dwi):
    client = signed_in(app, dwi)
    assert client.get("/id/sign-in?next=/id/processes").location == "/id/processes"
    assert client.get("/id/join").location == "/id/account"


def test_forms_from_other_sites_are_refused(app, dwi, log):
    for header in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = visitor(app).post("/id/sign-in", data=WORDS, headers=header)
        assert answer.status_code == 400
    assert [entry.kind for entry in log()] == ["person.joined"]


def test_signing_out_ends_the_session_and_says_so(app, dwi, log):
    client = signed_in(app, dwi)
    answer = send(client, "/id/account", "/id/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"storage"'
    assert answer.status_code == 303
    assert "Anda sudah keluar" in client.get(answer.location).text
    assert client.get("/id/account").text.count("Masuk") > 1
    assert log()[-1].kind == "person.signed_out"


def test_signing_out_by_a_link_does_nothing(app, dwi):
    client = signed_in(app, dwi)
    assert client.get("/id/sign-out").status_code == 405
    assert client.post("/id/sign-out").status_code == 400
    assert "Dwi Hartati" in client.get("/id/account").text


# --- what was written before ---------------------------------------------------------------------


def test_what_was_sent_signed_out_waits_through_wrong_words_and_is_sent_once_by_one_button(
    app, dwi, log
):
    """A change of one's area stands here for any form: it is nowhere until the last button."""
    client = visitor(app)
    log()
    step = client.post("/en/account/area", data={"area": "Bumi Harapan di tepi sungai"})
    assert step.status_code == 401
    assert "Bumi Harapan di tepi sungai" in step.text
    wrong = client.post("/en/sign-in", data={**hidden(step.text), **WORDS, "passphrase": "x"})
    assert "Bumi Harapan di tepi sungai" in wrong.text
    page = client.post("/en/sign-in", data={**hidden(wrong.text), **WORDS})
    assert "You are signed in as Dwi Hartati" in page.text
    assert "Here is what you wrote" in page.text
    assert [entry.kind for entry in log()] == ["person.signed_in"]
    assert 'action="/en/account/area"' in page.text
    sent = client.post("/en/account/area", data=hidden(page.text))
    assert sent.status_code == 303
    assert [entry.kind for entry in log()] == ["person.moved"]
    factories.again(dwi)
    assert dwi.area == "Bumi Harapan di tepi sungai"


def test_joining_carries_it_too(app, log):
    client = visitor(app)
    step = client.post("/en/account/area", data={"area": "Bumi Harapan di tepi sungai"})
    page = client.post("/en/join", data={**hidden(step.text), "show": "1", "sign_in_name": "dwi.h"})
    assert page.status_code == 200
    assert 'value="dwi.h"' in page.text
    done = client.post("/en/join", data={**hidden(page.text), **JOINING})
    assert "Bumi Harapan di tepi sungai" in done.text
    assert client.post("/en/account/area", data=hidden(done.text)).status_code == 303
    assert [entry.kind for entry in log()] == ["person.joined", "person.moved"]


def test_a_button_without_words_is_confirmed_after_signing_in(app, dwi, log):
    client = visitor(app)
    step = client.post("/en/account/consent", headers={"Referer": "http://localhost/en/processes"})
    page = client.post("/en/sign-in", data={**hidden(step.text), **WORDS})
    assert "One step is left" in page.text
    assert 'href="/en/processes"' in page.text
    assert log()[-1].kind == "person.signed_in"


def test_a_passphrase_never_travels_inside_another_form(app):
    step = visitor(app).post("/en/account/passphrase", data={"passphrase": PASSPHRASE})
    assert step.status_code == 401
    assert PASSPHRASE not in step.text


def test_odd_held_fields_are_no_failure(app, dwi):
    for odd in ("x", "[1]", '{"a": 1}', "null", '[["a"]]', "[[1, 2]]"):
        form = {**WORDS, "held_path": "/id/account/area", "held_fields": odd}
        assert visitor(app).post("/id/sign-in", data=form).status_code in {200, 303}


# --- one's own account ---------------------------------------------------------------------------


def test_the_account_shows_what_one_took_part_in_with_its_state(app, dwi):
    proposal = factories.a_proposal(author=dwi)
    page = signed_in(app, dwi).get("/id/account").text
    assert proposal.title in page
    assert "Terbuka untuk dukungan" in page


def test_an_empty_account_says_what_to_do(app, dwi):
    page = signed_in(app, dwi).get("/en/account").text
    assert "Nothing here yet" in page
    assert "See what is open" in page


def test_nobody_sees_anothers_participation(app, dwi):
    title = factories.a_proposal(author=dwi).title
    assert title not in signed_in(app, factories.resident()).get("/id/account").text


def test_name_email_area_and_consent_are_each_changed_in_one_act(app, dwi, log):
    client = signed_in(app, dwi)
    log()
    changes = [("name", "display_name", "Warga Sepaku"), ("email", "email", "dwi@example.org")]
    changes += [("area", "area", "Bumi Harapan"), ("consent", "research", "y")]
    for path, field, value in changes:
        answer = send(client, "/id/account", f"/id/account/{path}", **{field: value})
        assert answer.status_code == 303
    kinds = ["person.renamed", "email.changed", "person.moved", "consent.changed"]
    assert [entry.kind for entry in log()] == kinds
    assert "Warga Sepaku" in client.get("/id/account").text


def test_a_wrong_change_is_said_beside_its_field(app, dwi, log):
    client = signed_in(app, dwi)
    log()
    answer = send(client, "/en/account", "/en/account/email", email="no address")
    assert answer.status_code == 422
    assert "<title>Error: My participation" in answer.text
    assert 'value="no address"' in answer.text
    assert log() == []


def test_a_new_passphrase_needs_the_present_one(app, dwi, log):
    client, new = signed_in(app, dwi), "tujuh perahu biru di teluk"
    answer = send(
        client, "/en/account", "/en/account/passphrase", passphrase="x", new_passphrase=new
    )
    assert (answer.status_code, "not your present passphrase" in answer.text) == (422, True)
    done = send(
        client, "/en/account", "/en/account/passphrase", passphrase=PASSPHRASE, new_passphrase=new
    )
    assert done.status_code == 303
    assert client.get("/en/account").status_code == 200


def test_my_data_holds_what_i_did_and_nothing_of_my_passphrase(app, dwi):
    proposal = factories.a_proposal(author=dwi)
    factories.a_proposal()
    answer = signed_in(app, dwi).get("/id/account/data.json")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    found = answer.get_json()
    assert [mine["title"] for mine in found["proposals"]] == [proposal.title]
    kinds = {row["public"]["kind"] for row in found["log"]}
    assert kinds == {"person.joined", "proposal.submitted", "person.signed_in"}
    assert "argon2" not in answer.text


def test_a_withdrawn_proposal_is_shown_as_withdrawn(app, dwi):
    proposal: Proposal = factories.a_proposal(author=dwi)
    from deliberate.operations.proposals import proposals as proposal_operations

    proposal_operations.withdraw_proposal(dwi, proposal, "")
    assert "Ditarik pengusul" in signed_in(app, dwi).get("/id/account").text
