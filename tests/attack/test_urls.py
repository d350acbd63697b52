"""Test every route with arbitrary URLs, queries and form fields: no server error."""

import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.attack.attack_site import AttackSite
from tests.attack.http_client import HttpClient, quote_path
from tests.attack.route_list import Route, get_routes, post_routes
from tests.attack.test_fuzz import SESSION_ENDING_PATHS, TEXTS, form_numbers

EDGES = ["0", "1", "2", "2147483647", "2147483648", "-1", "00", "١", "1e3", "", "%00"]
QUERIES = (
    "after", "all", "assignee", "before", "check", "code", "id", "institution", "kind", "lang",
    "list", "month", "next", "open", "proposal", "q", "side", "state", "template", "topic",
)  # fmt: skip
FIELDS = (
    "title", "body", "reason", "words", "note", "rule", "stance", "choice", "name", "slug", "email",
    "role", "institution", "starts", "ends", "day", "kind", "score", "passphrase", "code", "sure",
    "decision", "summary", "points-0-text", "options", "rank-1", "votes", "file", "area",
    "criterion",
)  # fmt: skip
SIGNED_IN_ROLES = ("resident", "staff", "moderator", "evaluator", "researcher", "admin")
HEALTH_PAGES = {"/healthz", "/readyz"}
"""Pages that return 503 for a fault of the site, not of the request."""


def run_examples(strategy: st.SearchStrategy, count: int, check: Callable[[Any], None]) -> None:
    """Run a check on some examples of a strategy, the same ones in each run."""

    @seed(11)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def run(example):
        check(example)

    run()


def urls_of(route: Route) -> st.SearchStrategy[str]:
    """Return a strategy for the URLs of a route: edge cases of ids, other texts, and a query."""
    parts = []
    for literal, converter, name in re.findall(
        r"([^<>]*)(?:<(?:([^:<>]*(?:\([^)]*\))?):)?(\w+)>|$)", route.rule
    ):
        parts.append(st.just(literal))
        if name == "lang":
            parts.append(st.sampled_from(["id", "en"]))
        elif converter.startswith("any("):
            parts.append(st.sampled_from([*converter[4:-1].split(","), "x"]))
        elif name:
            is_number = converter.startswith("int") or name.endswith(("_id", "_number"))
            parts.append(st.sampled_from(EDGES) if is_number else ANYTHING)
    parameters = st.dictionaries(st.sampled_from(QUERIES), ANYTHING, min_size=1, max_size=6)
    query = parameters.map(lambda pairs: "&".join(f"{key}={value}" for key, value in pairs.items()))
    return st.tuples(st.tuples(*parts).map("".join), query).map("?".join)


def _quoted(text: object) -> str:
    content = text if isinstance(text, bytes) else str(text).encode()
    return "".join(f"%{byte:02x}" for byte in content[:600])


ANYTHING = st.one_of(TEXTS.map(_quoted), st.sampled_from(["1", "proses", "kantor", "comment"]))


def get_allowed_role(route: Route) -> str:
    """Return a role that the route allows."""
    return next((role for role in SIGNED_IN_ROLES if route.allows(role)), "")


@pytest.fixture(scope="module")
def signed_in_clients(fuzzed_site: AttackSite) -> dict[str, HttpClient]:
    return {role: fuzzed_site.client(role) for role in SIGNED_IN_ROLES}


@pytest.mark.parametrize("part", range(4))
def test_route_survives_arbitrary_urls(signed_in_clients, part):
    errors: list[object] = []
    for route in itertools.islice(get_routes(), part, None, 4):
        client = signed_in_clients[get_allowed_role(route)]

        def check(path, route=route, client=client):
            status = client.get(path).status
            if status >= 500 and route.rule not in HEALTH_PAGES:
                errors.append((status, path))

        run_examples(urls_of(route), 2, check)
    assert errors == []


@pytest.mark.parametrize("part", range(2))
def test_post_route_survives_arbitrary_fields(fuzzed_site, signed_in_clients, part):
    """Submit forms that no page shows now, and fields that no form has."""
    errors: list[object] = []
    for route in itertools.islice(post_routes(), part, None, 2):
        role, path = get_allowed_role(route), route.path(fuzzed_site.ids)
        if path.endswith(SESSION_ENDING_PATHS):
            continue
        if not signed_in_clients[role].is_signed_in():
            signed_in_clients[role] = fuzzed_site.client(role)
        tokens = [
            pair for pair in signed_in_clients[role].tokens("/id/help") if pair[0] == "csrf_token"
        ]

        def send(fields, path=path, client=signed_in_clients[role], tokens=tokens):
            key = ("form_key", f"arbitrary-fields-{next(form_numbers)}")
            status = client.post(path, [*tokens, key, *fields]).status
            if status >= 500 or status == 405:
                errors.append((status, path, fields))

        run_examples(
            st.lists(st.tuples(st.sampled_from(FIELDS), TEXTS), min_size=6, max_size=20), 1, send
        )
    assert errors == []


@pytest.mark.parametrize(
    "line",
    ["x%0d%0aSet-Cookie:%20evil=1", "x%0aX-Evil:%201", "x\u560d\u560aX-Evil:1", "%E5%98%8D%0d"],
)
def test_urls_and_fields_add_no_response_header(clients, site, line):
    line = line if line.isascii() else quote_path(line)
    urls = (f"/id/{line}", f"/id/search?q={line}", f"/{line}/", f"/id/log?check={line}")
    for url in (*urls, f"/id/sign-in?next=/id/{line}", f"/p/{line}", f"/static/{line}"):
        headers = clients[""].get(url).headers
        assert "X-Evil" not in headers and "evil" not in str(headers.get_all("Set-Cookie"))
    headers = clients["resident"].get(f"/data/proses/{line}.zip").headers
    assert "X-Evil" not in headers and "evil" not in headers.get("Content-Disposition", "")
