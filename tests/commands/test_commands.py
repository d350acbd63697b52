"""The command says what it can do, and says in one line what is wrong."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deliberate.commands import MODULES, cli

ROOT = Path(__file__).resolve().parents[2]


def run_deliberate(*words: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a shell would, in an empty folder with these settings."""
    kept = {name: value for name, value in os.environ.items() if "DELIBERATE" not in name}
    return subprocess.run(
        [sys.executable, "-c", "from deliberate.commands import main; main()", *words],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT), **settings},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_help_needs_no_settings(tmp_path):
    done = run_deliberate("--help", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    for name in ("demo", "serve", "jobs", "db"):
        assert f"\n  {name} " in done.stdout
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("module", MODULES)
def test_every_command_module_has_a_command_with_help(module):
    found = cli.get_command(None, module)
    assert found is not None and found.help


def test_invalid_setting_is_reported_in_one_line_with_exit_code_two(tmp_path):
    done = run_deliberate("routes", folder=tmp_path, DELIBERATE_MODE="production")
    assert done.returncode == 2
    assert done.stderr == (
        "deliberate: DELIBERATE_SECRET_KEY: needs at least 32 characters in production\n"
    )


def test_unknown_command_exits_with_two(tmp_path):
    done = run_deliberate("deliver", folder=tmp_path, DELIBERATE_MODE="test")
    assert (done.returncode, "No such command 'deliver'" in done.stderr) == (2, True)
