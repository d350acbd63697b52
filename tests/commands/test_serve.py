"""`deliberate serve`: several processes on one port, replaced, restarted and stopped in order."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path

import click
import pytest
from flask import Flask
from prometheus_client.mmap_dict import MmapedDict

from deliberate.commands.serving import metrics_folder, restart, supervisor
from deliberate.commands.serving.metrics_folder import shared_metrics
from deliberate.commands.serving.server import GracefulServer
from deliberate.commands.serving.supervisor import Supervisor
from deliberate.commands.startup import bind_port
from deliberate.config import Settings
from tests.commands.test_commands import ROOT
from tests.commands.test_startup import PRODUCTION

WAIT_SECONDS = 60


def start_server(folder, *options, **settings):
    return subprocess.Popen(
        [
            *(sys.executable, "-uc", "from deliberate.commands import main; main()"),
            *("serve", "--port", "0", "--processes", "2", *options),
        ],
        cwd=folder,
        env={
            **{"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "TMPDIR": str(folder)},
            **{**PRODUCTION, **settings},
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


@pytest.fixture
def server(tmp_path):
    """A running server of two processes, and its port."""
    process = start_server(tmp_path)
    yield process, port_of(process)
    process.kill()
    process.communicate()


def port_of(process):
    return int(process.stdout.readline().rpartition(":")[2])


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


def test_counts_of_processes_that_have_ended_are_merged_into_one_file(server, tmp_path):
    process, port = server
    for _ in range(5):
        fetch(port)
    (folder,) = tmp_path.glob("deliberate-metrics-*")
    for earlier in children(process)[:2]:
        os.kill(earlier, signal.SIGKILL)
    wait_for((folder / "counter_ended.db").exists)
    wait_for(lambda: len(list(folder.glob("counter_*.db"))) <= 3)
    text = fetch(port, "/metrics")[1]
    count = re.search(r'requests_total\{method="GET",route="/healthz",status="200"\} (\d+)', text)
    assert count is not None and int(count[1]) >= 5


def test_merged_counts_are_the_sums_of_all_ended_processes(tmp_path, monkeypatch):
    ended = subprocess.Popen(["true"])
    ended.wait()
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    for pid, value in ((ended.pid, 3.0), (os.getpid(), 10.0)):
        values = MmapedDict(str(tmp_path / f"counter_{pid}.db"))
        values.write_value("requests", value, 0.0)
        values.close()
    for _ in range(2):  # what is merged once is not counted again
        metrics_folder.merge_ended()
    file = str(tmp_path / "counter_ended.db")
    assert [row[:2] for row in MmapedDict.read_all_values_from_file(file)] == [("requests", 3.0)]
    assert sorted(path.name for path in tmp_path.glob("*.db")) == [
        f"counter_{os.getpid()}.db",
        "counter_ended.db",
    ]


def test_children_end_with_a_killed_parent(server):
    process, _port = server
    pids = children(process)
    assert len(pids) == 3
    process.kill()
    process.wait()
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))


HALF_A_REQUEST = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"


def open_request(port):
    """Return a connection on which one request is answered and the next has begun."""
    client = socket.create_connection(("127.0.0.1", port), WAIT_SECONDS)
    client.sendall(HALF_A_REQUEST)
    assert end_request(client) == 200
    client.sendall(HALF_A_REQUEST)
    return client


def end_request(client):
    client.sendall(b"\r\n")
    with HTTPResponse(client) as response:
        response.begin()
        response.read()
        return response.status


def test_servers_whose_socket_is_shut_down_answer_what_they_have_accepted():
    app, listener = Flask("small"), bind_port("127.0.0.1", 0)
    app.config["SETTINGS"] = Settings(mode="test")
    app.add_url_rule("/healthz", view_func=lambda: "ok")
    names = [f"server {number}" for number in range(4)]
    servers = Supervisor(dict.fromkeys(names, lambda: GracefulServer(app, listener, 2).run()))
    servers.start()
    clients = [open_request(listener.getsockname()[1]) for _ in range(12)]
    listener.shutdown(socket.SHUT_RDWR)
    time.sleep(0.2)  # they see it before they are asked to end
    for pid in servers.processes():
        os.kill(pid, signal.SIGTERM)
    assert [end_request(client) for client in clients] == [200] * 12
    assert [os.waitpid(pid, 0)[1] for pid in servers.processes()] == [0] * 4
    for opened in (listener, *clients):
        opened.close()


def test_signals_during_a_restart_are_taken_when_it_is_over(server):
    process, _port = server
    command = Path(f"/proc/{process.pid}/environ")
    process.send_signal(signal.SIGHUP)
    wait_for(lambda: b"SERVE_EARLIER_PROCESSES" in command.read_bytes())
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=WAIT_SECONDS) == 0


def test_server_that_ends_during_a_restart_is_replaced(server):
    process, port = server
    before = set(children(process))
    with open_request(port) as client:
        process.send_signal(signal.SIGHUP)
        wait_for(lambda: len(set(children(process)) - before) == 3)
        killed = min(set(children(process)) - before)
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: killed not in children(process))
        wait_for(lambda: len(set(children(process)) - before) == 3)
        assert set(children(process)) & before
        assert end_request(client) == 200
    wait_for(lambda: not set(children(process)) & before)


def test_process_that_always_ends_at_once_is_replaced_less_and_less_often(monkeypatch):
    now, starts = [0.0], []
    monkeypatch.setattr(supervisor.time, "monotonic", lambda: now[0])
    started = Supervisor._start
    monkeypatch.setattr(Supervisor, "_start", lambda *args: (starts.append(now[0]), started(*args)))
    failing = Supervisor({"fails": lambda: None})
    failing.start()
    while now[0] < 100:
        failing._children["fails"].process.join()
        failing.tend()
        now[0] += 1
    assert starts == [0, 2, 6, 14, 30, 62]


@pytest.mark.parametrize(
    ("is_restart", "kept"), [(False, ["notes"]), (True, ["counter_1.db", "notes"])]
)
def test_named_metrics_folder_is_emptied_at_a_first_start_and_kept(
    tmp_path, monkeypatch, is_restart, kept
):
    (tmp_path / "counter_1.db").touch()
    (tmp_path / "notes").touch()
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    with shared_metrics(is_restart):
        pass
    names = sorted(path.name for path in tmp_path.iterdir())
    assert [name for name in names if name != "merging.lock"] == kept


def test_named_metrics_folder_that_is_missing_is_made(tmp_path, monkeypatch):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "a" / "b"))
    with shared_metrics(is_restart=False):
        assert (tmp_path / "a" / "b").is_dir()
    assert (tmp_path / "a" / "b").is_dir()


def test_server_that_cannot_start_leaves_no_metrics_folder(tmp_path):
    process = start_server(tmp_path, DELIBERATE_TRUSTED_PROXIES="many")
    process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode != 0
    assert not list(tmp_path.glob("deliberate-metrics-*"))


def test_address_that_no_wait_can_free_is_refused_at_once(monkeypatch):
    monkeypatch.setattr(restart.time, "sleep", lambda _: pytest.fail("it waits"))
    with pytest.raises(click.ClickException, match=r"192\.0\.2\.1"):
        restart.bind_soon("192.0.2.1", 0)
