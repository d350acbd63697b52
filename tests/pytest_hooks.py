"""Pytest hooks: deselection by database engine, and a summary of skipped tests."""

import os

import pytest

DESELECTING_MARKERS = {"postgresql": ("browser", "sqlite"), "sqlite": ("postgresql",)}
"""Markers that deselect a test on an engine."""
ACCEPTED_REASONS = ("../shared", "only root mounts one")
"""Reasons for skipping that REQUIRE_ALL accepts: data outside the repository, root rights."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests that are marked for the other database engine."""
    deselected = {item for item in items if _is_for_another_engine(item)}
    if deselected:
        config.hook.pytest_deselected(items=list(deselected))
        items[:] = [item for item in items if item not in deselected]


def _is_for_another_engine(item: pytest.Item) -> bool:
    engine = getattr(item, "callspec", None) and item.callspec.params.get("app")
    return any(item.get_closest_marker(name) for name in DESELECTING_MARKERS.get(engine or "", ()))


def _skip_reasons(config: pytest.Config) -> list[str]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reports = reporter.stats.get("skipped", []) if reporter else []
    return sorted({str(report.longrepr[2]).removeprefix("Skipped: ") for report in reports})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print one line for each reason of skipped tests."""
    for reason in _skip_reasons(terminalreporter.config):
        terminalreporter.write_line(f"not tested: {reason}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run with REQUIRE_ALL if a test was skipped for another reason."""
    if not os.environ.get("REQUIRE_ALL"):
        return
    for reason in _skip_reasons(session.config):
        if not any(accepted in reason for accepted in ACCEPTED_REASONS):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
