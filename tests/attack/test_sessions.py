"""Sessions: chosen by the house, gone when they end, never of use to anybody else."""

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
    "planted", ["planted", "eyJfdXNlcl9pZCI6ICIxIn0.x.y", "", "x" * 4000, '{"_user_id":"1"}']
)
def test_planted_cookie_is_neither_accepted_nor_reused(site, planted):
    victim = site.client()
    victim.cookies[COOKIE] = planted
    assert not victim.is_signed_in()
    assert victim.sign_in("nama-third", factories.PASSPHRASE).status in {200, 303}
    assert victim.is_signed_in() and victim.cookies[COOKIE] != planted
    thief = site.client()
    thief.cookies[COOKIE] = planted
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
    kept = person.cookies[COOKIE]
    assert person.send("/id/account", {}, "/id/sign-out").status == 303
    thief = site.client()
    thief.cookies[COOKIE] = kept
    assert not thief.is_signed_in()
    assert thief.get("/id/account/data.json").is_sign_in


def test_new_passphrase_ends_other_sessions(site, join_resident):
    person = join_resident()
    name = person.name
    elsewhere = site.client()
    elsewhere.sign_in(name, JOIN_PASSPHRASE)
    assert elsewhere.is_signed_in()
    change = {
        "passphrase": JOIN_PASSPHRASE,
        "new_passphrase": "teh manis di beranda",
    }
    assert person.send("/id/account", change, "/id/account/passphrase").status == 303
    assert person.is_signed_in() and not elsewhere.is_signed_in()


def test_changed_role_ends_every_session(site, clients, join_resident):
    person = join_resident()
    number = site.get_person_id(person.name)
    given = clients["admin"].send(f"/id/desk/people/{number}", {"role": "moderator"})
    assert given.status == 303 and not person.is_signed_in()
    person.sign_in(person.name, JOIN_PASSPHRASE)
    assert person.get("/id/desk/moderation").status == 200
    taken = f"/id/desk/people/{number}/role/end"
    assert clients["admin"].send(f"/id/desk/people/{number}", {}, taken).status == 303
    assert not person.is_signed_in()


def test_erased_account_has_no_sessions(site, join_resident):
    person = join_resident()
    kept = dict(person.cookies)
    response = person.send("/id/account/erase", {"passphrase": JOIN_PASSPHRASE, "sure": "y"})
    thief = site.client()
    thief.cookies = kept
    assert response.status == 200 and not thief.is_signed_in()
    again = site.client().sign_in(person.name, JOIN_PASSPHRASE)
    assert again.status == 422


def test_signed_out_pages_set_no_session_cookie(clients):
    for page in ("/id/", "/en/proposals", "/id/sign-in", "/id/join", "/en/polls"):
        fresh = clients[""].get(page)
        assert COOKIE not in str(fresh.headers.get_all("Set-Cookie") or "")


@pytest.mark.parametrize("page", ["/id/account", "/id/", "/id/desk", "/id/account/data.json"])
def test_signed_in_pages_are_not_cached(clients, page):
    assert clients["staff"].get(page).headers["Cache-Control"] == "no-store"


def test_every_response_has_security_headers(page_views):
    wrong = {}
    for view in page_views:
        headers = view.response.headers
        told = {
            "nosniff": headers.get("X-Content-Type-Options"),
            "same-origin": headers.get("Cross-Origin-Opener-Policy"),
            "max-age=63072000; includeSubDomains": headers.get("Strict-Transport-Security"),
        }
        if any(key != value for key, value in told.items()):
            wrong[view.path] = told
        if "script-src 'self'" not in headers.get("Content-Security-Policy", "script-src 'self'"):
            wrong[view.path] = headers["Content-Security-Policy"]
        if "default-src 'none'" not in headers.get("Content-Security-Policy", ""):
            wrong[view.path] = "no policy"
        opened = {n.lower(): v for n, v in headers.items() if n.lower().startswith("access-")}
        is_for_all = view.route.name.startswith("feeds.")
        if opened != ({"access-control-allow-origin": "*"} if is_for_all else {}):
            wrong[view.path] = opened
        if "werkzeug" in headers.get("Server", "").lower() or "X-Powered-By" in headers:
            wrong[view.path] = headers["Server"]
    assert wrong == {}


def test_every_text_response_declares_its_type_and_charset(page_views):
    """Whatever is text names its character encoding; JSON has one alone."""
    wrong, kinds = {}, set()
    for view in page_views:
        headers = view.response.headers
        kind = headers.get_content_type()
        kinds.add(kind)
        is_text = kind.startswith("text/") or kind.endswith("xml")
        if view.response.body and "Content-Type" not in headers:
            wrong[view.path] = "no type"
        elif is_text and (headers.get_content_charset() or "") != "utf-8":
            wrong[view.path] = headers["Content-Type"]
        elif kind == "application/json":
            json.loads(view.response.body)
    assert wrong == {} and {"text/html", "text/csv", "application/atom+xml"} <= kinds


def test_joining_twice_with_one_name_creates_one_account(site, join_resident):
    first = join_resident()
    again = site.client().post("/id/join", join_fields(first.name))
    assert again.status == 422
