"""What a run leaves out, and what it says of it at the end."""

import os

import pytest

ONCE = ("browser", "sqlite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What does not differ by engine, or counts SQLite's own steps, runs on SQLite alone."""
    twice = [item for item in items if _is_second(item)]
    if twice:
        config.hook.pytest_deselected(items=twice)
        items[:] = [item for item in items if item not in set(twice)]


def _is_second(item: pytest.Item) -> bool:
    engine = getattr(item, "callspec", None) and item.callspec.params.get("app")
    return engine == "postgresql" and any(item.get_closest_marker(name) for name in ONCE)


def _skipped(config: pytest.Config) -> list[str]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reports = reporter.stats.get("skipped", []) if reporter else []
    return sorted({str(report.longrepr[2]).removeprefix("Skipped: ") for report in reports})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line each what was skipped and how to have it."""
    for reason in _skipped(terminalreporter.config):
        terminalreporter.write_line(f"not tested: {reason}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With REQUIRE_ALL nothing may be skipped but what needs data that is not in the project."""
    if not os.environ.get("REQUIRE_ALL"):
        return
    if any("../shared" not in reason for reason in _skipped(session.config)):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
