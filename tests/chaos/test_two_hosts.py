"""Two hosts with own data folders behind nginx with TLS, one PostgreSQL, one shared folder."""

import signal
import threading
import time
from dataclasses import dataclass
from http.client import HTTPException
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from deliberate.database import db
from deliberate.models import Comment
from tests import postgres
from tests.chaos.load import LoadGenerator, ResidentClient, count_supports
from tests.chaos.proxy import Proxy, trusting
from tests.chaos.server import Installation, create_content, send_request

pytestmark = pytest.mark.postgresql
ACCOUNT = "/id/account"


@dataclass
class TwoHosts:
    """The hosts, the proxy in front of them, and residents who come through it."""

    server: postgres.PostgresServer
    hosts: list[Installation]
    proxy: Proxy
    cookies: list[str]
    proposal_ids: list[int]

    def clients(self) -> list[ResidentClient]:
        """Return a client of the proxy for each resident."""
        tls = trusting(self.proxy)
        return [ResidentClient(self.proxy.port, cookie, ACCOUNT, tls) for cookie in self.cookies]


@pytest.fixture
def two_hosts(tmp_path):
    programs = postgres.find_binaries()
    if programs is None:
        pytest.skip("PostgreSQL: install Debian's postgresql")
    server = postgres.PostgresServer(programs)
    url = server.start()
    environment = {
        "DELIBERATE_SHARED_DIR": str(tmp_path / "shared"),
        "DELIBERATE_TRUSTED_PROXIES": "1",
    }
    hosts = [
        Installation(folder, url, environment=environment)
        for folder in (tmp_path / "first", tmp_path / "second")
    ]
    for host in hosts:
        host.folder.mkdir()
    with hosts[0].open_app() as app:
        cookies, proposal_ids = create_content(app, 4, 200)
    proxy = Proxy(tmp_path / "proxy", [host.port for host in hosts])
    try:
        for host in hosts:
            host.start()
        for host in hosts:
            host.wait_until_ready()
        yield TwoHosts(server, hosts, proxy, cookies, proposal_ids)
    finally:
        for host in hosts:
            host.kill()
        proxy.stop()
        server.stop()


def test_restarted_database_refuses_writers_for_a_second_and_loses_no_text(two_hosts):
    writer, *others = two_hosts.clients()
    load = LoadGenerator(others, two_hosts.proposal_ids)
    load.start()
    time.sleep(0.5)
    two_hosts.server.pause()
    text = "Halte ini perlu peneduh, sebab antreannya panjang dan siangnya terik sekali."
    path, key = f"/id/proposals/{two_hosts.proposal_ids[-1]}/arguments", uuid4().hex
    refused = writer.submit(path, key, body=text, stance="for")
    assert refused.status == 503 and text in refused.body
    two_hosts.server.resume()
    for host in two_hosts.hosts:
        host.wait_until_ready(timeout=5)
    assert writer.submit(path, key, body=text, stance="for").status == 303
    time.sleep(0.5)
    load.stop()
    assert set(load.other_statuses) <= {503}
    for host in two_hosts.hosts:
        host.kill()
    supports, rows, faults = count_supports(two_hosts.hosts[0])
    assert load.acknowledged <= supports <= load.acknowledged + len(others)
    assert (rows, faults) == (supports, [])
    with two_hosts.hosts[0].open_app():
        assert db.session.scalar(select(func.count()).where(Comment.body == text)) == 1


def test_hosts_restarted_one_after_the_other_refuse_nobody(two_hosts):
    load = LoadGenerator(two_hosts.clients(), two_hosts.proposal_ids)
    statuses, is_over = [], threading.Event()

    def read() -> None:
        tls = trusting(two_hosts.proxy)
        while not is_over.is_set():
            try:
                answer = send_request("GET", "/id/", port=two_hosts.proxy.port, tls=tls)
                statuses.append(answer.status)
            except (OSError, HTTPException) as error:
                statuses.append(str(error))

    reader = threading.Thread(target=read)
    load.start()
    reader.start()
    for host in two_hosts.hosts:
        host.kill(signal.SIGTERM)
        host.start()
        host.wait_until_ready()
    is_over.set()
    reader.join()
    load.stop()
    assert set(statuses) == {200}
    assert not load.other_statuses and load.acknowledged
