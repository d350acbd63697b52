"""Test servers killed under load: no acknowledged act is lost, and they start again quickly."""

import socket
import time

import pytest

from tests.chaos.load import LoadGenerator, ResidentClient, count_supports
from tests.chaos.server import create_content, lock_database, send_request


def test_killed_server_loses_no_acknowledged_act(installation):
    with installation.open_app() as app:
        cookies, proposal_ids = create_content(app, 4, 100)
    installation.start()
    installation.wait_until_ready()
    clients = [ResidentClient(installation.port, cookie, "/id/account") for cookie in cookies]
    load = LoadGenerator(clients, proposal_ids)
    load.start()
    for _ in range(2):
        time.sleep(0.7)
        installation.kill()
        installation.start()
        installation.wait_until_ready()
    time.sleep(0.3)
    load.stop()
    installation.kill()
    supports, rows, faults = count_supports(installation)
    assert load.acknowledged > 0
    assert load.acknowledged <= supports <= load.acknowledged + len(clients)
    assert (rows, faults) == (supports, [])


def test_locked_database_refuses_writes_in_time_and_allows_reads(installation):
    with installation.open_app() as app:
        (cookie,), (first_id, second_id) = create_content(app, 1, 2)
    installation.start()
    installation.wait_until_ready()
    client = ResidentClient(installation.port, cookie, "/id/account")
    with lock_database(installation):
        status, retry_after, seconds = client.support(first_id)
        assert (status, retry_after) == (503, "5")
        assert seconds < 6
        page = send_request(
            "GET", f"/id/proposals/{second_id}", cookie=cookie, port=installation.port
        )
        assert page.status in {200, 301}
    assert client.support(first_id)[0] == 303


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_fifty_slow_clients_do_not_block_others(installation):
    installation.start()
    installation.wait_until_ready()
    connections = []
    try:
        for _ in range(50):
            connection = socket.create_connection(("127.0.0.1", installation.port))
            connection.sendall(b"POST /id/sign-in HTTP/1.1\r\nHost: kota.example\r\nContent-Le")
            connections.append(connection)
        start = time.monotonic()
        for _ in range(10):
            assert send_request("GET", "/healthz", port=installation.port).status == 200
        assert time.monotonic() - start < 5
    finally:
        for connection in connections:
            connection.close()
