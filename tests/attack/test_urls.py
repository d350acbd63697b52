"""Every route of the list, its address and query filled with anything at all; every way in, too."""

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
OF_THE_HOUSE = ("resident", "staff", "moderator", "evaluator", "researcher", "admin")
HARDEST = {"/healthz", "/readyz"}
"""These tell with 503 that something is wrong with the house, not with what was asked."""


def each(ways: st.SearchStrategy, examples: int, act: Callable[[Any], None]) -> None:
    """Act on a few of the ways, the same ones each run, none kept."""

    @seed(11)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(ways)
    def go(way):
        act(way)

    go()


def addresses(route: Route) -> st.SearchStrategy[str]:
    """Ways to fill a route: numbers on their edges, words of every kind, a query of both."""
    parts = []
    for fixed, kind, name in re.findall(
        r"([^<>]*)(?:<(?:([^:<>]*(?:\([^)]*\))?):)?(\w+)>|$)", route.rule
    ):
        parts.append(st.just(fixed))
        if name == "lang":
            parts.append(st.sampled_from(["id", "en"]))
        elif kind.startswith("any("):
            parts.append(st.sampled_from([*kind[4:-1].split(","), "x"]))
        elif name:
            is_number = kind.startswith("int") or name == "number"
            parts.append(st.sampled_from(EDGES) if is_number else ANYTHING)
    asked = st.dictionaries(st.sampled_from(QUERIES), ANYTHING, min_size=1, max_size=6)
    query = asked.map(lambda found: "&".join(f"{key}={value}" for key, value in found.items()))
    return st.tuples(st.tuples(*parts).map("".join), query).map("?".join)


def _quoted(words: object) -> str:
    given = words if isinstance(words, bytes) else str(words).encode()
    return "".join(f"%{byte:02x}" for byte in given[:600])


ANYTHING = st.one_of(TEXTS.map(_quoted), st.sampled_from(["1", "proses", "kantor", "comment"]))


def who_may(route: Route) -> str:
    """Somebody the route is open to."""
    return next((role for role in OF_THE_HOUSE if route.allows(role)), "")


@pytest.fixture(scope="module")
def signed_in_clients(fuzzed_site: AttackSite) -> dict[str, HttpClient]:
    return {role: fuzzed_site.client(role) for role in OF_THE_HOUSE}


@pytest.mark.parametrize("part", range(4))
def test_route_survives_arbitrary_urls(signed_in_clients, part):
    broke: list[object] = []
    for route in itertools.islice(get_routes(), part, None, 4):
        client = signed_in_clients[who_may(route)]

        def view(path, route=route, client=client):
            status = client.get(path).status
            if status >= 500 and route.rule not in HARDEST:
                broke.append((status, path))

        each(addresses(route), 2, view)
    assert broke == []


@pytest.mark.parametrize("part", range(2))
def test_post_route_survives_arbitrary_fields(fuzzed_site, signed_in_clients, part):
    """The forms no page shows just now, and fields no form has."""
    broke: list[object] = []
    for route in itertools.islice(post_routes(), part, None, 2):
        role, path = who_may(route), route.path(fuzzed_site.ids)
        if path.endswith(SESSION_ENDING_PATHS):
            continue
        if not signed_in_clients[role].is_signed_in():
            signed_in_clients[role] = fuzzed_site.client(role)
        tokens = [
            pair for pair in signed_in_clients[role].tokens("/id/help") if pair[0] == "csrf_token"
        ]

        def send(fields, path=path, client=signed_in_clients[role], tokens=tokens):
            key = ("form_key", f"into-any-way-{next(form_numbers)}")
            status = client.post(path, [*tokens, key, *fields]).status
            if status >= 500 or status == 405:
                broke.append((status, path, fields))

        each(st.lists(st.tuples(st.sampled_from(FIELDS), TEXTS), min_size=6, max_size=20), 1, send)
    assert broke == []


@pytest.mark.parametrize(
    "line",
    ["x%0d%0aSet-Cookie:%20evil=1", "x%0aX-Evil:%201", "x\u560d\u560aX-Evil:1", "%E5%98%8D%0d"],
)
def test_urls_and_fields_add_no_response_header(clients, site, line):
    line = line if line.isascii() else quote_path(line)
    places = (f"/id/{line}", f"/id/search?q={line}", f"/{line}/", f"/id/log?check={line}")
    for place in (*places, f"/id/sign-in?next=/id/{line}", f"/p/{line}", f"/static/{line}"):
        headers = clients[""].get(place).headers
        assert "X-Evil" not in headers and "evil" not in str(headers.get_all("Set-Cookie"))
    named = clients["resident"].get(f"/data/proses/{line}.zip").headers
    assert "X-Evil" not in named and "evil" not in named.get("Content-Disposition", "")
