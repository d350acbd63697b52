"""Test every route with every role: only its audience has access, and nothing fails."""

import itertools

import pytest

from tests.attack.attack_site import BASE_URL, ROLES, AttackSite
from tests.attack.route_list import list_routes, post_routes

ALL_ROLES = ("", *ROLES)
WITHOUT_TOKENS = {
    "sign_in.sign_in",
    "sign_in.join",
    "sign_in.claim",
    "invitations.accept",
    "second_factor.sign_in",
    "identity_provider.sign_in",
    "password_reset.recover",
    "password_reset.request_link",
    "password_reset.choose_passphrase",
    "unsubscribe.unsubscribe",
    "mail_failures.report",
}
"""Forms for people who are not signed in, and signed reports: they act for no session."""
COOKIELESS = "api."
"""Messages of other systems carry a token or a signature: a session gives them nothing."""
SUCCESS = {200, 301, 302, 303, 304, 308}
REFUSED = {400, 403, 404, 409, 410, 422}
"""A page may allow a role although its content does not exist or belongs to another person."""


@pytest.fixture(scope="module")
def ids(site: AttackSite) -> dict[str, int]:
    return site.ids


def test_route_list_has_every_kind_of_audience():
    assert len(list_routes()) > 150
    audiences = set().union(*(route.audience for route in list_routes()))
    assert {"public", "signed_in", "staff", "moderator", "evaluator", "admin"} <= audiences


@pytest.mark.parametrize("role", ALL_ROLES)
def test_page_opens_only_for_its_audience(page_views, role):
    unexpected = {}
    for view in page_views:
        if view.role != role:
            continue
        status, shows_sign_in = view.response.status, view.response.is_sign_in
        if not view.route.allows(role):
            is_expected = status == 403 if role else (status == 401 and shows_sign_in)
        elif view.route.has_no_parameters and view.route.name not in CONDITIONAL_PAGES:
            is_expected = status in SUCCESS
        else:
            is_expected = status in SUCCESS | REFUSED
        if role and shows_sign_in:
            is_expected = False
        if not is_expected:
            unexpected[f"{view.route.name} {view.path}"] = status
    assert unexpected == {}


CONDITIONAL_PAGES = {
    "embeds.oembed",
    "metrics.metrics",
    "phone_numbers.confirm",
    "phone_numbers.show",
    "proposal_map.picture",
    "unsubscribe.demo_mails",
}
"""Pages that depend on settings or on the state of the site."""


@pytest.mark.parametrize("role", ALL_ROLES)
def test_form_without_tokens_changes_nothing(site, clients, ids, role):
    unexpected, before = {}, site.count_log_rows()
    for route in post_routes():
        if route.name in WITHOUT_TOKENS:
            continue
        path = route.path(ids)
        response = clients[role].post(path, {"body": "Palsu.", "title": "Palsu"})
        if route.name.startswith(COOKIELESS):
            is_expected = response.status == 401
        elif not role and "public" in route.audience:
            is_expected = response.status in SUCCESS | REFUSED | {401}
        elif not role:
            is_expected = response.status == 401 and response.is_sign_in
        else:
            is_expected = response.status == (400 if route.allows(role) else 403)
        if not is_expected:
            unexpected[f"{route.name} {path}"] = response.status
    assert unexpected == {} and site.count_log_rows() == before


FOREIGN_ORIGINS = [
    ("", {"Origin": "https://evil.example"}),
    ("", {"Origin": "null"}),
    ("resident", {"Sec_Fetch_Site": "cross-site"}),
    ("resident", {"Sec_Fetch_Site": "same-site"}),
    ("admin", {"Origin": f"{BASE_URL}.evil.example", "Referer": f"{BASE_URL}/id/account"}),
]


def test_form_from_another_site_is_rejected(site, clients, ids):
    unexpected, before = {}, site.count_log_rows()
    for (role, headers), route in zip(
        itertools.cycle(FOREIGN_ORIGINS), post_routes(), strict=False
    ):
        response = clients[role].post(route.path(ids), {"body": "Palsu."}, **headers)
        if response.status != (401 if route.name.startswith(COOKIELESS) else 400):
            unexpected[route.name, role] = response.status
    assert unexpected == {} and site.count_log_rows() == before


def test_csrf_token_of_another_account_is_rejected(site, clients, ids):
    foreign_tokens = clients["admin"].tokens("/id/account")
    resident = clients["resident"]
    before = site.count_log_rows()
    for tokens in (
        foreign_tokens,
        [("csrf_token", "")],
        [("csrf_token", "x" * 90)],
        foreign_tokens[:1] * 2,
    ):
        response = resident.post(f"/id/proposals/{ids['answered']}/support", tokens)
        assert response.status == 400
    assert site.count_log_rows() == before


def test_other_http_methods_change_nothing(site, clients, ids):
    before = site.count_log_rows()
    methods = itertools.cycle(["PUT", "DELETE", "PATCH", "PROPFIND", "BREW", "TRACE"])
    answered = {
        f"{method} {route.name}": clients["admin"].call(method, route.path(ids)).status
        for method, route in zip(methods, list_routes(), strict=False)
    }
    others = {call: status for call, status in answered.items() if status not in {405, 501}}
    assert others == {} and site.count_log_rows() == before


@pytest.mark.parametrize(
    "headers",
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
def test_request_headers_do_not_raise_privileges(clients, headers):
    response = clients[""].get("/id/desk", **headers)
    assert response.status == 401 and response.is_sign_in
    assert clients["resident"].get("/id/desk/people", **headers).status == 403


def test_viewing_pages_writes_no_log_rows(page_views, log_row_counts):
    before, after = log_row_counts
    assert page_views and before == after


def test_head_requests_change_nothing(site, clients, ids):
    before = site.count_log_rows()
    for route in post_routes():
        response = clients["staff"].call("HEAD", route.path(ids))
        assert response.status < 500 and response.body == b""
    assert site.count_log_rows() == before
