"""The journal of a server has JSON lines alone, whoever writes to standard error."""

import io
import json
import os
import subprocess
import sys

from deliberate.commands.serving.journal import copy_lines
from tests.commands.test_commands import ROOT

PROGRAM = """
import logging, os, signal, subprocess, sys
from deliberate.commands.serving.journal import wrap_foreign_lines
from deliberate.logging import configure_logging
wrap_foreign_lines()
wrap_foreign_lines()  # once is enough, also after a restart
configure_logging()
logging.getLogger("deliberate").info("ready")
os.write(2, b"nanobind: leaked 3 instances!\\n - leaked instance\\n")
subprocess.run([sys.executable, "-c", "import sys; sys.stderr.write('from a child')"])
os.kill(os.getppid(), 0)
"""


def run_program(**options):
    return subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        **options,
    )


def test_lines_of_libraries_and_children_become_records():
    records = [json.loads(line) for line in run_program().stderr.splitlines()]
    assert [(record["logger"], record["message"]) for record in records] == [
        ("deliberate", "ready"),
        ("stderr", "nanobind: leaked 3 instances!"),
        ("stderr", "- leaked instance"),
        ("stderr", "from a child"),
    ]


def test_records_pass_unchanged_and_other_lines_within_one():
    record = '{"timestamp": "2026-01-01T00:00:00+00:00", "level": "info"}'
    journal = io.BytesIO()
    copy_lines(io.BytesIO(f'{record}\n\nAduh "ini" \udcff\n'.encode(errors="replace")), journal)
    first, second = journal.getvalue().decode().splitlines()
    assert first == record
    assert json.loads(second)["message"] == 'Aduh "ini" ?'
    assert json.loads(second)["level"] == "warning"
