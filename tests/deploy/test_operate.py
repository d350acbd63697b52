"""docs/operate.md in two languages: the same blocks, and every block runs in its order.

Commands of the system (packages, units, proxies, copies elsewhere) are replaced by programs that do
nothing; units of the jobs are really started and stopped, and every `deliberate` command runs.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.factories import PASSPHRASE
from tests.structure.source_tree import ROOT

PAGES = ("operate.md", "operate.id.md")
SKIPPED = (
    *("apt-get", "useradd", "git", "certbot", "nginx", "rsync", "curl", "journalctl", "df"),
    *("python3", "ln"),
)
HOME = "/srv/deliberate"
DELIBERATE = f"""#!/bin/sh
export PYTHONPATH={ROOT}
if [ "$1" = serve ]; then exec {sys.executable} "$SERVE"; fi
echo "deliberate $1 $2" >> "$RAN"
if [ "$1" = setup ] || [ "$1 $2" = "user create" ]; then
    exec {sys.executable} -c "from deliberate.commands import main; main()" "$@" < "$PASSPHRASE"
fi
exec {sys.executable} -c "from deliberate.commands import main; main()" "$@"
"""
RUNUSER = """#!/bin/sh
while [ "$1" != -- ]; do shift; done
shift
exec "$@"
"""
SYSTEMCTL = """#!/bin/sh
case "$*" in
    *deliberate-jobs*) ;;
    *) exit 0 ;;
esac
case "$1" in
    stop | restart) kill -TERM "$(cat "$JOBS")" && tail --pid="$(cat "$JOBS")" -f /dev/null ;;
esac
case "$1" in
    enable | start | restart)
        (cd "$PLACE" && exec venv/bin/deliberate jobs) > "$PLACE/jobs.log" 2>&1 &
        echo $! > "$JOBS"
        for _ in $(seq 60); do
            sleep 1
            test -s "$PLACE/data/log/signing.pem" && exit 0
        done
        exit 1 ;;
esac
"""
SERVE = """
import re, signal, subprocess, sys
from urllib.request import urlopen

program = [sys.executable, "-c", "from deliberate.commands import main; main()"]
server = subprocess.Popen(
    [*program, "serve", "--port", "0", "--processes", "1"], stdout=subprocess.PIPE, text=True
)
port = re.search(r"serves .*:([0-9]+)", server.stdout.readline())[1]
assert urlopen(f"http://127.0.0.1:{port}/id/").status == 200
server.send_signal(signal.SIGTERM)
sys.exit(server.wait(60))
"""


def blocks(page):
    """Return the blocks of code of a page, each with its language."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(r"^```(\w*)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def headings(page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(r"^(#+) ", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.MULTILINE)


def test_both_languages_have_the_same_blocks_and_sections():
    assert blocks(PAGES[0]) == blocks(PAGES[1])
    assert headings(PAGES[0]) == headings(PAGES[1])


@pytest.fixture
def machine(tmp_path):
    """Return a folder in place of /srv/deliberate and the environment of a shell there."""
    place, programs = tmp_path / "srv", tmp_path / "bin"
    for folder in (place / "venv" / "bin", programs, tmp_path / "etc" / "systemd" / "system"):
        folder.mkdir(parents=True)
    for folder in ("nginx/sites-available", "nginx/sites-enabled"):
        (tmp_path / "etc" / folder).mkdir(parents=True)
    for name in (*SKIPPED, "pip"):
        write_program(programs / name, "#!/bin/sh\nexit 0\n")
    write_program(place / "venv" / "bin" / "pip", "#!/bin/sh\nexit 0\n")
    write_program(place / "venv" / "bin" / "deliberate", DELIBERATE)
    write_program(programs / "runuser", RUNUSER)
    write_program(programs / "systemctl", SYSTEMCTL)
    (place / "source").symlink_to(ROOT)
    (tmp_path / "serve.py").write_text(SERVE)
    (tmp_path / "passphrase").write_text(PASSPHRASE + "\n")
    environment = {
        **{name: value for name, value in os.environ.items() if "DELIBERATE" not in name},
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PASSPHRASE": str(tmp_path / "passphrase"),
        "SERVE": str(tmp_path / "serve.py"),
        "JOBS": str(tmp_path / "jobs.pid"),
        "RAN": str(tmp_path / "ran"),
        "PLACE": str(place),
    }
    yield place, environment
    subprocess.run(
        ["/bin/sh", "-c", 'test ! -s "$JOBS" || kill -TERM "$(cat "$JOBS")"'],
        env=environment,
        check=False,
        capture_output=True,
    )


def write_program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def on_machine(text: str, place: Path) -> str:
    """Return a block with the folders of the test in place of those of the system."""
    text = text.replace("/usr/local/bin/", f"{place.parent}/bin/").replace(HOME, str(place))
    return re.sub(r"(?<![\w/])/etc/", f"{place.parent}/etc/", text)


def run_script(lines, place, environment, folder):
    return subprocess.run(
        ["/bin/bash", "-e"],
        input="\n".join(on_machine(text, place) for text in lines),
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )


def test_trial_line_serves_a_page(machine):
    place, environment = machine
    done = run_script([blocks(PAGES[0])[0][1]], place, environment, place)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passphrase: " in done.stdout


def test_every_block_runs_in_its_order(machine):
    place, environment = machine
    scripts = [text for language, text in blocks(PAGES[0])[1:] if language == "sh"]
    done = run_script(scripts, place, environment, place)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    ran = set((place.parent / "ran").read_text().splitlines())
    assert {"deliberate backup restore", "deliberate keys rotate", "deliberate log key"} <= {
        " ".join(line.split()[:3]) for line in ran
    } | {line.strip() for line in ran}
    assert (place / "concerned.csv").exists() and (place / "safe" / "key-ring").exists()
