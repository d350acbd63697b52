"""Nothing in the tree names the machine it was written on, or where packages come from."""

import re

from tests.structure.source import ROOT, files_kept

MACHINE = re.compile(rb"/(?:work|root|opt|tmp/bash|Users|home/[a-z]+)/[A-Za-z.]")
REGISTRY = re.compile(
    rb"(?i)https?://(?:files\.)?(?:pypi\.org|pythonhosted|test\.pypi)|--index-url"
)
UNFINISHED = re.compile(rb"\b(?:TODO|FIXME|XXX|HACK)\b")
SELF = {"tests/structure/test_no_machine_paths.py"}


def found(pattern, *suffixes):
    places = []
    for path in files_kept():
        name = path.relative_to(ROOT).as_posix()
        if name in SELF or (suffixes and path.suffix not in suffixes):
            continue
        for number, line in enumerate(path.read_bytes().splitlines(), start=1):
            if pattern.search(line):
                places.append(f"{name}:{number}")
    return places


def test_no_path_of_a_machine():
    assert found(MACHINE) == []


def test_no_host_of_a_registry():
    assert found(REGISTRY) == []


def test_nothing_is_left_to_be_done():
    assert found(UNFINISHED, ".py", ".html", ".css", ".js", ".md", ".toml") == []


def test_the_locks_carry_hashes_and_no_host():
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "http" not in text
        pinned = re.findall(r"^[\w.-]+==\S+ \\\n    --hash=sha256:", text, re.MULTILINE)
        assert len(pinned) == len(re.findall(r"^[\w.-]+==", text, re.MULTILINE)) > 40


def test_both_locks_agree():
    pins = [
        dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    ]
    runtime, all_of_it = pins
    assert {name: all_of_it.get(name) for name in runtime} == runtime
