"""The layout of the repository: top level, subjects on every layer, folder sizes, module names."""

from collections import Counter

import pytest

from tests.structure.source_tree import ROOT, project_files

TOP_LEVEL = {
    ".ci",
    ".dockerignore",
    ".editorconfig",
    ".github",
    ".gitignore",
    ".pre-commit-config.yaml",
    "CHANGELOG.md",
    "CITATION.cff",
    "CODE_OF_CONDUCT.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "benchmarks",
    "deliberate",
    "deploy",
    "docs",
    "migrations",
    "mkdocs.yml",
    "pyproject.toml",
    "requirements-dev.lock",
    "requirements-extras.lock",
    "requirements-push.lock",
    "requirements-s3.lock",
    "requirements-scale.lock",
    "requirements-spark.lock",
    "requirements-texts.lock",
    "requirements-sso.lock",
    "requirements.lock",
    "static",
    "templates",
    "tests",
    "wsgi.py",
}
SUBJECTS = {
    "accounts",
    "documents",
    "log",
    "meetings",
    "moderation",
    "notices",
    "polls",
    "processes",
    "proposals",
    "releases",
    "responses",
    "scores",
    "search",
    "site",
    "threads",
}
SHARED_BY_SUBJECTS = {
    "deliberate/views": {"posted_message", "urls"},
    "deliberate/forms": set(),
    "deliberate/operations": set(),
    "deliberate/queries": set(),
    "deliberate/permissions": {"decision"},
    "deliberate/models": set(),
    "deliberate/translations/id": set(),
    "templates": {"components", "page"},
}
"""The layers, each with its entries that serve every subject."""
EMPTY_NAMES = {"common", "data", "handler", "helpers", "info", "manager", "misc", "utils"}
MAX_MODULES = 20


def entries(folder: str) -> set[str]:
    """Return the names of the modules and packages directly in a folder."""
    parts = (path.relative_to(ROOT) for path in project_files())
    below = {path.relative_to(folder).parts[0] for path in parts if path.is_relative_to(folder)}
    return {name.partition(".")[0] for name in below} - {"__init__"}


def test_top_level_has_only_the_agreed_entries():
    assert {path.relative_to(ROOT).parts[0] for path in project_files()} <= TOP_LEVEL


@pytest.mark.parametrize("layer", SHARED_BY_SUBJECTS)
def test_layer_is_divided_by_the_subjects(layer):
    assert entries(layer) - SHARED_BY_SUBJECTS[layer] <= SUBJECTS


def test_subject_of_a_page_has_templates_messages_and_tests():
    with_pages = entries("deliberate/views") - SHARED_BY_SUBJECTS["deliberate/views"]
    for layer in ("templates", "deliberate/translations/id", "deliberate/queries", "tests"):
        assert with_pages - entries(layer) == set(), layer


def test_folder_has_at_most_twenty_modules():
    sizes = Counter(
        path.parent.relative_to(ROOT).as_posix()
        for path in project_files()
        if path.suffix in {".py", ".sql"} and "versions" not in path.parts
    )
    assert {folder: size for folder, size in sizes.items() if size > MAX_MODULES} == {}


def test_module_name_says_what_is_inside():
    names = {path.stem for path in project_files() if path.suffix == ".py"}
    assert names & EMPTY_NAMES == set()
