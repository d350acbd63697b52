"""Test start-up: several processes at once, a newer database, a port in use."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import urlopen

import pytest
from flask_migrate import upgrade
from sqlalchemy import text

from deliberate import create_app
from deliberate.config import Settings
from deliberate.database import db
from tests import postgres
from tests.commands.test_commands import ROOT, run_deliberate

PRODUCTION = {
    "DELIBERATE_SECRET_KEY": "s" * 40,
    "DELIBERATE_BASE_URL": "https://kota.example",
}
PREPARE = """
from deliberate import create_app
from deliberate.commands.startup import migrate_stores
migrate_stores(create_app())
"""


def test_startup_of_four_workers_at_once_succeeds(tmp_path):
    def start(_):
        return subprocess.run(
            [sys.executable, "-c", PREPARE],
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT), "DELIBERATE_MODE": "test"},
            capture_output=True,
            text=True,
            check=False,
        )

    with ThreadPoolExecutor(4) as executor:
        results = list(executor.map(start, range(4)))
    assert [result.returncode for result in results] == [0] * 4, results[-1].stderr


@pytest.mark.postgresql
def test_startup_of_two_hosts_at_once_on_an_empty_database_succeeds(tmp_path):
    rounds = int(os.environ.get("STARTUP_ROUNDS", "2"))
    for number in range(rounds):
        name = f"test_{uuid.uuid4().hex[:12]}"
        postgres.execute_on_server(f"CREATE DATABASE {name}")
        try:
            hosts = [
                _start_host(tmp_path / f"{host}-{number}", postgres.database_url(name))
                for host in ("satu", "dua")
            ]
            errors = [host.communicate(timeout=120)[1] for host in hosts]
        finally:
            postgres.execute_on_server(f"DROP DATABASE {name} (FORCE)")
        assert [host.returncode for host in hosts] == [0, 0], errors


def _start_host(folder, url):
    """Start the preparation of a host that shares nothing but the database."""
    folder.mkdir()
    return subprocess.Popen(
        [sys.executable, "-c", PREPARE],
        cwd=folder,
        env={
            "PYTHONPATH": str(ROOT),
            "DELIBERATE_MODE": "test",
            "DELIBERATE_DATABASE_URL": url,
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_startup_refuses_a_newer_database_in_one_line(tmp_path):
    app = create_app(Settings(mode="test", data_dir=str(tmp_path / "instance")))
    with app.app_context():
        upgrade()
        with db.engine.connect().execution_options(writing=True) as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
            connection.commit()
        db.session.remove()
        db.engine.dispose()
    for command in (["demo", "--port", "0"], ["serve", "--port", "0"], ["check"]):
        result = run_deliberate(*command, folder=tmp_path, **PRODUCTION)
        assert result.returncode == 1
        (line,) = result.stderr.splitlines()[-1:]
        said = json.loads(line)["message"] if line.startswith("{") else line  # in the journal
        assert said == (
            "Error: the database is at revision 9999, which this version does not know: "
            "a newer version made it"
        )


def test_startup_reports_a_port_in_use_in_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        result = run_deliberate("demo", folder=tmp_path, PORT=str(port))
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"Error: port {port} is taken; choose another: PORT={port + 1}\n"
    assert not list(tmp_path.iterdir())


@pytest.fixture
def start_command(tmp_path):
    """Return a function that starts a command and returns its process and first line of output."""
    running = []

    def start(*arguments, settings):
        process = subprocess.Popen(
            [sys.executable, "-uc", "from deliberate.commands import main; main()", *arguments],
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT), **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process, process.stdout.readline()

    yield start
    for process in running:
        process.kill()
        process.communicate()


def test_serve_command_stops_in_order(start_command, tmp_path):
    process, output = start_command("serve", "--port", "0", settings=PRODUCTION)
    host = output.split()[-1]
    page = urlopen(f"http://{host}/healthz")
    assert page.status == 200
    deadline = time.monotonic() + 60
    while not (Path(tmp_path) / "instance" / "jobs.db").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0


def test_jobs_command_runs_alone(start_command):
    process, output = start_command("jobs", settings=PRODUCTION)
    assert output == "deliberate runs its jobs\n"
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0
