"""A full disk, a server that is away: writers are told in time, readers go on, all comes back."""

import os
import subprocess
from contextlib import contextmanager

import pytest

from tests import postgres
from tests.chaos.load import ResidentClient, count_supports
from tests.chaos.server import Installation, send_request, create_content


@pytest.fixture
def small_disk(tmp_path):
    """A disk of forty megabytes, where one may be had."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small disk: only root mounts one")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@contextmanager
def filled(place):
    """Not one more byte goes onto the disk."""
    with (place / "filler").open("wb", buffering=0) as filler:
        block = b"x" * 65536
        while block:
            try:
                filler.write(block)
            except OSError:
                block = block[: len(block) // 2]
    yield
    (place / "filler").unlink()


@pytest.mark.sqlite
def test_full_disk_refuses_writes_only_while_it_is_full(small_disk):
    installation = Installation(small_disk)
    with installation.opened() as app:
        (cookie,), numbers = create_content(app, 1, 30)
    installation.start()
    try:
        installation.ready(path="/healthz")
        phone = ResidentClient(installation.port, cookie, "/id/account")
        with filled(small_disk):
            told = [phone.support(number) for number in numbers]
            answered = zip(numbers, told, strict=True)
            refused = [number for number, answer in answered if answer[0] != 303]
            assert {(status, after) for status, after, _ in told} <= {(303, ""), (503, "5")}
            assert refused and max(seconds for *_, seconds in told) < 6
            for reader in ("", cookie):
                page = send_request("GET", "/id/proposals", cookie=reader, port=installation.port)
                assert page.status == 200
        assert [phone.support(number)[0] for number in refused] == [303] * len(refused)
    finally:
        installation.kill()
    supports, rows, faults = count_supports(installation)
    assert (supports, rows, faults) == (len(numbers), len(numbers), [])


def test_database_outage_ends_without_a_restart(tmp_path):
    programs = postgres.find_binaries()
    if programs is None:
        pytest.skip("PostgreSQL: install Debian's postgresql")
    server = postgres.PostgresServer(programs)
    installation = Installation(tmp_path, server.start())
    try:
        with installation.opened() as app:
            (cookie,), (first, second) = create_content(app, 1, 2)
        installation.start()
        installation.ready()
        phone = ResidentClient(installation.port, cookie, "/id/account")
        assert phone.support(first)[0] == 303
        server.pause()
        status, after, seconds = phone.support(second)
        assert (status, after, seconds < 6) == (503, "5", True)
        assert send_request("GET", "/healthz", port=installation.port).status == 200
        assert send_request("GET", "/readyz", port=installation.port).status == 503
        server.resume()
        assert phone.support(second)[0] == 303
        assert send_request("GET", "/readyz", port=installation.port).status == 200
    finally:
        installation.kill()
        server.stop()
