"""Test the command line: help, unknown commands and invalid settings."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from deliberate.commands import MODULES, SUMMARIES, cli, main
from deliberate.sealing.signing_keys import WrongKey

ROOT = Path(__file__).resolve().parents[2]


def run_deliberate(
    *arguments: str, folder: Path, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run the command in its own process in a folder, with these settings only."""
    environment = {name: value for name, value in os.environ.items() if "DELIBERATE" not in name}
    return subprocess.run(
        [sys.executable, "-c", "from deliberate.commands import main; main()", *arguments],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT), **settings},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_help_needs_no_settings(tmp_path):
    result = run_deliberate("--help", folder=tmp_path)
    assert result.returncode == 0, result.stderr
    for name in ("demo", "serve", "jobs", "db"):
        assert f"\n  {name} " in result.stdout
    assert not list(tmp_path.iterdir())


def test_help_imports_no_command_and_no_database(tmp_path):
    program = (
        "import sys\nfrom deliberate.commands import cli\n"
        "cli.main(['--help'], standalone_mode=False)\n"
        "print('LOADED', *sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(result.stdout.partition("LOADED")[2].split())
    heavy = {"sqlalchemy", "alembic", "numpy", "scipy", "duckdb", "wtforms", "cryptography", "PIL"}
    assert "flask" in loaded and not loaded & heavy
    assert {name for name in loaded if name.startswith("deliberate.")} == {
        "deliberate.commands",
        "deliberate.config",
        "deliberate.config.terminal",
    } | {name for name in loaded if name.startswith("deliberate.vocabulary")}


def test_list_of_commands_says_what_each_command_says():
    texts = {
        name: command.get_short_help_str(200)
        for name in SUMMARIES
        if (command := cli.get_command(None, name)) is not None
    }
    assert texts == SUMMARIES and {*MODULES, "db"} == set(SUMMARIES)


@pytest.mark.parametrize("module", MODULES)
def test_every_command_module_has_a_command_with_help(module):
    command = cli.get_command(None, module)
    assert command is not None and command.help


def test_each_invalid_setting_is_reported_in_a_line_with_exit_code_two(tmp_path):
    result = run_deliberate("routes", folder=tmp_path, DELIBERATE_MODE="production")
    assert result.returncode == 2
    assert result.stderr == (
        "deliberate: DELIBERATE_SECRET_KEY must have at least 32 characters\n"
        "deliberate: DELIBERATE_BASE_URL must begin with https:// in production\n"
    )


def test_lost_key_ring_is_named_in_place_of_a_secret_key(tmp_path):
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / "key-ring.lock").touch()
    result = run_deliberate("routes", folder=tmp_path, DELIBERATE_MODE="production")
    ring = tmp_path / "instance" / "key-ring"
    assert f"DELIBERATE_KEY_RING_FILE names a lost key ring: put its copy back as {ring}\n" in (
        result.stderr
    )
    assert "SECRET_KEY" not in result.stderr


def test_missing_signing_key_ends_a_command_with_a_line(monkeypatch, capsys):
    def lose_key():
        raise WrongKey("the log is signed by ab, which is not an available key")

    monkeypatch.setattr("deliberate.commands.cli", lose_key)
    with pytest.raises(SystemExit, match="2"):
        main()
    assert capsys.readouterr().err.count("\n") == 1


def test_application_server_reports_an_invalid_setting_without_a_traceback(tmp_path):
    environment = {name: value for name, value in os.environ.items() if "DELIBERATE" not in name}
    result = subprocess.run(
        [sys.executable, str(ROOT / "wsgi.py")],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(ROOT), "DELIBERATE_MODE": "debug"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert result.stderr.startswith("deliberate: DELIBERATE_MODE must be one of")


def test_invalid_setting_is_reported_in_the_language_of_the_terminal(tmp_path):
    settings = {"DELIBERATE_MODE": "test", "DELIBERATE_RESPONSE_DAYS": "dua"}
    result = run_deliberate("routes", folder=tmp_path, LC_ALL="id_ID.UTF-8", **settings)
    assert result.stderr == (
        "deliberate: DELIBERATE_RESPONSE_DAYS harus berupa bilangan bulat (diberikan 'dua')\n"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgresql://kota@127.0.0.1:1/kota"),
        ("DATABASE_URL", "sqlite:////does/not/exist/kota.db"),
        ("DATABASE_URL", "postgresql://kota@127.0.0.1:port/kota"),
        ("DATA_DIR", "/dev/null/data"),
    ],
)
def test_command_without_its_database_ends_in_one_line(tmp_path, name, value):
    settings = {"DELIBERATE_MODE": "test", f"DELIBERATE_{name}": value}
    result = run_deliberate("check", folder=tmp_path, **settings)
    assert result.returncode == 2
    assert result.stderr.startswith(f"deliberate: DELIBERATE_{name}")
    assert result.stderr.count("\n") == 1


def test_settings_file_of_the_working_directory_serves_every_command(tmp_path):
    (tmp_path / "deliberate.env").write_text('DELIBERATE_MODE=test\nDELIBERATE_BRAND_NAME="A b"\n')
    result = run_deliberate("settings", "--json", folder=tmp_path, DELIBERATE_MIN_CELL="12")
    assert (result.returncode, result.stderr) == (0, "")
    rows = {row["name"]: row for row in json.loads(result.stdout)}
    assert rows["DELIBERATE_BRAND_NAME"]["value"] == "A b"
    assert rows["DELIBERATE_BRAND_NAME"]["source"] == str(tmp_path / "deliberate.env")
    assert rows["DELIBERATE_MIN_CELL"]["source"] == "environment"
    assert rows["DELIBERATE_TIMEZONE"]["source"] == "default"


def test_unknown_command_exits_with_two(tmp_path):
    result = run_deliberate("deliver", folder=tmp_path, DELIBERATE_MODE="test")
    assert (result.returncode, "No such command 'deliver'" in result.stderr) == (2, True)
