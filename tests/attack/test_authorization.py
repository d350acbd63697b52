"""Every route for everybody: who may come in does, nobody else, and nothing breaks."""

import itertools

import pytest

from tests.attack.attack_site import BASE, ROLES, Town
from tests.attack.attack_vectors import routes, sent_to

EVERYBODY = ("", *ROLES)
WITHOUT_TOKENS = {
    "account.sign_in",
    "account.join",
    "second_factor.sign_in",
    "identity_provider.enter",
    "sessions_and_deletion.recover",
    "password_reset.wish",
    "password_reset.choose",
    "unsubscribe.unsubscribed",
}
"""Forms of people who are not signed in: they carry no session and change nothing in its name."""
FINE = {200, 301, 302, 303, 304, 308}
NOT_THEIRS = {400, 403, 404, 410, 422}
"""A page may be open to a role while this very thing is not there, or is somebody else's."""


@pytest.fixture(scope="module")
def numbers(town: Town) -> dict[str, int]:
    return town.numbers


def test_the_list_has_every_kind_of_audience():
    assert len(routes()) > 150
    known = set().union(*(route.audience for route in routes()))
    assert {"public", "signed_in", "staff", "moderator", "evaluator", "admin"} <= known


@pytest.mark.parametrize("role", EVERYBODY)
def test_every_page_opens_for_those_it_is_for_and_nobody_else(looks, role):
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
def test_no_form_without_its_tokens_changes_anything(town, callers, numbers, role):
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


def test_no_form_from_elsewhere_is_taken(town, callers, numbers):
    wrong, before = {}, town.rows()
    for (role, told), route in zip(itertools.cycle(FROM_ELSEWHERE), sent_to(), strict=False):
        answer = callers[role].post(route.path(numbers), {"body": "Palsu."}, **told)
        if answer.status != 400:
            wrong[route.name, role] = answer.status
    assert wrong == {} and town.rows() == before


def test_the_token_of_somebody_else_opens_nothing(town, callers, numbers):
    foreign = callers["admin"].tokens("/id/account")
    mine = callers["resident"]
    before = town.rows()
    for told in (foreign, [("csrf_token", "")], [("csrf_token", "x" * 90)], foreign[:1] * 2):
        answer = mine.post(f"/id/proposals/{numbers['answered']}/support", told)
        assert answer.status == 400
    assert town.rows() == before


def test_no_other_method_does_anything(town, callers, numbers):
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
def test_no_header_makes_more_of_a_visitor(callers, trick):
    answer = callers[""].get("/id/desk", **trick)
    assert answer.status == 200 and answer.is_sign_in
    assert callers["resident"].get("/id/desk/people", **trick).status == 403


def test_looking_changed_nothing_that_others_see(looks, rows_while_looking):
    before, after = rows_while_looking
    assert looks and before == after


def test_asking_for_headers_alone_changes_nothing(town, callers, numbers):
    before = town.rows()
    for route in sent_to():
        answer = callers["staff"].call("HEAD", route.path(numbers))
        assert answer.status < 500 and answer.body == b""
    assert town.rows() == before
