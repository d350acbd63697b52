"""The house's own source, as the tests that keep its rules read it."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "deliberate"
Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(folder: Path = PACKAGE) -> Iterator[tuple[str, ast.Module]]:
    """Every module below a folder: its path from the root, and its tree."""
    for path in sorted(folder.rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def functions(tree: ast.AST) -> Iterator[Function]:
    """Every function in a tree."""
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def called(tree: ast.AST, name: str) -> list[ast.Call]:
    """The calls of a plain name in a tree."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]


def importers(name: str) -> set[str]:
    """The modules that import a name from wherever it lives."""
    return {
        path
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and name in {alias.name for alias in node.names}
    }


@cache
def files_kept() -> list[Path]:
    """Every file of the project: those git knows, else those that lie here."""
    done = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return [ROOT / line for line in done.stdout.splitlines() if (ROOT / line).is_file()]
    hidden = {".venv", ".git", "instance", "__pycache__", "build", "dist"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not hidden & set(path.parts)]
