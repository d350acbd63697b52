"""What is true of every request and every answer."""

import re
from pathlib import Path

import pytest
from flask import Response

from deliberate.config import Settings
from deliberate.operations.accounts import accounts as account_operations
from deliberate.operations.proposals import proposals as proposal_operations
from deliberate.views.site import language_cookie as language_cookie_views
from deliberate.views.site.response_headers import HEADERS, asset
from deliberate.views.site.url_parsing import path_within
from deliberate.vocabulary import Role
from tests import factories
from tests.client import send, signed_in, visitor

PUBLIC = ["/id/", "/en/processes", "/id/help", "/en/rules", "/id/sign-in", "/en/join"]


# --- who may come in -----------------------------------------------------------------------------


def test_somebody_signed_out_reads_public_pages_and_is_asked_at_others(app):
    assert visitor(app).get("/id/processes").status_code == 200
    step = visitor(app).get("/id/account")
    assert (step.status_code, 'name="passphrase"' in step.text) == (200, True)
    assert 'name="held_path" value="/id/account"' in step.text


def test_a_role_opens_its_pages_and_no_other(app):
    app.view_functions["static_pages.method"].audience = ("moderator",)
    try:
        assert (
            signed_in(app, factories.staff(role=Role.MODERATOR)).get("/id/method").status_code
            == 200
        )
        assert signed_in(app, factories.resident()).get("/id/method").status_code == 403
        assert "passphrase" in visitor(app).get("/id/method").text
    finally:
        app.view_functions["static_pages.method"].audience = ("public",)


def test_a_new_role_ends_the_session_at_once(app):
    person = factories.resident()
    client = signed_in(app, person)
    account_operations.grant_role(None, person, Role.MODERATOR)
    assert 'name="passphrase"' in client.get("/id/account").text


def test_a_stolen_cookie_is_worth_nothing_after_signing_out(app):
    person = factories.resident()
    client, thief = signed_in(app, person), visitor(app)
    with client.session_transaction() as session:
        stolen = dict(session)
    with thief.session_transaction() as session:
        session.update(stolen)
    assert person.display_name in thief.get("/id/account").text
    send(client, "/id/account", "/id/sign-out")
    assert person.display_name not in thief.get("/id/account").text


# --- forms ---------------------------------------------------------------------------------------


def test_a_form_without_its_token_shows_what_was_typed_and_sends_it_with_one_button(app, log):
    client = signed_in(app, factories.resident())
    log()
    answer = client.post("/en/account/area", data={"area": "Bumi Harapan"})
    assert answer.status_code == 400
    assert "This form has expired" in answer.text
    assert 'value="Bumi Harapan"' in answer.text
    tokens = re.findall(r'name="(csrf_token|form_key)" value="([^"]+)"', answer.text)
    again = client.post("/en/account/area", data={**dict(tokens), "area": "Bumi Harapan"})
    assert again.status_code == 303
    assert [entry.kind for entry in log()] == ["person.moved"]


def test_the_same_form_twice_counts_once(app, log):
    client = signed_in(app, factories.resident())
    page = client.get("/en/account").text
    form = dict(re.findall(r'name="(csrf_token|form_key)" value="([^"]+)"', page))
    log()
    for _ in range(2):
        assert client.post("/en/account/area", data={**form, "area": "Sepaku"}).status_code == 303
    assert [entry.kind for entry in log()] == ["person.moved"]
    assert "counted already" in client.get("/en/account").text


def test_the_same_key_with_other_words_is_shown_back_under_a_new_key(app, log):
    client = signed_in(app, factories.resident())
    page = client.get("/en/account").text
    form = dict(re.findall(r'name="(csrf_token|form_key)" value="([^"]+)"', page))
    client.post("/en/account/area", data={**form, "area": "Sepaku"})
    log()
    answer = client.post("/en/account/area", data={**form, "area": "Bumi Harapan"})
    assert answer.status_code == 409
    assert 'value="Bumi Harapan"' in answer.text
    assert form["form_key"] not in answer.text
    assert log() == []


def test_a_token_of_somebody_else_opens_nothing(app, log):
    one, other = signed_in(app, factories.resident()), signed_in(app, factories.resident())
    page = one.get("/en/account").text
    form = dict(re.findall(r'name="(csrf_token|form_key)" value="([^"]+)"', page))
    log()
    assert other.post("/en/account/area", data={**form, "area": "Sepaku"}).status_code == 400
    assert log() == []


def test_what_may_not_be_is_said_with_its_reason_and_the_typed_text_handed_back(app, log):
    person, process = factories.resident(), factories.a_process()
    proposal_operations.follow(person, process)
    client = signed_in(app, person)
    log()
    text = "Saya ingin tahu kabar tentang proses ini."
    answer = send(client, "/en/account", f"/en/processes/{process.slug}/follow", note=text)
    assert answer.status_code == 403
    assert "You follow this already." in answer.text
    assert text in answer.text
    assert log() == []


def test_a_passphrase_is_never_handed_back(app):
    answer = signed_in(app, factories.resident()).post(
        "/en/account/passphrase", data={"passphrase": "lama sekali", "new_passphrase": "baru juga"}
    )
    assert answer.status_code == 400
    assert "lama sekali" not in answer.text
    assert "baru juga" not in answer.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 401),
        ({"Sec-Fetch-Site": "cross-site"}, 400),
        ({"Sec-Fetch-Site": "same-site"}, 400),
        ({"Origin": "http://localhost"}, 401),
        ({"Origin": "http://localhost.evil.example"}, 400),
        ({"Origin": "null"}, 400),
        ({"Origin": "http://[::1"}, 400),
        ({}, 401),
    ],
)
def test_forms_of_other_sites_are_refused_also_signed_out(app, headers, status):
    answer = visitor(app).post("/id/account/area", data={"area": "x"}, headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/id/account?x=1", True),
        ("", False),
        (None, False),
        ("account", False),
        ("https://evil.example/", False),
        ("http://[::1", False),
        ("//evil.example/", False),
        ("/\\evil.example", False),
        ("/\n/evil.example", False),
        ("/\t/evil.example", False),
    ],
)
def test_only_paths_of_this_site_are_followed(path, kept):
    assert path_within(path) == (path if kept else None)


# --- errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "words"),
    [("id", "Tidak ada apa-apa di alamat ini"), ("en", "There is nothing at this address")],
)
def test_a_page_that_is_not_there_is_said_in_the_readers_language(app, language, words):
    answer = visitor(app).get(f"/{language}/nothing/here")
    assert answer.status_code == 404
    assert f'<html lang="{language}">' in answer.text
    assert words in answer.text


@pytest.mark.parametrize(("method", "path"), [("get", "/id/sign-out"), ("post", "/en/help")])
def test_a_method_that_is_not_there_is_said_in_the_frame(app, method, path):
    answer = getattr(visitor(app), method)(path)
    assert answer.status_code == 405
    assert "<h1>" in answer.text


@pytest.mark.parametrize("path", ["/id/processes/x", "/p/99999999999999", "/v/-1", "/id/polls/x"])
def test_odd_addresses_are_not_found(app, path):
    assert visitor(app).get(path).status_code == 404


def test_a_body_that_is_too_large_is_refused_with_the_limit(app):
    answer = visitor(app).post("/id/join", data={"display_name": "x" * 5_000_000})
    assert answer.status_code == 413


def test_errors_show_no_path_and_no_trace(app):
    for path in ("/id/nothing", "/en/sign-out"):
        page = visitor(app).get(path).text
        assert "Traceback" not in page
        assert str(Path.cwd()) not in page


def test_nul_and_other_odd_bytes_are_no_failure(app):
    client = visitor(app)
    assert client.get("/id/processes?after=%00").status_code == 200
    assert client.get("/id/processes?after=9999999999999999999999").status_code == 200
    odd = b"sign_in_name=%00%ff&passphrase=%ed%a0%80"
    form = "application/x-www-form-urlencoded"
    assert client.post("/id/sign-in", data=odd, content_type=form).status_code == 422
    assert client.post("/id/join", data=b"\xff", content_type="application/json").status_code < 500


# --- headers and files ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*PUBLIC, "/", "/id/nothing", "/healthz", "/robots.txt"])
def test_every_answer_carries_the_headers(app, path):
    headers = visitor(app).get(path).headers
    assert {name: headers[name] for name in HEADERS} == {
        "Content-Security-Policy": (
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
            "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'; require-trusted-types-for 'script'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "",
    }
    assert "Strict-Transport-Security" not in headers


@pytest.mark.parametrize("path", PUBLIC)
def test_pages_of_signed_out_readers_carry_no_cookie_token_or_key(app, path):
    answer = visitor(app).get(path)
    assert answer.headers.getlist("Set-Cookie") == []
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "csrf_token" not in answer.text
    assert "form_key" not in answer.text


def test_pages_of_signed_in_readers_are_kept_nowhere(app):
    answer = signed_in(app, factories.resident()).get("/id/account")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "csrf_token" in answer.text


def test_the_session_cookie_is_for_this_site_alone(app):
    person = factories.resident()
    form = {"sign_in_name": person.sign_in_name, "passphrase": factories.PASSPHRASE}
    (cookie,) = visitor(app).post("/id/sign-in", data=form).headers.getlist("Set-Cookie")
    assert cookie.startswith("session=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Expires=" in cookie


def test_in_production_the_cookie_is_locked_to_the_host(tmp_path):
    from deliberate import create_app

    settings = Settings(data_dir=str(tmp_path), secret_key="s" * 32, base_url="https://d.example")
    app = create_app(settings)
    assert app.config["SESSION_COOKIE_NAME"] == "__Host-session"
    assert app.config["SESSION_COOKIE_SECURE"] is True
    with app.test_request_context("/en/help", headers={"Referer": "http://localhost/id/help"}):
        (cookie,) = language_cookie_views._remember(Response("")).headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-lang=en; ")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_static_files_are_named_by_their_content_and_kept_for_a_year(app):
    with app.test_request_context():
        address = asset("deliberate.css")
    assert re.fullmatch(r"/static/deliberate\.[0-9a-f]{12}\.css", address)
    answer = visitor(app).get(address)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in answer.headers


def test_a_static_file_of_another_content_is_not_found(app):
    assert visitor(app).get("/static/deliberate.000000000000.css").status_code == 404


# --- language ------------------------------------------------------------------------------------


def test_the_switch_keeps_path_and_query(app):
    page = visitor(app).get("/id/processes?after=7").text
    assert 'href="/en/processes?after=7" lang="en"' in page


def test_the_language_is_kept_once_the_switch_was_used(app):
    client = visitor(app)
    came = {"Referer": "http://localhost/id/processes"}
    answer = client.get("/en/processes", headers=came)
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("lang=en; ")
    assert {"HttpOnly", "SameSite=Lax", "Max-Age=31536000"} <= set(cookie.split("; "))
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert client.get("/").location == "/en/"
    assert client.get("/en/processes", headers=came).headers.getlist("Set-Cookie") == []


@pytest.mark.parametrize(
    "referer", ["http://localhost/en/", "https://evil.example/id/", "nonsense"]
)
def test_no_cookie_for_those_who_did_not_switch(app, referer):
    answer = visitor(app).get("/en/processes", headers={"Referer": referer})
    assert answer.headers.getlist("Set-Cookie") == []


def test_a_kept_language_follows_the_reader(app):
    client = visitor(app)
    client.set_cookie("lang", "en")
    assert client.get("/id/help").headers.getlist("Set-Cookie")[0].startswith("lang=id; ")
