"""No file names a path of a developer's machine, a package registry, or unfinished work."""

import re

from tests.structure.source_tree import ROOT, project_files

MACHINE_PATH = re.compile(rb"/(?:work|root|opt|tmp/bash|Users|home/[a-z]+)/[A-Za-z.]")
REGISTRY = re.compile(
    rb"(?i)https?://(?:files\.)?(?:pypi\.org|pythonhosted|test\.pypi)|--index-url"
)
UNFINISHED = re.compile(rb"\b(?:TODO|FIXME|XXX|HACK)\b")
THIS_FILE = "tests/structure/test_no_machine_paths.py"
LOCKS = tuple(path.name for path in ROOT.glob("requirements*.lock"))


def lines_matching(pattern, *suffixes):
    matches = []
    for path in project_files():
        name = path.relative_to(ROOT).as_posix()
        if name == THIS_FILE or (suffixes and path.suffix not in suffixes):
            continue
        for number, line in enumerate(path.read_bytes().splitlines(), start=1):
            if pattern.search(line):
                matches.append(f"{name}:{number}")
    return matches


def test_no_file_names_a_path_of_a_machine():
    assert lines_matching(MACHINE_PATH) == []


def test_no_file_names_a_package_registry():
    assert lines_matching(REGISTRY) == []


def test_no_file_has_a_todo_comment():
    assert lines_matching(UNFINISHED, ".py", ".html", ".css", ".js", ".md", ".toml") == []


def test_lock_files_have_hashes_and_no_host():
    for name in LOCKS:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"https?:", text)
        pinned = re.findall(r"^[\w.-]+==\S+ \\\n    --hash=sha256:", text, re.MULTILINE)
        assert len(pinned) == len(re.findall(r"^[\w.-]+==", text, re.MULTILINE)) > 40


def test_lock_files_pin_the_same_versions():
    runtime, extras, development = (
        dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))
        for name in ("requirements.lock", "requirements-extras.lock", "requirements-dev.lock")
    )
    assert {name: extras.get(name) for name in runtime} == runtime
    assert {name: development.get(name) for name in extras} == extras
