"""Pytest hooks: which test runs on which database engine, the order, a summary of skipped tests."""

import gc
import os
from collections import Counter
from pathlib import Path

import pytest

from deliberate.commands.startup import freeze_memory
from tests.postgres_repeats import Recorder, read_repeats

ENGINES = ["sqlite", "postgresql"]
DESELECTING_MARKERS = {"postgresql": ("browser", "sqlite"), "sqlite": ("postgresql",)}
"""Markers that deselect a test on an engine."""
SLOW_FIRST = (
    "tests/commands/test_demo_city.py",
    "tests/deploy/test_operate.py",
    "tests/chaos/",
    "tests/citivoice/test_spark.py",
    "tests/attack/",
    "tests/in_browser/",
)
"""Files and folders with the longest tests: begun last, one of them would keep a worker waiting."""
WITHOUT_COVERAGE = (
    "tests/attack/",
    "tests/citivoice/test_known_groups.py",
    "tests/citivoice/test_manipulations.py",
    "tests/commands/test_demo_city.py",
    "tests/deploy/test_operate.py",
    "tests/polls/test_ballot_box.py",
    "tests/site/serving/test_concurrent_acts.py",
    "tests/site/serving/test_concurrent_pages.py",
    "tests/site/test_every_page.py",
    "tests/site/test_form_walk.py",
    "tests/site/test_text_visibility.py",
)
"""Walks, simulations and attacks: measuring what they repeat takes longer than they do."""
ACCEPTED_REASONS = ("../shared", "only root mounts one")
"""Reasons for skipping that REQUIRE_ALL accepts: data outside the repository, root rights."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options --part, --repeat-on-postgresql and --record-statements."""
    parser.addoption(
        "--part",
        choices=["all", "quick", "rest"],
        default="all",
        help="rest: what needs PostgreSQL, a browser or Java, or kills servers; quick: all else",
    )
    parser.addoption(
        "--repeat-on-postgresql",
        action="store_true",
        help="run the tests that tests/postgres_repeats.txt names on PostgreSQL too",
    )
    parser.addoption(
        "--record-statements",
        metavar="FOLDER",
        help="write what each test sends to PostgreSQL (for `make postgres-repeats`)",
    )


def record_statements(config: pytest.Config) -> None:
    """Record the statements of each test of this worker if the command line asks for it."""
    if folder := config.getoption("--record-statements"):
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        config.pluginmanager.register(Recorder(Path(folder), worker), "statement-recorder")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests of another engine or part, put the slow ones first, measure no walks."""
    part = config.getoption("--part")
    repeats = frozenset() if config.getoption("--repeat-on-postgresql") else read_repeats()
    deselected = {
        item
        for item in items
        if _is_for_another_engine(item)
        or item.nodeid in repeats
        or (part != "all" and _is_quick(item) != (part == "quick"))
    }
    if deselected:
        config.hook.pytest_deselected(items=list(deselected))
    for item in items:
        if item.nodeid.startswith(WITHOUT_COVERAGE):
            item.add_marker("no_cover")
    items[:] = sorted((item for item in items if item not in deselected), key=_place)


def pytest_collection_finish() -> None:
    """Set aside what collecting the tests left, which lives to the end: as servers do at start."""
    freeze_memory()


def _place(item: pytest.Item) -> int:
    """Return the position of a test's file in SLOW_FIRST; all others come last."""
    places = (n for n, name in enumerate(SLOW_FIRST) if item.nodeid.startswith(name))
    return next(places, len(SLOW_FIRST))


def _engine(item: pytest.Item) -> str:
    """Return the database engine that a test is parametrised with, by whatever fixture."""
    call = getattr(item, "callspec", None)
    engines = (
        (value for value in call.params.values() if _names_engine(value)) if call else iter(())
    )
    return str(next(engines, ""))


def _names_engine(value: object) -> bool:
    return isinstance(value, str) and value in ENGINES


def _is_for_another_engine(item: pytest.Item) -> bool:
    markers = DESELECTING_MARKERS.get(_engine(item), ())
    return any(item.get_closest_marker(name) for name in markers)


def _is_quick(item: pytest.Item) -> bool:
    needs_more = any(item.get_closest_marker(name) for name in ("browser", "java"))
    kills_servers = item.nodeid.startswith("tests/chaos/")
    needs_server = not _engine(item) and item.get_closest_marker("postgresql")
    is_on_postgresql = needs_server or _engine(item) == "postgresql"
    return not (needs_more or kills_servers or is_on_postgresql)


def _skip_reasons(config: pytest.Config) -> Counter[str]:
    """Return the number of skipped tests for each reason."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reports = reporter.stats.get("skipped", []) if reporter else []
    return Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in reports)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print one line for each reason of skipped tests."""
    for reason, count in sorted(_skip_reasons(terminalreporter.config).items()):
        terminalreporter.write_line(f"not tested ({count}): {reason}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run with REQUIRE_ALL if a test was skipped for another reason."""
    gc.unfreeze()  # extension modules report objects that the end of a process does not free
    if not os.environ.get("REQUIRE_ALL"):
        return
    for reason in _skip_reasons(session.config):
        if not any(accepted in reason for accepted in ACCEPTED_REASONS):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
