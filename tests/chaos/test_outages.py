"""Test a full disk and a database outage: writes are refused in time, reads continue."""

import os
import subprocess
from contextlib import contextmanager

import pytest

from tests import postgres
from tests.chaos.load import ResidentClient, count_supports
from tests.chaos.server import Installation, create_content, send_request


@pytest.fixture
def small_disk(tmp_path):
    """Mount a disk of forty megabytes, if the tests run as root."""
    mount_point = tmp_path / "disk"
    mount_point.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(mount_point)]
    if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small disk: only root mounts one")
    yield mount_point
    subprocess.run(["umount", "--lazy", str(mount_point)], check=True)


@contextmanager
def full_disk(folder):
    """Fill the disk completely during the block."""
    with (folder / "filler").open("wb", buffering=0) as filler:
        block = b"x" * 65536
        while block:
            try:
                filler.write(block)
            except OSError:
                block = block[: len(block) // 2]
    yield
    (folder / "filler").unlink()


@pytest.mark.sqlite
def test_full_disk_refuses_writes_only_while_it_is_full(small_disk):
    installation = Installation(small_disk)
    with installation.open_app() as app:
        (cookie,), proposal_ids = create_content(app, 1, 30)
    installation.start()
    try:
        installation.wait_until_ready(path="/healthz")
        client = ResidentClient(installation.port, cookie, "/id/account")
        with full_disk(small_disk):
            results = [client.support(proposal_id) for proposal_id in proposal_ids]
            refused = [
                proposal_id
                for proposal_id, result in zip(proposal_ids, results, strict=True)
                if result[0] != 303
            ]
            assert {(status, after) for status, after, _ in results} <= {(303, ""), (503, "5")}
            assert refused and max(seconds for *_, seconds in results) < 6
            for reader_cookie in ("", cookie):
                page = send_request(
                    "GET", "/id/proposals", cookie=reader_cookie, port=installation.port
                )
                assert page.status == 200
        assert [client.support(proposal_id)[0] for proposal_id in refused] == [303] * len(refused)
    finally:
        installation.kill()
    supports, rows, faults = count_supports(installation)
    assert (supports, rows, faults) == (len(proposal_ids), len(proposal_ids), [])


def test_database_outage_ends_without_a_restart(tmp_path):
    binaries = postgres.find_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL: install Debian's postgresql")
    server = postgres.PostgresServer(binaries)
    installation = Installation(tmp_path, server.start())
    try:
        with installation.open_app() as app:
            (cookie,), (first_id, second_id) = create_content(app, 1, 2)
        installation.start()
        installation.wait_until_ready()
        client = ResidentClient(installation.port, cookie, "/id/account")
        assert client.support(first_id)[0] == 303
        server.pause()
        status, after, seconds = client.support(second_id)
        assert (status, after, seconds < 6) == (503, "5", True)
        assert send_request("GET", "/healthz", port=installation.port).status == 200
        assert send_request("GET", "/readyz", port=installation.port).status == 503
        server.resume()
        assert client.support(second_id)[0] == 303
        assert send_request("GET", "/readyz", port=installation.port).status == 200
    finally:
        installation.kill()
        server.stop()
