"""`deliberate serve`: several processes on one port, replaced, restarted and stopped in order."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from tests.commands.test_commands import ROOT
from tests.commands.test_startup import PRODUCTION

WAIT_SECONDS = 60


@pytest.fixture
def server(tmp_path):
    """A running server of two processes, and its port."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-uc", "from deliberate.commands import main; main()"),
            *("serve", "--port", "0", "--processes", "2"),
        ],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], **PRODUCTION},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    line = process.stdout.readline()
    yield process, int(line.rpartition(":")[2])
    process.kill()
    process.communicate()


def children(process):
    """Return the ids of the children of a process: two servers, then the jobs."""
    path = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(pid) for pid in path.read_text().split()]


def wait_for(condition):
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def fetch(port, path="/healthz"):
    with closing(HTTPConnection("127.0.0.1", port, timeout=WAIT_SECONDS)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()


@contextmanager
def clients(port):
    """Request a page on and on, on kept and on new connections; yield counts and failures."""
    answered, failures, is_over = [], [], threading.Event()

    def request(keeps):
        connection = HTTPConnection("127.0.0.1", port, timeout=WAIT_SECONDS)
        while not is_over.is_set():
            try:
                connection.request("GET", "/healthz")
                response = connection.getresponse()
                response.read()
            except (OSError, HTTPException) as error:
                failures.append(error)
                connection.close()
                continue
            answered.append(response.status)
            if not keeps or response.will_close:
                connection.close()
        connection.close()

    threads = [threading.Thread(target=request, args=(keeps,)) for keeps in (True, False) * 2]
    for thread in threads:
        thread.start()
    yield answered, failures
    is_over.set()
    for thread in threads:
        thread.join()


def test_restart_under_load_loses_no_request(server):
    process, port = server
    before = children(process)
    with clients(port) as (answered, failures):
        wait_for(lambda: len(answered) > 50)
        process.send_signal(signal.SIGHUP)
        wait_for(lambda: len(children(process)) == 3 and not set(children(process)) & set(before))
        count = len(answered)
        wait_for(lambda: len(answered) > count + 50)
    assert failures == [] and set(answered) == {200}


def test_killed_process_is_replaced_and_the_other_serves_on(server):
    process, port = server
    first, *others = children(process)
    time.sleep(2)  # one that ends at once is not replaced at once
    os.kill(first, signal.SIGKILL)
    assert fetch(port)[0] == 200
    wait_for(lambda: len(children(process)) == 3 and first not in children(process))
    assert set(others) <= set(children(process))


def test_request_under_way_is_answered_before_the_server_ends(server):
    process, port = server
    with socket.create_connection(("127.0.0.1", port), WAIT_SECONDS) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
        time.sleep(0.2)
        process.terminate()
        time.sleep(0.6)
        client.sendall(b"\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 200 OK\r\n")
    assert process.wait(timeout=WAIT_SECONDS) == 0


def test_requests_of_all_processes_are_counted_together(server):
    _process, port = server
    for _ in range(20):
        fetch(port)
    text = fetch(port, "/metrics")[1]
    assert 'deliberate_requests_total{method="GET",route="/healthz",status="200"} 20.0' in text
    assert text.count("# TYPE process_resident_memory_bytes gauge") == 1


def test_children_end_with_a_killed_parent(server):
    process, _port = server
    pids = children(process)
    assert len(pids) == 3
    process.kill()
    process.wait()
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))
