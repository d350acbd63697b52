"""What a run leaves out, and what it says of it at the end."""

import os

import pytest

NOT_ON = {"postgresql": ("browser", "sqlite"), "sqlite": ("postgresql",)}
"""Marks that leave an engine out: what does not differ by engine runs on SQLite alone."""
NOT_OURS = ("../shared", "only root mounts one")
"""What a machine may lack that nobody can install: data beside the project, leave to mount."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked as being of one engine, on the other."""
    others = {item for item in items if _is_of_the_other(item)}
    if others:
        config.hook.pytest_deselected(items=list(others))
        items[:] = [item for item in items if item not in others]


def _is_of_the_other(item: pytest.Item) -> bool:
    engine = getattr(item, "callspec", None) and item.callspec.params.get("app")
    return any(item.get_closest_marker(name) for name in NOT_ON.get(engine or "", ()))


def _skipped(config: pytest.Config) -> list[str]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reports = reporter.stats.get("skipped", []) if reporter else []
    return sorted({str(report.longrepr[2]).removeprefix("Skipped: ") for report in reports})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line each what was skipped and how to have it."""
    for reason in _skipped(terminalreporter.config):
        terminalreporter.write_line(f"not tested: {reason}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With REQUIRE_ALL nothing may be skipped but what is not ours to have."""
    if not os.environ.get("REQUIRE_ALL"):
        return
    for reason in _skipped(session.config):
        if not any(words in reason for words in NOT_OURS):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
