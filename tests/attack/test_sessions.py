"""Sessions: chosen by the house, gone when they end, never of use to anybody else."""

import json

import pytest

from tests import factories
from tests.attack.conftest import WORDS, joining
from tests.attack.http_client import COOKIE


def test_session_cookie_is_secure_and_host_only(town):
    answer = town.caller().sign_in("nama-third", factories.PASSPHRASE)
    (cookie,) = [c for c in answer.headers.get_all("Set-Cookie") if c.startswith(COOKIE)]
    parts = {part.strip().split("=")[0].lower() for part in cookie.split(";")[1:]}
    assert {"secure", "httponly", "samesite", "path"} <= parts and "domain" not in parts
    assert "SameSite=Lax" in cookie and "Path=/;" in cookie + ";"


@pytest.mark.parametrize(
    "planted", ["planted", "eyJfdXNlcl9pZCI6ICIxIn0.x.y", "", "x" * 4000, '{"_user_id":"1"}']
)
def test_planted_cookie_is_neither_accepted_nor_reused(town, planted):
    victim = town.caller()
    victim.cookies[COOKIE] = planted
    assert not victim.is_in()
    assert victim.sign_in("nama-third", factories.PASSPHRASE).status in {200, 303}
    assert victim.is_in() and victim.cookies[COOKIE] != planted
    thief = town.caller()
    thief.cookies[COOKIE] = planted
    assert not thief.is_in()


def test_new_sign_in_ends_the_previous_session(town):
    person = town.caller("third")
    before = person.cookies[COOKIE]
    person.sign_in("nama-third", factories.PASSPHRASE)
    thief = town.caller()
    thief.cookies[COOKIE] = before
    assert person.is_in() and not thief.is_in()


def test_session_from_before_sign_out_is_invalid(town):
    person = town.caller("third")
    kept = person.cookies[COOKIE]
    assert person.send("/id/account", {}, "/id/sign-out").status == 303
    thief = town.caller()
    thief.cookies[COOKIE] = kept
    assert not thief.is_in()
    assert thief.get("/id/account/data.json").is_sign_in


def test_new_passphrase_ends_other_sessions(town, newcomer):
    person = newcomer()
    name = person.name
    elsewhere = town.caller()
    elsewhere.sign_in(name, WORDS)
    assert elsewhere.is_in()
    change = {
        "passphrase": WORDS,
        "new_passphrase": "teh manis di beranda",
    }
    assert person.send("/id/account", change, "/id/account/passphrase").status == 303
    assert person.is_in() and not elsewhere.is_in()


def test_changed_role_ends_every_session(town, callers, newcomer):
    person = newcomer()
    number = town.number_of(person.name)
    given = callers["admin"].send(f"/id/desk/people/{number}", {"role": "moderator"})
    assert given.status == 303 and not person.is_in()
    person.sign_in(person.name, WORDS)
    assert person.get("/id/desk/moderation").status == 200
    taken = f"/id/desk/people/{number}/role/end"
    assert callers["admin"].send(f"/id/desk/people/{number}", {}, taken).status == 303
    assert not person.is_in()


def test_erased_account_has_no_sessions(town, newcomer):
    person = newcomer()
    kept = dict(person.cookies)
    answer = person.send("/id/account/erase", {"passphrase": WORDS, "sure": "y"})
    thief = town.caller()
    thief.cookies = kept
    assert answer.status == 200 and not thief.is_in()
    again = town.caller().sign_in(person.name, WORDS)
    assert again.status == 422


def test_signed_out_pages_set_no_session_cookie(callers):
    for page in ("/id/", "/en/proposals", "/id/sign-in", "/id/join", "/en/polls"):
        fresh = callers[""].get(page)
        assert COOKIE not in str(fresh.headers.get_all("Set-Cookie") or "")


@pytest.mark.parametrize("page", ["/id/account", "/id/", "/id/desk", "/id/account/data.json"])
def test_signed_in_pages_are_not_cached(callers, page):
    assert callers["staff"].get(page).headers["Cache-Control"] == "no-store"


def test_every_response_has_security_headers(looks):
    wrong = {}
    for look in looks:
        headers = look.answer.headers
        told = {
            "nosniff": headers.get("X-Content-Type-Options"),
            "same-origin": headers.get("Cross-Origin-Opener-Policy"),
            "max-age=63072000; includeSubDomains": headers.get("Strict-Transport-Security"),
        }
        if any(key != value for key, value in told.items()):
            wrong[look.path] = told
        if "script-src 'self'" not in headers.get("Content-Security-Policy", "script-src 'self'"):
            wrong[look.path] = headers["Content-Security-Policy"]
        if "default-src 'none'" not in headers.get("Content-Security-Policy", ""):
            wrong[look.path] = "no policy"
        opened = {n.lower(): v for n, v in headers.items() if n.lower().startswith("access-")}
        is_for_all = look.route.name.startswith("feeds.")
        if opened != ({"access-control-allow-origin": "*"} if is_for_all else {}):
            wrong[look.path] = opened
        if "werkzeug" in headers.get("Server", "").lower() or "X-Powered-By" in headers:
            wrong[look.path] = headers["Server"]
    assert wrong == {}


def test_every_text_response_declares_its_type_and_charset(looks):
    """Whatever is text names its character encoding; JSON has one alone."""
    wrong, kinds = {}, set()
    for look in looks:
        headers = look.answer.headers
        kind = headers.get_content_type()
        kinds.add(kind)
        is_text = kind.startswith("text/") or kind.endswith("xml")
        if look.answer.body and "Content-Type" not in headers:
            wrong[look.path] = "no type"
        elif is_text and (headers.get_content_charset() or "") != "utf-8":
            wrong[look.path] = headers["Content-Type"]
        elif kind == "application/json":
            json.loads(look.answer.body)
    assert wrong == {} and {"text/html", "text/csv", "application/atom+xml"} <= kinds


def test_joining_twice_with_one_name_creates_one_account(town, newcomer):
    first = newcomer()
    again = town.caller().post("/id/join", joining(first.name))
    assert again.status == 422
