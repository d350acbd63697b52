"""A module imports only from lower layers: the import-linter contracts of pyproject.toml."""

import os
import subprocess
import sys

from tests.structure.source_tree import ROOT


def test_import_contracts_of_the_layers_hold():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert "0 broken" in done.stdout
