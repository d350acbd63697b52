"""One town for all attacks of a run, on a real socket; a second one to be broken by the fuzzers.

The first lies on SQLite, or on PostgreSQL where ATTACK_ON says so; the second on PostgreSQL
where there is one, for it is the stricter of the two.
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
from tests.attack.attack_site import ROLES, Town, build, house_in
from tests.attack.http_client import Answer, Caller
from tests.attack.route_list import Route, looked_at
from tests.live_server import run_server

WORDS = "kopi pahit di teras rumah kami"
COUNT = itertools.count()


@dataclass(frozen=True)
class Built:
    """A town as it was built; copy it, never change it."""

    folder: Path
    numbers: dict[str, int]
    names: dict[str, str]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The town on SQLite."""
    folder = tmp_path_factory.mktemp("town") / "built"
    return Built(folder, *build(folder))


def _on_sqlite(
    built: Built, name: str, mode: str = "production", limits: bool = True
) -> Iterator[Town]:
    own = Path(shutil.copytree(built.folder, built.folder.with_name(name)))
    with house_in(own, mode, limits=limits) as app, run_server(app) as address:
        town = Town(app, address, built.numbers, built.names)
        yield town
        town.hang_up()


def _on_postgres(folder: Path, limits: bool) -> Iterator[Town]:
    name = f"town_{uuid.uuid4().hex[:12]}"
    postgres.execute_on_server(f"CREATE DATABASE {name}")
    url = postgres.database_url(name)
    numbers, names = build(folder, url)
    with house_in(folder, database_url=url, limits=limits) as app, run_server(app) as address:
        town = Town(app, address, numbers, names)
        yield town
        town.hang_up()
    postgres.execute_on_server(f"DROP DATABASE {name}")


@pytest.fixture(scope="session")
def town(request: pytest.FixtureRequest) -> Iterator[Town]:
    """The town that is attacked."""
    if os.environ.get("ATTACK_ON") == "postgresql":
        yield from _on_postgres(_folder(request), limits=True)
    else:
        yield from _on_sqlite(request.getfixturevalue("built"), "attacked")


@pytest.fixture(scope="session")
def other_town(request: pytest.FixtureRequest) -> Iterator[Town]:
    """The town in which anything at all is sent."""
    if os.environ.get("TEST_POSTGRES_URL"):
        yield from _on_postgres(_folder(request), limits=False)
    else:
        yield from _on_sqlite(request.getfixturevalue("built"), "fuzzed", limits=False)


def _folder(request: pytest.FixtureRequest) -> Path:
    factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    return factory.mktemp("town-on-postgresql")


@pytest.fixture(scope="session")
def seen_town(built: Built) -> Iterator[Town]:
    """The town as a browser on this machine sees it."""
    yield from _on_sqlite(built, "seen", "demo")


@pytest.fixture(autouse=True)
def _lines_end_with_the_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """Close every line: the server holds a hundred, and callers ring again by themselves."""
    yield
    for name in {"town", "other_town", "seen_town"} & set(request.fixturenames):
        request.getfixturevalue(name).hang_up()


@pytest.fixture(scope="session")
def callers(town: Town) -> dict[str, Caller]:
    """Somebody of every role, signed in; "" is nobody."""
    return {role: town.caller(role) for role in ("", *ROLES)}


@dataclass(frozen=True)
class Look:
    """What somebody saw at an address."""

    role: str
    route: Route
    path: str
    answer: Answer
    then: Answer
    """Where the address led on, the page it led to."""


@pytest.fixture(scope="session")
def rows_while_looking() -> list[int]:
    """How many rows the log had before and after somebody of every role looked at every page."""
    return []


@pytest.fixture(scope="session")
def looks(town: Town, callers: dict[str, Caller], rows_while_looking: list[int]) -> list[Look]:
    """Every page, as somebody of every role saw it."""
    town.seal()
    rows_while_looking.append(town.rows())
    seen = []
    for route in looked_at():
        for path in route.paths(town.numbers):
            for role, caller in callers.items():
                answer = then = caller.get(path)
                if answer.location.startswith("/") and route.name == "proposals.show":
                    then = caller.get(answer.location)
                seen.append(Look(role, route, path, answer, then))
    rows_while_looking.append(town.rows())
    return seen


@pytest.fixture
def newcomer(town: Town) -> Callable[..., Caller]:
    """Residents who have just joined and are signed in."""

    def join(**more: str) -> Caller:
        caller = town.caller()
        caller.name = f"baru-{next(COUNT)}"
        answer = caller.post("/id/join", joining(caller.name, **more))
        assert answer.status == 303, answer.text
        return caller

    return join


def joining(name: str, **more: str) -> dict[str, str]:
    """What the form for joining takes."""
    return {
        "sign_in_name": name,
        "display_name": name.replace("-", " "),
        "passphrase": WORDS,
        "terms": "y",
        **more,
    }
