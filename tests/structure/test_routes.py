"""The list of routes is frozen: who adds, opens or drops one says so in tests/routes.txt.

`python -m tests.structure.test_routes` writes the file anew.
"""

import difflib
import re
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask

from deliberate import create_app
from deliberate.config import Settings

FROZEN = Path(__file__).parents[1] / "routes.txt"


def routes_of(app: Flask) -> list[str]:
    """A line for each route: address, methods, audience, name."""
    lines = []
    for rule in app.url_map.iter_rules():
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        audience = ",".join(getattr(app.view_functions[rule.endpoint], "audience", ()))
        address = re.sub(r"<id:(\w+)>", r"<\1>", rule.rule.replace("<any(id,en):lang>", "<lang>"))
        lines.append(f"{address}  {methods}  {audience}  {rule.endpoint}")
    return sorted(lines)


def a_house(folder: Path) -> Flask:
    return create_app(Settings(mode="test", data_dir=str(folder), secret_key="test" * 10))


def test_the_routes_are_those_agreed_on(tmp_path):
    agreed = FROZEN.read_text(encoding="utf-8").splitlines()
    found = routes_of(a_house(tmp_path))
    changed = "\n".join(difflib.unified_diff(agreed, found, "agreed", "found", lineterm="", n=0))
    assert not changed, f"{changed}\nif meant: make routes"


if __name__ == "__main__":
    with TemporaryDirectory() as temporary:
        lines = routes_of(a_house(Path(temporary)))
    FROZEN.write_text("\n".join(lines) + "\n", encoding="utf-8")
