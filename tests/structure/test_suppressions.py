"""Suppressed warnings of linters and type checkers state why."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SUPPRESSION = re.compile(r"#\s*(?:noqa: [A-Z0-9, ]+|type: ignore\[[a-z, -]+\])(?P<words>.*)$")


def without_words(source: str) -> list[int]:
    """Return the numbers of the lines that suppress a warning without a reason."""
    lines = enumerate(source.splitlines(), 1)
    found = ((number, SUPPRESSION.search(line)) for number, line in lines)
    return [number for number, match in found if match and not match["words"].strip(" #()")]


@pytest.mark.parametrize("package", ["deliberate", "tests"])
def test_every_suppression_states_its_reason(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    rows = [(path, number) for path in files for number in without_words(path.read_text())]
    assert [f"{path.relative_to(ROOT)}:{number}" for path, number in rows] == []


def test_suppression_without_words_is_found() -> None:
    bare = "x = 1  # no" + "qa: S608"
    assert without_words(f"{bare}\n{bare}  # constant names") == [1]
