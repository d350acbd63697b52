"""The files and syntax trees of the project, as the structural tests read them."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "deliberate"
Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(folder: Path = PACKAGE) -> Iterator[tuple[str, ast.Module]]:
    """Yield every module below a folder: its path from the root and its syntax tree."""
    for path in sorted(folder.rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def functions(tree: ast.AST) -> Iterator[Function]:
    """Yield every function in a syntax tree."""
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def calls_of(tree: ast.AST, name: str) -> list[ast.Call]:
    """Return the calls of a plain name in a syntax tree."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]


def importers(name: str) -> set[str]:
    """Return the modules that import a name, from whichever module."""
    return {
        path
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and name in {alias.name for alias in node.names}
    }


@cache
def project_files() -> list[Path]:
    """Return every file of the project: those known to git, or all files outside a clone."""
    done = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return [ROOT / line for line in done.stdout.splitlines() if (ROOT / line).is_file()]
    hidden = {".venv", ".git", ".pytest_cache", "instance", "__pycache__", "build", "dist"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not hidden & set(path.parts)]
