"""Fixtures: a site on a real socket for all attacks of a run, and a second one for the fuzz tests.

The first uses SQLite, or PostgreSQL if ATTACK_ON=postgresql; the second uses PostgreSQL if it is
installed, because PostgreSQL rejects more values than SQLite.
"""

import itertools
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import postgres
from tests.attack.attack_site import ROLES, AttackSite, build_site, open_app
from tests.attack.http_client import HttpClient, HttpResponse
from tests.attack.route_list import Route, get_routes
from tests.live_server import run_server

JOIN_PASSPHRASE = "kopi pahit di teras rumah kami"
newcomer_numbers = itertools.count()


@dataclass(frozen=True)
class BuiltSite:
    """A site as it was built: tests copy it and never change it."""

    folder: Path
    ids: dict[str, int]
    names: dict[str, str]


@pytest.fixture(scope="session")
def built_site(tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    """Build the site on SQLite."""
    folder = tmp_path_factory.mktemp("site") / "built"
    return BuiltSite(folder, *build_site(folder))


def _on_sqlite(
    built_site: BuiltSite, name: str, mode: str = "production", limits: bool = True
) -> Iterator[AttackSite]:
    copy = Path(shutil.copytree(built_site.folder, built_site.folder.with_name(name)))
    with open_app(copy, mode, limits=limits) as app, run_server(app) as server_url:
        site = AttackSite(app, server_url, built_site.ids, built_site.names)
        yield site
        site.close()


def _on_postgres(folder: Path, limits: bool) -> Iterator[AttackSite]:
    name = f"attack_{uuid.uuid4().hex[:12]}"
    postgres.execute_on_server(f"CREATE DATABASE {name}")
    url = postgres.database_url(name)
    ids, names = build_site(folder, url)
    with open_app(folder, database_url=url, limits=limits) as app, run_server(app) as server_url:
        site = AttackSite(app, server_url, ids, names)
        yield site
        site.close()
    postgres.execute_on_server(f"DROP DATABASE {name}")


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest) -> Iterator[AttackSite]:
    """Serve the site that is attacked."""
    if os.environ.get("ATTACK_ON") == "postgresql":
        yield from _on_postgres(_folder(request), limits=True)
    else:
        yield from _on_sqlite(request.getfixturevalue("built_site"), "attacked")


@pytest.fixture(scope="session")
def fuzzed_site(request: pytest.FixtureRequest) -> Iterator[AttackSite]:
    """Serve the site that receives arbitrary input, without rate limits."""
    if os.environ.get("TEST_POSTGRES_URL"):
        yield from _on_postgres(_folder(request), limits=False)
    else:
        yield from _on_sqlite(request.getfixturevalue("built_site"), "fuzzed", limits=False)


def _folder(request: pytest.FixtureRequest) -> Path:
    factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    return factory.mktemp("site-on-postgresql")


@pytest.fixture(scope="session")
def browser_site(built_site: BuiltSite) -> Iterator[AttackSite]:
    """Serve the site in demo mode, for a browser on the same machine."""
    yield from _on_sqlite(built_site, "browser", "demo")


@pytest.fixture(autouse=True)
def _close_connections(request: pytest.FixtureRequest) -> Iterator[None]:
    """Close all connections after each test: the server accepts a hundred; clients reconnect."""
    yield
    for name in {"site", "fuzzed_site", "browser_site"} & set(request.fixturenames):
        request.getfixturevalue(name).close()


@pytest.fixture(scope="session")
def clients(site: AttackSite) -> dict[str, HttpClient]:
    """Return a signed-in client for every role, and a signed-out client for the role ""."""
    return {role: site.client(role) for role in ("", *ROLES)}


@dataclass(frozen=True)
class PageView:
    """The page that a role received at a path."""

    role: str
    route: Route
    path: str
    response: HttpResponse
    final_response: HttpResponse
    """The page after a redirect from a short or old URL, else the response itself."""


@pytest.fixture(scope="session")
def log_row_counts() -> list[int]:
    """Return the numbers of log rows before and after the requests of `page_views`."""
    return []


@pytest.fixture(scope="session")
def page_views(
    site: AttackSite, clients: dict[str, HttpClient], log_row_counts: list[int]
) -> list[PageView]:
    """Request every page with every role."""
    site.seal()
    log_row_counts.append(site.count_log_rows())
    views = []
    for route in get_routes():
        for path in route.paths(site.ids):
            for role, client in clients.items():
                response = final_response = client.get(path)
                if response.location.startswith("/") and route.name == "proposals.show":
                    final_response = client.get(response.location)
                views.append(PageView(role, route, path, response, final_response))
    log_row_counts.append(site.count_log_rows())
    return views


@pytest.fixture
def join_resident(site: AttackSite) -> Callable[..., HttpClient]:
    """Return a function that joins a new resident and returns their signed-in client."""

    def join(**extra_fields: str) -> HttpClient:
        client = site.client()
        client.name = f"baru-{next(newcomer_numbers)}"
        response = client.post("/id/join", join_fields(client.name, **extra_fields))
        assert response.status == 303, response.text
        return client

    return join


def join_fields(name: str, **extra_fields: str) -> dict[str, str]:
    """Return the fields of the join form."""
    return {
        "sign_in_name": name,
        "display_name": name.replace("-", " "),
        "passphrase": JOIN_PASSPHRASE,
        "terms": "y",
        **extra_fields,
    }
