"""Every route for everybody: who may come in does, nobody else, and nothing breaks."""

import itertools

import pytest

from tests.attack.attack_site import BASE, ROLES, Town
from tests.attack.route_list import routes, sent_to

EVERYBODY = ("", *ROLES)
WITHOUT_TOKENS = {
    "sign_in.sign_in",
    "sign_in.join",
    "second_factor.sign_in",
    "identity_provider.sign_in",
    "password_reset.recover",
    "password_reset.request_link",
    "password_reset.choose_passphrase",
    "unsubscribe.unsubscribe",
}
"""Forms of people who are not signed in: they carry no session and change nothing in its name."""
FINE = {200, 301, 302, 303, 304, 308}
NOT_THEIRS = {400, 403, 404, 410, 422}
"""A page may be open to a role while this very thing is not there, or is somebody else's."""


@pytest.fixture(scope="module")
def numbers(town: Town) -> dict[str, int]:
    return town.numbers


def test_route_list_has_every_kind_of_audience():
    assert len(routes()) > 150
    known = set().union(*(route.audience for route in routes()))
    assert {"public", "signed_in", "staff", "moderator", "evaluator", "admin"} <= known


@pytest.mark.parametrize("role", EVERYBODY)
def test_page_opens_only_for_its_audience(looks, role):
    wrong = {}
    for look in looks:
        if look.role != role:
            continue
        status, asked_in = look.answer.status, look.answer.is_sign_in
        if not look.route.is_open_to(role):
            is_right = status == 403 if role else (status == 200 and asked_in)
        elif look.route.names_nothing and look.route.name not in NOT_EVERYWHERE:
            is_right = status in FINE
        else:
            is_right = status in FINE | NOT_THEIRS
        if role and asked_in:
            is_right = False
        if not is_right:
            wrong[f"{look.route.name} {look.path}"] = status
    assert wrong == {}


NOT_EVERYWHERE = {"unsubscribe.demo_mails", "metrics.metrics"}
"""Pages that depend on settings or on the state of the house."""


@pytest.mark.parametrize("role", EVERYBODY)
def test_form_without_tokens_changes_nothing(town, callers, numbers, role):
    wrong, before = {}, town.rows()
    for route in sent_to():
        if route.name in WITHOUT_TOKENS:
            continue
        path = route.path(numbers)
        answer = callers[role].post(path, {"body": "Palsu.", "title": "Palsu"})
        if not role and "public" in route.audience:
            is_right = answer.status in FINE | NOT_THEIRS | {401}
        elif not role:
            is_right = answer.status == 401 and answer.is_sign_in
        else:
            is_right = answer.status == (400 if route.is_open_to(role) else 403)
        if not is_right:
            wrong[f"{route.name} {path}"] = answer.status
    assert wrong == {} and town.rows() == before


FROM_ELSEWHERE = [
    ("", {"Origin": "https://evil.example"}),
    ("", {"Origin": "null"}),
    ("resident", {"Sec_Fetch_Site": "cross-site"}),
    ("resident", {"Sec_Fetch_Site": "same-site"}),
    ("admin", {"Origin": f"{BASE}.evil.example", "Referer": f"{BASE}/id/account"}),
]


def test_form_from_another_site_is_rejected(town, callers, numbers):
    wrong, before = {}, town.rows()
    for (role, told), route in zip(itertools.cycle(FROM_ELSEWHERE), sent_to(), strict=False):
        answer = callers[role].post(route.path(numbers), {"body": "Palsu."}, **told)
        if answer.status != 400:
            wrong[route.name, role] = answer.status
    assert wrong == {} and town.rows() == before


def test_csrf_token_of_another_account_is_rejected(town, callers, numbers):
    foreign = callers["admin"].tokens("/id/account")
    mine = callers["resident"]
    before = town.rows()
    for told in (foreign, [("csrf_token", "")], [("csrf_token", "x" * 90)], foreign[:1] * 2):
        answer = mine.post(f"/id/proposals/{numbers['answered']}/support", told)
        assert answer.status == 400
    assert town.rows() == before


def test_other_http_methods_change_nothing(town, callers, numbers):
    before = town.rows()
    methods = itertools.cycle(["PUT", "DELETE", "PATCH", "PROPFIND", "BREW", "TRACE"])
    told = {
        callers["admin"].call(method, route.path(numbers)).status
        for method, route in zip(methods, routes(), strict=False)
    }
    assert told <= {405, 501} and town.rows() == before


@pytest.mark.parametrize(
    "trick",
    [
        {"X_HTTP_Method_Override": "POST"},
        {"X_HTTP_Method": "DELETE"},
        {"X_Method_Override": "POST"},
        {"X_Original_URL": "/id/desk"},
        {"X_Rewrite_URL": "/id/desk"},
        {"X_Forwarded_Prefix": "/id/desk"},
        {"X_User": "nama-admin"},
        {"Authorization": "Basic YWRtaW46YWRtaW4="},
    ],
)
def test_request_headers_do_not_raise_privileges(callers, trick):
    answer = callers[""].get("/id/desk", **trick)
    assert answer.status == 200 and answer.is_sign_in
    assert callers["resident"].get("/id/desk/people", **trick).status == 403


def test_viewing_pages_writes_no_log_rows(looks, rows_while_looking):
    before, after = rows_while_looking
    assert looks and before == after


def test_head_requests_change_nothing(town, callers, numbers):
    before = town.rows()
    for route in sent_to():
        answer = callers["staff"].call("HEAD", route.path(numbers))
        assert answer.status < 500 and answer.body == b""
    assert town.rows() == before
