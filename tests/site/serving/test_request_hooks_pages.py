"""Request hooks and response headers: access, CSRF, form keys, error pages, cookies, language."""

import re
from pathlib import Path

import pytest
from flask import Response

from deliberate.config import Settings
from deliberate.operations.accounts.roles import grant_role
from deliberate.operations.proposals.follows import follow_subject
from deliberate.views.site import language_cookie
from deliberate.views.site.response_headers import HEADERS
from deliberate.views.site.static_files import asset_url
from deliberate.views.site.url_parsing import local_path
from deliberate.vocabulary import Role
from tests import factories
from tests.client import anonymous_client, signed_in_client, submit_form

KEPT_BY_PROXIES = ["/id/", "/en/processes", "/id/help", "/en/rules"]
PUBLIC = [*KEPT_BY_PROXIES, "/id/sign-in", "/en/join"]


def test_signed_out_reader_gets_public_pages_and_a_sign_in_prompt_for_others(app):
    assert anonymous_client(app).get("/id/processes").status_code == 200
    prompt = anonymous_client(app).get("/id/account")
    assert (prompt.status_code, 'name="passphrase"' in prompt.text) == (401, True)
    assert 'name="held_path" value="/id/account"' in prompt.text


def test_role_has_access_to_its_pages_only(app):
    app.view_functions["static_pages.method"].audience = ("moderator",)
    try:
        assert (
            signed_in_client(app, factories.create_staff(role=Role.MODERATOR))
            .get("/id/method")
            .status_code
            == 200
        )
        assert (
            signed_in_client(app, factories.create_resident()).get("/id/method").status_code == 403
        )
        assert "passphrase" in anonymous_client(app).get("/id/method").text
    finally:
        app.view_functions["static_pages.method"].audience = ("public",)


def test_session_ends_when_the_role_changes(app):
    person = factories.create_resident()
    client = signed_in_client(app, person)
    grant_role(None, person, Role.MODERATOR)
    assert 'name="passphrase"' in client.get("/id/account").text


def test_session_cookie_is_invalid_after_signing_out(app):
    person = factories.create_resident()
    client, other_browser = signed_in_client(app, person), anonymous_client(app)
    with client.session_transaction() as session:
        copied = dict(session)
    with other_browser.session_transaction() as session:
        session.update(copied)
    assert person.display_name in other_browser.get("/id/account").text
    submit_form(client, "/id/account", "/id/sign-out")
    assert person.display_name not in other_browser.get("/id/account").text


def test_form_without_csrf_token_shows_the_typed_text_and_can_be_sent_again(app, log):
    client = signed_in_client(app, factories.create_resident())
    log()
    response = client.post("/en/account/area", data={"area": "Bumi Harapan"})
    assert response.status_code == 400
    assert "This form has expired" in response.text
    assert 'value="Bumi Harapan"' in response.text
    tokens = re.findall(r'name="(csrf_token|form_key)" value="([^"]+)"', response.text)
    resent = client.post("/en/account/area", data={**dict(tokens), "area": "Bumi Harapan"})
    assert resent.status_code == 303
    assert [entry.kind for entry in log()] == ["person.moved"]


def test_repeated_form_counts_once(app, log):
    client = signed_in_client(app, factories.create_resident())
    page = client.get("/en/account").text
    form = dict(re.findall(r'name="(csrf_token|form_key)" value="([^"]+)"', page))
    log()
    for _ in range(2):
        assert client.post("/en/account/area", data={**form, "area": "Sepaku"}).status_code == 303
    assert [entry.kind for entry in log()] == ["person.moved"]
    assert "counted already" in client.get("/en/account").text


def test_used_form_key_with_other_text_shows_the_form_with_a_new_key(app, log):
    client = signed_in_client(app, factories.create_resident())
    page = client.get("/en/account").text
    form = dict(re.findall(r'name="(csrf_token|form_key)" value="([^"]+)"', page))
    client.post("/en/account/area", data={**form, "area": "Sepaku"})
    log()
    response = client.post("/en/account/area", data={**form, "area": "Bumi Harapan"})
    assert response.status_code == 409
    assert 'value="Bumi Harapan"' in response.text
    assert form["form_key"] not in response.text
    assert log() == []


def test_csrf_token_of_another_session_is_rejected(app, log):
    first, second = (
        signed_in_client(app, factories.create_resident()),
        signed_in_client(app, factories.create_resident()),
    )
    page = first.get("/en/account").text
    form = dict(re.findall(r'name="(csrf_token|form_key)" value="([^"]+)"', page))
    log()
    assert second.post("/en/account/area", data={**form, "area": "Sepaku"}).status_code == 400
    assert log() == []


def test_refused_act_shows_the_reason_and_the_typed_text(app, log):
    person, process = factories.create_resident(), factories.create_process()
    follow_subject(person, process)
    client = signed_in_client(app, person)
    log()
    text = "Saya ingin tahu kabar tentang proses ini."
    response = submit_form(client, "/en/account", f"/en/processes/{process.slug}/follow", note=text)
    assert response.status_code == 409
    assert "You already follow this." in response.text
    assert text in response.text
    assert log() == []


def test_error_page_does_not_show_a_passphrase(app):
    response = signed_in_client(app, factories.create_resident()).post(
        "/en/account/passphrase", data={"passphrase": "lama sekali", "new_passphrase": "baru juga"}
    )
    assert response.status_code == 400
    assert "lama sekali" not in response.text
    assert "baru juga" not in response.text


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
def test_cross_site_form_is_rejected_without_session(app, headers, status):
    response = anonymous_client(app).post("/id/account/area", data={"area": "x"}, headers=headers)
    assert response.status_code == status


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
def test_redirect_target_must_be_a_local_path(path, kept):
    assert local_path(path) == (path if kept else None)


@pytest.mark.parametrize(
    ("language", "heading"),
    [("id", "Tidak ada apa-apa di alamat ini"), ("en", "There is nothing at this address")],
)
def test_error_404_is_in_the_language_of_the_url(app, language, heading):
    response = anonymous_client(app).get(f"/{language}/nothing/here")
    assert response.status_code == 404
    assert f'<html lang="{language}">' in response.text
    assert heading in response.text


@pytest.mark.parametrize(("method", "path"), [("get", "/id/sign-out"), ("post", "/en/help")])
def test_error_405_is_a_page_of_the_site(app, method, path):
    response = getattr(anonymous_client(app), method)(path)
    assert response.status_code == 405
    assert "<h1>" in response.text


@pytest.mark.parametrize("path", ["/id/processes/x", "/p/99999999999999", "/v/-1", "/id/polls/x"])
def test_malformed_url_is_404(app, path):
    assert anonymous_client(app).get(path).status_code == 404


def test_error_413_names_the_size_limit(app):
    response = anonymous_client(app).post("/id/join", data={"display_name": "x" * 5_000_000})
    assert response.status_code == 413


def test_error_500_shows_no_path_and_no_traceback(app):
    for path in ("/id/nothing", "/en/sign-out"):
        page = anonymous_client(app).get(path).text
        assert "Traceback" not in page
        assert str(Path.cwd()) not in page


def test_nul_bytes_in_a_request_cause_no_error(app):
    client = anonymous_client(app)
    assert client.get("/id/processes?after=%00").status_code == 200
    assert client.get("/id/processes?after=9999999999999999999999").status_code == 200
    malformed = b"sign_in_name=%00%ff&passphrase=%ed%a0%80"
    form = "application/x-www-form-urlencoded"
    assert client.post("/id/sign-in", data=malformed, content_type=form).status_code == 422
    assert client.post("/id/join", data=b"\xff", content_type="application/json").status_code < 500


@pytest.mark.parametrize("path", [*PUBLIC, "/", "/id/nothing", "/healthz", "/robots.txt"])
def test_response_headers_are_on_every_response(app, path):
    headers = anonymous_client(app).get(path).headers
    assert {name: headers[name] for name in HEADERS} == {
        "Content-Security-Policy": (
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
            "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "",
    }
    assert "Strict-Transport-Security" not in headers


@pytest.mark.parametrize("path", PUBLIC)
def test_signed_out_page_has_no_cookie_csrf_token_or_form_key(app, path):
    response = anonymous_client(app).get(path)
    assert response.headers.getlist("Set-Cookie") == []
    is_kept = path in KEPT_BY_PROXIES
    expected = "public, max-age=0, s-maxage=15, must-revalidate" if is_kept else "no-cache"
    assert response.headers["Cache-Control"] == expected
    assert "csrf_token" not in response.text
    assert "form_key" not in response.text


def test_signed_in_page_is_not_cached(app):
    response = signed_in_client(app, factories.create_resident()).get("/id/account")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "csrf_token" in response.text


def test_session_cookie_has_httponly_and_samesite(app):
    person = factories.create_resident()
    form = {"sign_in_name": person.sign_in_name, "passphrase": factories.PASSPHRASE}
    (cookie,) = anonymous_client(app).post("/id/sign-in", data=form).headers.getlist("Set-Cookie")
    assert cookie.startswith("session=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Expires=" in cookie


def test_language_cookie_has_the_host_prefix_in_production(tmp_path):
    from deliberate import create_app

    settings = Settings(data_dir=str(tmp_path), secret_key="s" * 32, base_url="https://d.example")
    app = create_app(settings)
    assert app.config["SESSION_COOKIE_NAME"] == "__Host-session"
    assert app.config["SESSION_COOKIE_SECURE"] is True
    with app.test_request_context("/en/help", headers={"Referer": "http://localhost/id/help"}):
        (cookie,) = language_cookie.set_language_cookie(Response("")).headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-lang=en; ")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_static_file_url_has_a_content_hash_and_is_cached_for_a_year(app):
    with app.test_request_context():
        url = asset_url("deliberate.css")
    assert re.fullmatch(r"/static/deliberate\.[0-9a-f]{12}\.css", url)
    response = anonymous_client(app).get(url)
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in response.headers


def test_static_file_with_another_hash_is_404(app):
    assert anonymous_client(app).get("/static/deliberate.000000000000.css").status_code == 404


def test_language_switch_preserves_path_and_query(app):
    page = " ".join(anonymous_client(app).get("/id/processes?after=7").text.split())
    assert 'href="/en/processes?after=7" lang="en"' in page


def test_language_cookie_is_set_after_using_the_switch(app):
    client = anonymous_client(app)
    headers = {"Referer": "http://localhost/id/processes"}
    response = client.get("/en/processes", headers=headers)
    (cookie,) = response.headers.getlist("Set-Cookie")
    assert cookie.startswith("lang=en; ")
    assert {"HttpOnly", "SameSite=Lax", "Max-Age=31536000"} <= set(cookie.split("; "))
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert client.get("/").location == "/en/"
    assert client.get("/en/processes", headers=headers).headers.getlist("Set-Cookie") == []


@pytest.mark.parametrize(
    "referer", ["http://localhost/en/", "https://evil.example/id/", "nonsense"]
)
def test_language_cookie_is_not_set_without_the_switch(app, referer):
    response = anonymous_client(app).get("/en/processes", headers={"Referer": referer})
    assert response.headers.getlist("Set-Cookie") == []


def test_language_cookie_follows_the_language_of_the_page(app):
    client = anonymous_client(app)
    client.set_cookie("lang", "en")
    assert client.get("/id/help").headers.getlist("Set-Cookie")[0].startswith("lang=id; ")


@pytest.mark.parametrize(
    ("headers", "is_accepted"),
    [
        ({}, False),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "https://localhost"}, True),
        ({"Referer": "https://localhost/en/account"}, True),
        ({"Referer": "https://evil.example/"}, False),
    ],
)
def test_form_over_tls_needs_a_browser_that_says_where_it_comes_from(app, headers, is_accepted):
    proposal, text = factories.create_proposal(), "Lampu jalan di depan pasar mati sejak Senin."
    client = signed_in_client(app, factories.create_resident())
    page = client.get("/en/account").text
    tokens = dict(re.findall(r'name="(csrf_token|form_key)" value="([^"]+)"', page))
    response = client.post(
        f"/en/proposals/{proposal.id}/arguments",
        base_url="https://localhost",
        headers=headers,
        data={**tokens, "body": text, "stance": "for"},
    )
    if is_accepted:
        assert response.status_code == 303
    else:
        assert response.status_code == 400 and text in response.text
        assert ("does not say" in response.text) is (not headers)
        assert "form was open too long" not in response.text
