"""Find the tests whose run on PostgreSQL only repeats what other tests send to it.

A test with the fixture `app` runs on SQLite; on PostgreSQL too unless `postgres_repeats.txt` names
it. That list is made from a run of all tests on both engines: of the tests that send PostgreSQL
the same statements, with the same kinds of outcome (an error, no row, one, several), the quickest
stay. Tests that start a process are never named: what the process sends is not seen.

make engine-repeats
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

LIST = Path(__file__).with_name("postgres_repeats.txt")
STARTS_PROCESS = {"subprocess.Popen", "os.posix_spawn", "os.fork", "os.exec"}
"""Audit events of a new process."""


def read_repeats() -> frozenset[str]:
    """Return the ids of the tests that repeat others on PostgreSQL."""
    return frozenset(LIST.read_text(encoding="utf-8").splitlines())


@dataclass
class Recorder:
    """Write what each test sends to PostgreSQL, one JSON line a test.

    Args:
        folder: Where each worker writes a file of its own.
        worker: The name of the worker.
    """

    folder: Path
    worker: str
    outcomes: set[str] = field(default_factory=set)
    has_started_process: bool = False

    def __post_init__(self) -> None:
        """Listen to all engines and to the interpreter's events."""
        self.folder.mkdir(parents=True, exist_ok=True)
        event.listen(Engine, "after_cursor_execute", self._add_statement)
        event.listen(Engine, "handle_error", self._add_error)
        sys.addaudithook(self._notice_process)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Write the line of one test."""
        self.outcomes, self.has_started_process = set(), False
        result = yield
        with (self.folder / f"{self.worker}.jsonl").open("a", encoding="utf-8") as file:
            outcomes = sorted(self.outcomes)
            starts = self.has_started_process
            line = {"test": item.nodeid, "outcomes": outcomes, "starts_process": starts}
            file.write(json.dumps(line) + "\n")
        return result

    def _add_statement(self, connection: Any, cursor: Any, statement: str, *_more: Any) -> None:
        if connection.dialect.name == "postgresql":
            self._add(statement, str(min(max(cursor.rowcount, 0), 2)))

    def _add_error(self, context: Any) -> None:
        if context.dialect.name == "postgresql" and context.statement:
            self._add(context.statement, str(getattr(context.original_exception, "sqlstate", "")))

    def _add(self, statement: str, outcome: str) -> None:
        text = f"{_without_lengths(statement)} -> {outcome}"
        self.outcomes.add(blake2b(text.encode(), digest_size=8).hexdigest())

    def _notice_process(self, name: str, _arguments: object) -> None:
        self.has_started_process |= name in STARTS_PROCESS


def _without_lengths(statement: str) -> str:
    """Return a statement with each list of parameters or rows as one, and names without numbers."""
    text = re.sub(r"%\(\w+\)s(::\w+)?", "?", statement)
    text = re.sub(r"\?(, \?)+", "?", text)
    return re.sub(r"\(\?\)(, \(\?\))+", "(?)", text)


def find_repeats(records: Iterable[dict[str, Any]]) -> list[str]:
    """Return the ids of the tests that can be left out with no outcome lost, sorted.

    Greedy: the test with the most outcomes that no test before it has stays, and so on.
    """
    on_postgres = [record for record in records if "postgresql" in record["test"]]
    seen = {
        outcome
        for record in on_postgres
        if record["starts_process"]
        for outcome in record["outcomes"]
    }
    left = {
        record["test"]: set(record["outcomes"])
        for record in on_postgres
        if not record["starts_process"]
    }
    while left:
        name = max(sorted(left), key=lambda test: len(left[test] - seen))
        new = left.pop(name) - seen
        if not new:
            return sorted([name, *left])
        seen |= new
    return []


def _read_records(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.glob("*.jsonl")):
        yield from map(json.loads, file.read_text(encoding="utf-8").splitlines())


def main() -> None:
    """Write the list from the records in the folder that the command line names."""
    repeats = find_repeats(_read_records(Path(sys.argv[1])))
    LIST.write_text("".join(f"{name}\n" for name in repeats), encoding="utf-8")
    print(f"{len(repeats)} tests repeat others on PostgreSQL")


if __name__ == "__main__":
    main()
