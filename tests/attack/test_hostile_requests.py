"""Send values that programs do not expect to every route and field, on both engines: no 5xx.

Requests run inside this process, because thousands of them must take seconds. The fields are
those that the code reads: the request records each name that a view or a form asks for.
"""

import itertools
import os
import re
import uuid
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask, request  # noqa: TID251  # the names that a request is asked for
from flask.testing import FlaskClient
from sqlalchemy import func, select

from deliberate.database import db
from deliberate.models import Interaction
from deliberate.views.site.url_parsing import TextFields, TextRequest
from tests import factories, postgres
from tests.attack.attack_site import BASE_URL, ROLES, build_site, open_app
from tests.attack.http_client import TOKEN_FIELDS, Form, parse_forms
from tests.attack.route_list import Route, get_routes, post_routes
from tests.attack.test_fuzz import SESSION_ENDING_PATHS

NUMBERS = (
    "-1", "0", "2147483648", "9223372036854775807", "9223372036854775808", "9" * 40, "9" * 5000,
    "1e9", "NaN", "inf", "١٢", "1_0", "1.5",
)  # fmt: skip
DATES = (
    "0001-01-01", "9999-12-31", "0000-00-00", "2026-02-30", "2026-W01-1", "10000-01-01",
    "0001-01-01T00:00", "9999-12-31T23:59", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00", "0001-01", "9999-12", "2026-03-29T02:30",
)  # fmt: skip
TEXTS = (
    "\0", "a\0b", "\ud800", "a" * 5000, "\u202e", "[]", "{}", "null", "%", "%00", "../..",
    "\U0010ffff", "\x1b[2J", "' OR 1=1 --",
)  # fmt: skip
VALUES = (*NUMBERS, *DATES, *TEXTS)
SEGMENTS = (*NUMBERS[2:3], *NUMBERS[5:7], *TEXTS[:5], "%", "../..")
INTENDED = {
    (503, "/healthz"),
    (503, "/readyz"),
    (501, "/embed/oembed.json"),
}
"""Answers that are no faults: what a monitor asks for, and what oEmbed says of other formats."""
EXAMPLES_PER_FORM = 10
EXAMPLES_PER_FIELD = 3


class Recorder:
    """The names that each route reads from queries and forms."""

    def __init__(self) -> None:
        self.names: dict[tuple[str, str], set[str]] = {}

    def add(self, name: str) -> None:
        if request and request.url_rule:
            self.names.setdefault((request.url_rule.rule, request.method), set()).add(name)

    def request_class(self) -> type[TextRequest]:
        """Return a class of requests that records the names."""
        add = self.add

        class Fields(TextFields):
            def get(self, key: str, *args: Any, **options: Any) -> Any:
                add(key)
                return super().get(key, *args, **options)

            def getlist(self, key: str, *args: Any, **options: Any) -> Any:
                add(key)
                return super().getlist(key, *args, **options)

        class RecordedRequest(TextRequest):
            parameter_storage_class = Fields

        return RecordedRequest


class HostileSite:
    """The site of the attacks, requested in this process by every role."""

    def __init__(self, app: Flask, ids: dict[str, int], names: dict[str, str]) -> None:
        self.app, self.ids, self.names, self.recorder = app, ids, names, Recorder()
        app.request_class = self.recorder.request_class()
        self.clients = {role: self._sign_in(role) for role in ("", *ROLES)}
        self.tokens = {role: self._token(role) for role in self.clients}
        self.keys, self.counts = itertools.count(), itertools.count(1)
        self.errors: dict[tuple[int, str], str] = {}

    def _sign_in(self, role: str) -> FlaskClient:
        client = self.app.test_client()
        if role:
            fields = {"sign_in_name": self.names[role], "passphrase": factories.PASSPHRASE}
            assert client.post("/id/sign-in", base_url=BASE_URL, data=fields).status_code == 303
        return client

    def _token(self, role: str) -> str:
        page = self.clients[role].get("/id/help", base_url=BASE_URL).text
        match = re.search(r'name="csrf_token" value="([^"]*)"', page)
        return match[1] if match else ""

    def get(self, route: Route, path: str, query: str = "") -> Any:
        """Request a path and note a server error."""
        client = self.clients[role_of(route)]
        response = client.get(path, base_url=BASE_URL, query_string=query)
        self.note(response, route.rule, query[:80] or path[:80])
        return response

    def post(self, route: Route, role: str, path: str, fields: list[tuple[str, str]]) -> None:
        """Submit a form and note a server error; sign in again where it ended the session."""
        tokens = [("csrf_token", self.tokens[role]), ("form_key", f"hostile-{next(self.keys):020}")]
        body = "&".join(f"{quoted(name)}={quoted(value)}" for name, value in [*tokens, *fields])
        response = self.clients[role].post(
            path,
            base_url=BASE_URL,
            data=body,
            content_type="application/x-www-form-urlencoded",
            headers={"Referer": f"{BASE_URL}/id/"},
        )
        self.note(response, route.rule, body[90:300])
        if role and response.status_code == 401:
            self.clients[role] = self._sign_in(role)
            self.tokens[role] = self._token(role)

    def note(self, response: Any, rule: str, example: str) -> None:
        if response.status_code >= 500 and (response.status_code, rule) not in INTENDED:
            self.errors.setdefault((response.status_code, rule), example)
        response.close()

    def take_errors(self) -> dict[tuple[int, str], str]:
        """Return an example for each status and rule with a server error, and forget them."""
        errors, self.errors = self.errors, {}
        return errors


def quoted(value: str) -> str:
    return quote(value.encode("utf-8", "surrogatepass"), safe="")


def role_of(route: Route) -> str:
    return next((role for role in ROLES if route.allows(role)), "")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def hostile_site(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[HostileSite]:
    """Yield a site of its own on each engine."""
    folder: Path = tmp_path_factory.mktemp("hostile") / "site"
    url = ""
    if request.param == "postgresql":
        if not os.environ.get("TEST_POSTGRES_URL"):
            pytest.skip("PostgreSQL: `make test` installs one, or set TEST_POSTGRES_URL")
        name = f"hostile_{uuid.uuid4().hex[:12]}"
        postgres.execute_on_server(f"CREATE DATABASE {name}")
        url = postgres.database_url(name)
    ids, names = build_site(folder, url)
    with open_app(folder, database_url=url, limits=False) as app:
        yield HostileSite(app, ids, names)
    if url:
        postgres.execute_on_server(f"DROP DATABASE {name} (FORCE)")


def hostile_paths(route: Route, ids: dict[str, int], values: tuple[str, ...]) -> Iterator[str]:
    """Yield the paths of a route with each of its parameters replaced by each value."""
    for match in re.finditer(r"<(?:([^:<>]*(?:\([^)]*\))?):)?(\w+)>", route.rule):
        if match[2] != "lang":
            rule = route.rule.replace(match[0], "\x01")
            path = Route(rule, route.methods, route.audience, route.name).path(ids)
            yield from (path.replace("\x01", quoted(value)) for value in values)


def test_no_value_in_a_path_or_query_is_a_server_error(hostile_site):
    site = hostile_site
    for route in get_routes():
        path = route.path(site.ids)
        site.get(route, path)
        for hostile_path in hostile_paths(route, site.ids, SEGMENTS):
            site.get(route, hostile_path)
        names = sorted(site.recorder.names.get((route.rule, "GET"), ()))
        for pairs in rotations(names, len(VALUES)) if names else ():
            site.get(route, path, "&".join(f"{quoted(n)}={quoted(v)}" for n, v in pairs))
    assert site.take_errors() == {}
    assert sum(map(len, site.recorder.names.values())) > 60


def rotations(names: list[str], count: int, first: int = 0) -> Iterator[list[tuple[str, str]]]:
    """Yield all fields with hostile values, each with another one: in turn, with each of them."""
    for position in range(first, first + count):
        yield [
            (name, VALUES[(position + number) % len(VALUES)]) for number, name in enumerate(names)
        ]


def page_forms(site: HostileSite) -> dict[str, tuple[str, str, Form]]:
    """Return the forms of all pages by the rule of their action, each with a role and a path."""
    urls = site.app.url_map.bind("musyawarah.example")
    forms: dict[str, tuple[str, str, Form]] = {}
    for route in get_routes():
        for role in filter(route.allows, ROLES):
            for path in route.paths(site.ids):
                page = site.clients[role].get(path, base_url=BASE_URL, follow_redirects=True)
                body = page.get_data()  # read whole: a streamed answer holds its request
                text = body.decode() if page.mimetype == "text/html" else ""
                for form in parse_forms(path, text) if "<form" in text else ():
                    action = form.action.partition("?")[0]
                    if urls.test(action, "POST"):
                        rule, _values = urls.match(action, "POST", return_rule=True)
                        forms.setdefault(rule.rule, (role, action, form))
    return forms


def plausible_fields(form: Form) -> dict[str, str]:
    """Return each field of a form with its value, a choice, or a text of an ordinary person."""
    fields: dict[str, str] = {}
    for name, value in form.fields:
        choices = [choice for choice in form.options.get(name, ()) if choice]
        fields.setdefault(name, choices[0] if choices else str(value) or PLAUSIBLE_TEXT)
    return {name: value for name, value in fields.items() if name not in TOKEN_FIELDS}


PLAUSIBLE_TEXT = "Jalan di depan pasar perlu lampu agar warga aman pada malam hari."


def test_no_value_in_a_field_is_a_server_error(hostile_site):
    site, forms = hostile_site, page_forms(hostile_site)
    log_before = count_log_rows(site)
    for number, route in enumerate(post_routes()):
        role, path, form = forms.get(
            route.rule, (role_of(route), route.path(site.ids), Form(route.path(site.ids), "post"))
        )
        if path.endswith(SESSION_ENDING_PATHS):
            continue
        fields = plausible_fields(form)
        site.post(route, role, path, list(fields.items()))
        names = sorted({*fields, *site.recorder.names.get((route.rule, "POST"), ())})
        names = [name for name in names if name not in TOKEN_FIELDS]
        for pairs in rotations(names, EXAMPLES_PER_FORM, number):
            site.post(route, role, path, pairs)
        for position, name in enumerate(names):
            for value in itertools.islice(
                itertools.cycle(VALUES), position * EXAMPLES_PER_FIELD, None
            ):
                site.post(route, role, path, [*{**fields, name: value}.items()])
                if next(site.counts) % EXAMPLES_PER_FIELD == 0:
                    break
    assert site.take_errors() == {}
    assert len(forms) > 60
    assert count_log_rows(site) > log_before + 20


def count_log_rows(site: HostileSite) -> int:
    with site.app.app_context():
        return db.session.scalar(select(func.count(Interaction.id))) or 0


HOSTS = ("a" * 64, f"{'a' * 64}.example", "a" * 5000, "..", "a..b", "[::1", "ü.example", "x y", "")
ESCAPES = ("/%", "/%zz", "/id/%ff%fe", "/id/%00", "/%2e%2e/%2e%2e/etc/passwd", "/id//", "//evil/")


def test_no_host_name_is_a_server_error_on_any_path(hostile_site):
    site = hostile_site
    paths = [route.path(site.ids) for route in get_routes()]
    for path, host in zip((*paths, *ESCAPES), itertools.cycle(HOSTS)):
        response = site.clients[""].get(path, base_url=BASE_URL, headers={"Host": host})
        site.note(response, path, host[:80])
    page = site.clients[""].get("/id/", base_url=BASE_URL, headers={"Host": "a" * 64})
    assert page.status_code == 400 and "Wrong address" in page.text
    assert site.take_errors() == {}


NESTED = (
    b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: multipart/mixed; boundary=y'
    b'\r\n\r\n--y\r\nContent-Disposition: file; filename="b"\r\n\r\nc\r\n--y--\r\n--x--\r\n'
)
BODIES = (
    ("application/json", b'{"title": ["\\ud800"]}'),
    ("application/json", b"{" * 9000),
    ("text/plain", b"title=x"),
    ("multipart/form-data", b"no boundary"),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name="),
    ("multipart/form-data; boundary=x", NESTED),
    ("multipart/form-data; boundary=" + "x" * 300, b"--" + b"x" * 300),
    ("application/x-www-form-urlencoded; charset=utf-16", "title=ü".encode("utf-16")),
    ("\u00fc" * 2000, b"title=x"),
)


def test_no_body_or_header_is_a_server_error(hostile_site):
    site = hostile_site
    for number, route in enumerate(post_routes()):
        role, path = role_of(route), route.path(site.ids)
        if path.endswith(SESSION_ENDING_PATHS):
            continue
        for content_type, body in itertools.islice(itertools.cycle(BODIES), number, number + 3):
            response = site.clients[role].post(
                path,
                base_url=BASE_URL,
                input_stream=BytesIO(body),
                content_length=len(body),
                headers={
                    "Content-Type": content_type,
                    "Referer": f"{BASE_URL}/id/",
                    "X-CSRFToken": site.tokens[role],
                },
            )
            site.note(response, route.rule, f"{content_type[:60]} {body[:40]!r}")
    for name in HEADERS:
        for value in (*HEADER_VALUES, "\xff\xfe", "x" * 9000, "=?utf-8?q??=", "," * 3000):
            response = site.clients["resident"].get(
                "/id/log", base_url=BASE_URL, headers={name: value}
            )
            site.note(response, name, value[:60])
    assert site.take_errors() == {}


HEADERS = (
    "Accept-Language", "Accept-Encoding", "If-None-Match", "If-Modified-Since", "Range", "Referer",
    "Origin", "Cookie", "X-Forwarded-For", "X-Forwarded-Host", "X-Request-ID", "Sec-Fetch-Site",
    "Authorization", "Content-Length",
)  # fmt: skip
HEADER_VALUES = ("bytes=9-1", "Sat, 01 Jan 0001 00:00:00 GMT", "http://[::1", "-1", "id;q=NaN")
