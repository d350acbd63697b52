"""Killed under load, the platform loses nothing it acknowledged and is soon there again."""

import socket
import time
from uuid import uuid4

import pytest

from tests import postgres
from tests.chaos.load import Crowd, ResidentClient, count_supports
from tests.chaos.server import Installation, send_request, create_content, lock_database


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request, tmp_path):
    url = ""
    if request.param == "postgresql":
        request.getfixturevalue("make_postgres_app")
        name = f"chaos_{uuid4().hex[:12]}"
        postgres.execute_on_server(f"CREATE DATABASE {name}")
        url = postgres.database_url(name)
    found = Installation(tmp_path, url)
    yield found
    found.kill()
    if url:
        postgres.execute_on_server(f"DROP DATABASE {name} (FORCE)")


def test_killed_server_loses_no_acknowledged_act(installation):
    with installation.opened() as app:
        cookies, proposals = create_content(app, 4, 100)
    installation.start()
    installation.ready()
    phones = [ResidentClient(installation.port, cookie, "/id/account") for cookie in cookies]
    crowd = Crowd(phones, proposals)
    crowd.begin()
    for _ in range(2):
        time.sleep(0.7)
        installation.kill()
        installation.start()
        installation.ready()
    time.sleep(0.3)
    crowd.end()
    installation.kill()
    supports, rows, faults = count_supports(installation)
    assert crowd.told_yes > 0
    assert crowd.told_yes <= supports <= crowd.told_yes + len(phones)
    assert (rows, faults) == (supports, [])


def test_locked_database_refuses_writes_in_time_and_allows_reads(installation):
    with installation.opened() as app:
        (cookie,), (first, second) = create_content(app, 1, 2)
    installation.start()
    installation.ready()
    phone = ResidentClient(installation.port, cookie, "/id/account")
    with lock_database(installation):
        status, retry_after, seconds = phone.support(first)
        assert (status, retry_after) == (503, "5")
        assert seconds < 6
        page = send_request("GET", f"/id/proposals/{second}", cookie=cookie, port=installation.port)
        assert page.status in {200, 301}
    assert phone.support(first)[0] == 303


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_fifty_slow_clients_do_not_block_others(installation):
    installation.start()
    installation.ready()
    slow = []
    try:
        for _ in range(50):
            connection = socket.create_connection(("127.0.0.1", installation.port))
            connection.sendall(b"POST /id/sign-in HTTP/1.1\r\nHost: kota.example\r\nContent-Le")
            slow.append(connection)
        began = time.monotonic()
        for _ in range(10):
            assert send_request("GET", "/healthz", port=installation.port).status == 200
        assert time.monotonic() - began < 5
    finally:
        for connection in slow:
            connection.close()
