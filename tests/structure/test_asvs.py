"""What docs/asvs.md says: each number once, each file and test named there is there."""

import ast
import re
from functools import cache

from sqlalchemy import func, select

from deliberate.database import db
from deliberate.models import Person
from tests.structure.source_tree import PACKAGE, ROOT

NUMBERS = ROOT / "tests/structure/asvs.txt"
"""Every requirement of levels 1 and 2 of ASVS 5.0.0: number and level."""
FILES = re.compile(r"`((?:deliberate|docs|templates|static|tests)/[\w./-]+|[\w.]+\.(?:md|lock))`")
TESTS = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
NEVER = {
    "a shell": r"shell=True|os\.system|os\.popen",
    "words run as code": r"\beval\(|(?<!\.)\bexec\(|\bpickle\b|yaml\.load|from_string\("
    r"|\bFunction\(",
    "sockets": r"[Ww]eb_?[Ss]ocket|EventSource",
    "weak hashes": r"hashlib\.(md5|sha1)\b",
    "other queries": r"\bldap\b|\bxpath\b|graphql|memcache|pdflatex",
    "WebRTC": r"RTCPeerConnection|\bturns?:[a-z]",
    "secret questions": r"security_question|secret_question|passphrase_hint",
    "an authorization server": r"AuthorizationServer\b|code_challenge_methods_supported",
    "listening to other windows": r"window\.(addEventListener\(.message|postMessage|onmessage)"
    r"|(parent|opener|top)\.postMessage",
}
WRITTEN = {
    "docs/security.md": ["Input", "Limits", "Authentication", "Sessions", "Who may do what"],
    "SECURITY.md": ["Response times"],
    "docs/operate.md": ["Keys and witnesses"],
}


@cache
def table() -> str:
    return (ROOT / "docs/asvs.md").read_text(encoding="utf-8")


def test_asvs_table_has_every_requirement_once():
    wanted = [line.split() for line in NUMBERS.read_text(encoding="utf-8").splitlines()]
    first, _, second = table().partition("## Level 2")
    for level, part, count in (("1", first, 70), ("2", second, 183)):
        said = re.findall(r"^\| (\d+\.\d+\.\d+) \|", part, re.MULTILINE)
        assert said == [number for number, of in wanted if of == level] and len(said) == count


def test_asvs_table_names_existing_files():
    named = set(FILES.findall(table()))
    assert len(named) > 40
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_asvs_table_names_existing_tests():
    missing = [f"{path}::{name}" for path, name in TESTS.findall(table()) if name not in _in(path)]
    assert missing == []


@cache
def _in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_asvs_level_one_names_tests_and_gaps_have_reasons():
    first, _, second = table().partition("## Level 2")
    rows = [row for row in first.splitlines() if re.match(r"\| \d", row)]
    assert all(TESTS.search(row) for row in rows)
    told = [row.split(" | ") for row in second.splitlines() if re.match(r"\| \d", row)]
    assert {row[2] for row in told} == {"met", "gap", "n/a"}
    assert [row[0] for row in told if len(row) != 4] == []
    assert all(len(row[3]) > 15 for row in told if row[2] == "gap")


def test_excluded_techniques_do_not_occur():
    code = [*PACKAGE.rglob("*.py"), *(ROOT / "static").glob("*.js")]
    found = {
        (what, path.name)
        for path in code
        for what, pattern in NEVER.items()
        if re.search(pattern, path.read_text(encoding="utf-8"))
    }
    assert found == set()


def test_required_documentation_exists():
    for path, headings in WRITTEN.items():
        text = (ROOT / path).read_text(encoding="utf-8")
        assert [name for name in headings if f"\n## {name}\n" not in text] == []


def test_example_proxy_allows_only_current_tls():
    text = (ROOT / "deploy/proxy/nginx.conf").read_text(encoding="utf-8")
    assert "ssl_protocols TLSv1.2 TLSv1.3;" in text and "return 301 https://" in text


def test_new_installation_has_no_account(app):
    assert db.session.scalar(select(func.count(Person.id))) == 0
