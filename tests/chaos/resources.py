"""Measure what a server costs under attack: waiting readers, memory of many requests, pictures."""

import http.client
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Person, Process
from deliberate.operations.proposals.drafts import save_draft
from tests.chaos.load import CSRF, ResidentClient
from tests.chaos.server import Installation, create_content, lock_database, send_request
from tests.proposals.test_hostile_pictures import black_png

ATTACKERS = 24
FRONT_PAGE = "/id/"
READER_LIMIT_S = 1.0
MAX_GROWTH = 0.05
"""Share by which memory may grow after the first tenth of many requests."""
MAX_KEPT_BYTES = 20 * 1024 * 1024
"""Memory that may stay in use after an attack with pictures."""
SETTLE_S = 20.0


def memory_of(installation: Installation) -> int:
    """Return the resident memory of the server in bytes."""
    (process,) = installation.processes
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    match = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert match, status
    return int(match[1]) * 1024


def front_page_seconds(installation: Installation) -> float:
    """Return the seconds until the front page is answered."""
    start = time.monotonic()
    assert send_request("GET", FRONT_PAGE, port=installation.port).status == 200
    return time.monotonic() - start


@contextmanager
def running(installation: Installation) -> Iterator[None]:
    """Run one server during the block, with its first page answered."""
    installation.start()
    installation.wait_until_ready()
    front_page_seconds(installation)
    try:
        yield
    finally:
        installation.kill()


def slowest_reader_during(
    installation: Installation, attack: Callable[[ThreadPoolExecutor], list["Future[int]"]]
) -> tuple[float, list[int]]:
    """Run an attack; return the slowest front page meanwhile, and the statuses of the attack."""
    with ThreadPoolExecutor(ATTACKERS) as pool:
        attempts = attack(pool)
        time.sleep(0.2)
        seconds = [front_page_seconds(installation)]
        while not all(attempt.done() for attempt in attempts):
            seconds.append(front_page_seconds(installation))
        return max(seconds), [attempt.result() for attempt in attempts]


def slowest_reader_beside_waiting_writers(installation: Installation) -> tuple[float, list[int]]:
    """Lock the database, let 24 residents write, and return the slowest front page meanwhile."""
    with installation.open_app() as app:
        cookies, proposal_ids = create_content(app, ATTACKERS, 1)
    with running(installation):
        clients = [ResidentClient(installation.port, cookie, "/id/account") for cookie in cookies]

        def attack(pool: ThreadPoolExecutor) -> list["Future[int]"]:
            return [pool.submit(lambda c=c: c.support(proposal_ids[0])[0]) for c in clients]

        with lock_database(installation):
            return slowest_reader_during(installation, attack)


def slowest_reader_beside_pictures(
    installation: Installation,
) -> tuple[float, list[int], int]:
    """Upload 24 large pictures at once; return also the memory kept afterwards, in bytes."""
    with installation.open_app() as app:
        cookies, _ids = create_content(app, 1, 1)
        author = db.session.scalars(select(Person).order_by(Person.id.desc())).first()
        process = db.session.scalars(select(Process)).first()
        assert author is not None and process is not None
        fields = {"title": "Lampu di jalan pasar", "process": process.slug, "body": "Gelap. " * 20}
        page = f"/id/proposals/drafts/{save_draft(author, fields).id}/place"
    pictures = [black_png(6000, 4000), black_png(4032, 3024)]
    with running(installation):
        client = ResidentClient(installation.port, cookies[0], "/id/account")
        response = send_request("GET", page, cookie=client.cookie, port=installation.port)
        token = CSRF.search(response.body)
        assert token, response.status
        before = memory_of(installation)

        def attack(pool: ThreadPoolExecutor) -> list["Future[int]"]:
            return [
                pool.submit(
                    upload, installation.port, page, client.cookie, token[1], pictures[n % 2]
                )
                for n in range(ATTACKERS)
            ]

        seconds, statuses = slowest_reader_during(installation, attack)
        kept = memory_of(installation) - before
        deadline = time.monotonic() + SETTLE_S
        while kept > MAX_KEPT_BYTES and time.monotonic() < deadline:
            time.sleep(0.5)
            kept = memory_of(installation) - before
    return seconds, statuses, kept


def upload(port: int, page: str, cookie: str, token: str, picture: bytes) -> int:
    """Attach a picture to a draft and return the status."""
    boundary = uuid4().hex
    fields = {"csrf_token": token, "form_key": uuid4().hex, "title": "Foto", "add": "1"}
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="x.png"\r\n'
        "Content-Type: image/png\r\n\r\n"
    )
    body = "".join(parts).encode() + picture + f"\r\n--{boundary}--\r\n".encode()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {
        "Host": "kota.example",
        "Cookie": cookie,
        "Content-Type": f"multipart/form-data; boundary={boundary}",
    }
    connection.request("POST", page, body, headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


def memory_growth(installation: Installation, requests: int) -> float:
    """Return by which share memory grows after the first tenth of some requests."""
    with installation.open_app() as app:
        _cookies, (proposal_id,) = create_content(app, 1, 1)
    paths = (FRONT_PAGE, "/en/proposals", f"/id/p/{proposal_id}", "/en/log", "/id/no-such-page")
    with running(installation):
        connection = http.client.HTTPConnection("127.0.0.1", installation.port, timeout=60)
        first = 0
        for number in range(requests):
            path = f"{paths[number % len(paths)]}?after={number}"
            connection.request("GET", path, headers={"Host": "kota.example"})
            connection.getresponse().read()
            if number == requests // 10:
                first = memory_of(installation)
        connection.close()
        return memory_of(installation) / first - 1
