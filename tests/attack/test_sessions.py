"""Test sessions: issued by the site, invalid after their end, useless to others."""

import json

import pytest

from tests import factories
from tests.attack.conftest import JOIN_PASSPHRASE, join_fields
from tests.attack.http_client import COOKIE


def test_session_cookie_is_secure_and_host_only(site):
    response = site.client().sign_in("nama-third", factories.PASSPHRASE)
    (cookie,) = [c for c in response.headers.get_all("Set-Cookie") if c.startswith(COOKIE)]
    parts = {part.strip().split("=")[0].lower() for part in cookie.split(";")[1:]}
    assert {"secure", "httponly", "samesite", "path"} <= parts and "domain" not in parts
    assert "SameSite=Lax" in cookie and "Path=/;" in cookie + ";"


@pytest.mark.parametrize(
    "planted_cookie", ["planted", "eyJfdXNlcl9pZCI6ICIxIn0.x.y", "", "x" * 4000, '{"_user_id":"1"}']
)
def test_planted_cookie_is_neither_accepted_nor_reused(site, planted_cookie):
    victim = site.client()
    victim.cookies[COOKIE] = planted_cookie
    assert not victim.is_signed_in()
    assert victim.sign_in("nama-third", factories.PASSPHRASE).status in {200, 303}
    assert victim.is_signed_in() and victim.cookies[COOKIE] != planted_cookie
    thief = site.client()
    thief.cookies[COOKIE] = planted_cookie
    assert not thief.is_signed_in()


def test_new_sign_in_ends_the_previous_session(site):
    person = site.client("third")
    before = person.cookies[COOKIE]
    person.sign_in("nama-third", factories.PASSPHRASE)
    thief = site.client()
    thief.cookies[COOKIE] = before
    assert person.is_signed_in() and not thief.is_signed_in()


def test_session_from_before_sign_out_is_invalid(site):
    person = site.client("third")
    cookies = person.cookies[COOKIE]
    assert person.send("/id/account", {}, "/id/sign-out").status == 303
    thief = site.client()
    thief.cookies[COOKIE] = cookies
    assert not thief.is_signed_in()
    assert thief.get("/id/account/data.json").is_sign_in


def test_new_passphrase_ends_other_sessions(site, join_resident):
    person = join_resident()
    name = person.name
    other_client = site.client()
    other_client.sign_in(name, JOIN_PASSPHRASE)
    assert other_client.is_signed_in()
    change = {
        "passphrase": JOIN_PASSPHRASE,
        "new_passphrase": "teh manis di beranda",
    }
    assert person.send("/id/account", change, "/id/account/passphrase").status == 303
    assert person.is_signed_in() and not other_client.is_signed_in()


def test_changed_role_ends_every_session(site, clients, join_resident):
    person = join_resident()
    person_id = site.get_person_id(person.name)
    assigned = clients["admin"].send(f"/id/desk/people/{person_id}", {"role": "moderator"})
    assert assigned.status == 303 and not person.is_signed_in()
    person.sign_in(person.name, JOIN_PASSPHRASE)
    assert person.get("/id/desk/moderation").status == 200
    end_url = f"/id/desk/people/{person_id}/role/end"
    assert clients["admin"].send(f"/id/desk/people/{person_id}", {}, end_url).status == 303
    assert not person.is_signed_in()


def test_erased_account_has_no_sessions(site, join_resident):
    person = join_resident()
    cookies = dict(person.cookies)
    response = person.send("/id/account/erase", {"passphrase": JOIN_PASSPHRASE, "sure": "y"})
    thief = site.client()
    thief.cookies = cookies
    assert response.status == 200 and not thief.is_signed_in()
    response = site.client().sign_in(person.name, JOIN_PASSPHRASE)
    assert response.status == 422


def test_signed_out_pages_set_no_session_cookie(clients):
    for page in ("/id/", "/en/proposals", "/id/sign-in", "/id/join", "/en/polls"):
        response = clients[""].get(page)
        assert COOKIE not in str(response.headers.get_all("Set-Cookie") or "")


@pytest.mark.parametrize("page", ["/id/account", "/id/", "/id/desk", "/id/account/data.json"])
def test_signed_in_pages_are_not_cached(clients, page):
    assert clients["staff"].get(page).headers["Cache-Control"] == "private, no-store"


def test_every_response_has_security_headers(page_views):
    unexpected = {}
    for view in page_views:
        headers = view.response.headers
        expected_headers = {
            "nosniff": headers.get("X-Content-Type-Options"),
            "same-origin": headers.get("Cross-Origin-Opener-Policy"),
            "max-age=63072000; includeSubDomains": headers.get("Strict-Transport-Security"),
        }
        if any(key != value for key, value in expected_headers.items()):
            unexpected[view.path] = expected_headers
        policy = headers.get("Content-Security-Policy", "")
        if "script-src" in policy and "script-src 'self'" not in policy:
            unexpected[view.path] = policy
        if "default-src 'none'" not in policy:
            unexpected[view.path] = "no policy"
        cors_headers = {n.lower(): v for n, v in headers.items() if n.lower().startswith("access-")}
        is_for_all = view.route.name.startswith("feeds.") or view.path.startswith("/api/")
        cors_headers.pop("access-control-expose-headers", None)
        if cors_headers != ({"access-control-allow-origin": "*"} if is_for_all else {}):
            unexpected[view.path] = cors_headers
        if "werkzeug" in headers.get("Server", "").lower() or "X-Powered-By" in headers:
            unexpected[view.path] = headers["Server"]
    assert unexpected == {}


def test_every_text_response_declares_its_type_and_charset(page_views):
    """Check the charset of text types; JSON is always UTF-8."""
    unexpected, content_types = {}, set()
    for view in page_views:
        headers = view.response.headers
        kind = headers.get_content_type()
        content_types.add(kind)
        is_text = kind.startswith("text/") or kind.endswith("xml")
        if view.response.body and "Content-Type" not in headers:
            unexpected[view.path] = "no type"
        elif is_text and (headers.get_content_charset() or "") != "utf-8":
            unexpected[view.path] = headers["Content-Type"]
        elif kind == "application/json":
            json.loads(view.response.body)
    assert unexpected == {} and {"text/html", "text/csv", "application/atom+xml"} <= content_types


def test_joining_twice_with_one_name_creates_one_account(site, join_resident):
    first = join_resident()
    response = site.client().post("/id/join", join_fields(first.name))
    assert response.status == 422
