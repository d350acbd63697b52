"""No function, class, attribute or import of the package is unused (vulture)."""

import re
from pathlib import Path

from vulture import Vulture

from tests.structure.source_tree import PACKAGE, ROOT

ALLOWLIST = Path(__file__).with_name("vulture_allowlist.py")
ROUTES_AND_COMMANDS = [
    "@notice_text.register",
    "@*blueprint.page",
    "@command.command",
    "@click.command",
    "@click.group",
]
VALIDATORS = ["validate_*"]
"""WTForms calls these by the name of a field."""
ENUMERATIONS = PACKAGE / "vocabulary"
"""Members of enumerations are values of columns and forms, which may be in the data alone."""
WORD = re.compile(r"\w+")


def names_in_templates() -> set[str]:
    """Return every word of the templates, which may be an attribute that a template reads."""
    files = (path for path in (ROOT / "templates").rglob("*") if path.is_file())
    return {word for path in files for word in WORD.findall(path.read_text(encoding="utf-8"))}


def names_in_notices() -> set[str]:
    """Return the names that the texts of notices fill in."""
    files = (PACKAGE / "notifications" / "registry").glob("*.py")
    pattern = re.compile(r"%\((\w+)\)s")
    return {name for path in files for name in pattern.findall(path.read_text(encoding="utf-8"))}


def test_nothing_in_the_package_is_unused():
    vulture = Vulture(ignore_names=VALIDATORS, ignore_decorators=ROUTES_AND_COMMANDS)
    sources = [PACKAGE, ROOT / "wsgi.py", ROOT / "migrations" / "env.py", ALLOWLIST]
    vulture.scavenge([str(path) for path in sources])
    read_elsewhere = names_in_templates() | names_in_notices()
    unused = [
        f"{Path(item.filename).relative_to(ROOT)}:{item.first_lineno} {item.name}"
        for item in vulture.get_unused_code(min_confidence=60)
        if item.name not in read_elsewhere
        and not Path(item.filename).is_relative_to(ENUMERATIONS)
        and Path(item.filename) != ALLOWLIST
    ]
    assert unused == []
