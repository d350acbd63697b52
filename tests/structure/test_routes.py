"""The frozen list of routes: a new, changed or removed route is also changed in tests/routes.txt.

`python -m tests.structure.test_routes` writes the file.
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
    """Return a line for each route: URL, methods, audience, endpoint."""
    lines = []
    for rule in app.url_map.iter_rules():
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        audience = ",".join(getattr(app.view_functions[rule.endpoint], "audience", ()))
        url = re.sub(r"<id:(\w+)>", r"<\1>", rule.rule.replace("<any(id,en):lang>", "<lang>"))
        lines.append(f"{url}  {methods}  {audience}  {rule.endpoint}")
    return sorted(lines)


def create_test_app(folder: Path) -> Flask:
    return create_app(Settings(mode="test", data_dir=str(folder), secret_key="test" * 10))


def test_routes_are_the_frozen_ones(tmp_path):
    frozen = FROZEN.read_text(encoding="utf-8").splitlines()
    routes = routes_of(create_test_app(tmp_path))
    changed = "\n".join(difflib.unified_diff(frozen, routes, "frozen", "app", lineterm="", n=0))
    assert not changed, f"{changed}\nif intended: make routes"


if __name__ == "__main__":
    with TemporaryDirectory() as temporary:
        lines = routes_of(create_test_app(Path(temporary)))
    FROZEN.write_text("\n".join(lines) + "\n", encoding="utf-8")
