"""The documentation agrees with the code: generated parts, links, paths, names and commands."""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import click
import pytest

from deliberate.commands import cli
from deliberate.database import Base, TransientBase
from deliberate.vocabulary.events import EVENT_TYPES
from docs.generate import PARTS, outdated, subject_modules
from tests.structure import messages
from tests.structure.source_tree import ROOT

DECISIONS = ROOT / "docs" / "decisions"
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / ".github").rglob("*.md")]
)
SECTIONS = ["Context", "Decision", "Consequences"]
HEAD = re.compile(
    r"# (\d+)\. .+\n\nDate: \d{4}-\d\d-\d\d\n\nStatus: (Proposed|Accepted|Superseded by \d{4})\n\n"
)
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)")
REPOSITORY_PATH = re.compile(
    r"`((?:deliberate|docs|templates|tests|static|migrations|benchmarks|\.ci)/"
    r"(?![\w/]*(?:SUBJECT|LANGUAGE))[\w./-]+)`"
)
NAME_IN_FILE = re.compile(r"`(\w+)` (?:in |\()`((?:deliberate|tests)/[\w/]+\.py)`")
COMMAND = re.compile(r"(?:^|`|&& |venv/bin/)deliberate ([a-z][a-z-]*(?: [a-z][a-z-]*)?)")
TARGET = re.compile(r"(?:^|`)make ([a-z-]+)")


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def code_in(path: Path) -> list[str]:
    """Return the lines of code blocks and the inline code of a page."""
    fenced = re.findall(r"^```sh\n(.*?)^```", text_of(path), re.MULTILINE | re.DOTALL)
    indented = re.findall(r"^    (\S.*)$", text_of(path), re.MULTILINE)
    inline = re.findall(r"`[^`\n]+`", text_of(path))
    return [*(line for block in fenced for line in block.splitlines()), *indented, *inline]


def decisions() -> list[Path]:
    return sorted(path for path in DECISIONS.glob("*.md") if path.name != "README.md")


@pytest.mark.parametrize("path", decisions(), ids=lambda path: path.stem[:4])
def test_decision_has_number_date_status_and_sections(path):
    head = HEAD.match(text_of(path))
    assert head and int(head[1]) == int(path.name[:4])
    assert re.findall(r"^## (.+)$", text_of(path), re.MULTILINE) == SECTIONS


def test_decision_index_lists_every_decision_in_order():
    listed = re.findall(r"^\| \[(\d{4})\]\((.+?)\) \|", text_of(DECISIONS / "README.md"), re.M)
    assert [file for _, file in listed] == [path.name for path in decisions()]
    assert all(int(first) < int(second) for (first, _), (second, _) in pairwise(listed))


@pytest.mark.parametrize("page", PARTS)
def test_generated_parts_agree_with_the_code(page):
    assert page not in outdated(), "run make docs"


def test_glossary_lists_every_kind_model_and_subject():
    text = text_of(ROOT / "docs" / "glossary.md")
    assert [kind for kind in EVENT_TYPES if f"| `{kind}` |" not in text] == []
    assert [name for name in models() if f"| {name} |" not in text] == []
    assert [name for name in subject_modules() if f"| {name} |" not in text] == []


def models() -> set[str]:
    """Return each model with its table as the glossary names them."""
    bases = (Base, TransientBase)
    mappers = [mapper for base in bases for mapper in base.registry.mappers]
    return {f"`{mapper.class_.__name__}` `{mapper.local_table.name}`" for mapper in mappers}


def test_glossary_has_no_unknown_model():
    named = re.findall(r"\| (`[A-Z]\w+` `\w+`) \|", text_of(ROOT / "docs" / "glossary.md"))
    assert set(named) - models() == set()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_and_paths_exist(path):
    links = [path.parent / target for target in LINK.findall(text_of(path))]
    names = [ROOT / name for name in REPOSITORY_PATH.findall(text_of(path))]
    assert [str(target) for target in [*links, *names] if not target.exists()] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_names_are_in_the_files_that_the_page_gives(path):
    missing = [
        f"{name} in {file}"
        for name, file in NAME_IN_FILE.findall(text_of(path))
        if not re.search(rf"^(?:    )?(?:def |class |){name}\b", text_of(ROOT / file), re.MULTILINE)
    ]
    assert missing == []


def test_commands_in_the_documentation_exist():
    unknown = set()
    for path in PAGES:
        for line in code_in(path):
            for words in COMMAND.findall(line):
                if not is_command(words.split()):
                    unknown.add(words)
    assert unknown == set()


def is_command(words: list[str]) -> bool:
    group: click.Command = cli
    for word in words:
        if not isinstance(group, click.Group):
            return True
        found = group.get_command(click.Context(group), word)
        if found is None:
            return False
        group = found
    return True


def test_make_targets_in_the_documentation_exist():
    makefile = text_of(ROOT / "Makefile")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {name for path in PAGES for line in code_in(path) for name in TARGET.findall(line)}
    assert named and named <= targets
    helped = set(re.findall(r'@echo "make ([a-z-]+)', makefile))
    assert helped == targets - {"help"}


def test_translation_files_have_the_messages_of_the_code():
    assert messages.outdated() == [], "run make messages"
