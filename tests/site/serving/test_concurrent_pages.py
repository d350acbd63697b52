"""Concurrent ballots over HTTP: each acknowledged ballot is counted, once per person."""

import http.client
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import timedelta
from itertools import islice
from random import Random
from time import sleep
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from deliberate.clock import now
from deliberate.database import db, limit_writing_requests, unrecorded
from deliberate.database.transactions import QUEUE_TIMEOUT_S, STALLED_S, WriterPlaces
from deliberate.models import Ballot, Comment, Interaction, Poll, PollVoter
from deliberate.operations.accounts.devices import sign_in
from deliberate.queries.polls.results import count_ballots
from tests import factories
from tests.client import signed_in_client, submit_form
from tests.live_server import run_server, session_cookie

VOTERS, BALLOTS = 200, 1000
BUSY = 503
"""Status of an overloaded server: the ballot is not stored and can be sent again."""
TOKEN = re.compile(r'name="(csrf_token|form_key)" value="([^"]+)"')


class VoterClient:
    """The browser of a voter who has opened the form of a poll."""

    def __init__(self, host: str, cookie: str, poll_id: int) -> None:
        self.host, self.path = host, f"/id/polls/{poll_id}"
        self.headers = {"Cookie": f"session={cookie}"}
        self.tokens = dict(TOKEN.findall(self._request("GET", self.path)[1]))

    def _request(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        connection = http.client.HTTPConnection(self.host, timeout=120)
        form = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        connection.request(method, path, body or None, {**self.headers, **form})
        response = connection.getresponse()
        if cookie := response.getheader("Set-Cookie"):
            self.headers["Cookie"] = cookie.partition(";")[0]
        result = response.status, response.read().decode()
        connection.close()
        return result

    def vote(self, option_id: int, attempt: int) -> int:
        """Send the form with a new form key; return the status."""
        key = f"{attempt:04d}{self.tokens['form_key']}"
        fields = {**self.tokens, "form_key": key, "marked": option_id}
        return self._request("POST", self.path + "/ballot", urlencode(fields))[0]


def electorate(app, host, poll, count):
    return [
        VoterClient(host, session_cookie(app, sign_in(factories.create_resident())), poll.id)
        for _voter in range(count)
    ]


def test_ballots_cast_concurrently_count_once_per_person(app, log):
    poll = factories.create_poll()
    options = [option.id for option in poll.options]
    with run_server(app, threads=16) as address:
        clients = electorate(app, address.removeprefix("http://"), poll, VOTERS)
        log()
        random = Random(7)
        attempts = [(client, random.choice(options), n) for n in range(5) for client in clients]
        random.shuffle(attempts)
        with ThreadPoolExecutor(16) as pool:
            responses = list(pool.map(lambda attempt: attempt[0].vote(*attempt[1:]), attempts))
    factories.reload(poll)
    tally = count_ballots(poll)
    statuses = Counter(responses)
    assert statuses.keys() <= {200, 409, BUSY} and statuses.total() == BALLOTS
    assert statuses[200] == tally.ballots == sum(tally.votes.values()) == VOTERS
    assert Counter(entry.kind for entry in log()) == {"ballot.cast": VOTERS}
    assert db.session.scalar(select(func.count()).select_from(PollVoter)) == VOTERS
    assert poll.ballot_count == VOTERS


def test_ballots_after_the_close_of_a_poll_do_not_count(app):
    poll = factories.create_poll()
    option = poll.options[0].id
    with run_server(app) as address:
        clients = electorate(app, address.removeprefix("http://"), poll, 40)
        with ThreadPoolExecutor(8) as pool:
            first = [pool.submit(client.vote, option, 0) for client in clients[:20]]
            closed_at = _close_now(poll.id)
            late = [pool.submit(client.vote, option, 0) for client in clients[20:]]
            responses = Counter(response.result() for response in (*first, *late))
    factories.reload(poll)
    assert {response.result() for response in late} == {409}
    assert count_ballots(poll).ballots == responses[200] <= 20
    rows = db.session.scalars(select(Interaction).where(Interaction.kind == "ballot.cast"))
    assert all(row.occurred_at <= closed_at for row in rows)
    assert db.session.scalar(select(func.count(Ballot.key))) == responses[200]


@pytest.mark.sqlite
def test_readers_are_answered_while_many_writers_wait(app, monkeypatch):
    monkeypatch.setitem(app.extensions, "writing_requests", limit_writing_requests(8))
    poll = factories.create_poll()
    option = poll.options[0].id
    with run_server(app, threads=8) as address, ThreadPoolExecutor(24) as pool:
        clients = electorate(app, address.removeprefix("http://"), poll, 24)
        with unrecorded("test holds the write lock"):
            votes = [pool.submit(client.vote, option, 0) for client in clients]
            refused = [vote.result() for vote in islice(as_completed(votes), 19)]
            reader = VoterClient(address.removeprefix("http://"), "", poll.id)
            assert reader.tokens == {} and not all(vote.done() for vote in votes)
        assert set(refused) == {BUSY}
        assert Counter(vote.result() for vote in votes)[BUSY] >= 19


def test_only_writers_that_wait_for_the_lock_are_limited_on_sqlite(app, monkeypatch):
    """On PostgreSQL, where none waits, the limit is on the writers."""
    places = limit_writing_requests(4)
    monkeypatch.setitem(app.extensions, "writing_requests", places)
    with app.test_request_context(), unrecorded("test writes"):
        is_free = places.acquire(0)
    assert is_free == (db.engine.dialect.name == "sqlite")


def test_writer_waits_for_a_place_while_others_come_and_go():
    places = WriterPlaces(1)
    assert places.acquire(0)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(places.acquire, 60)
        sleep(0.1)
        is_waiting = not waiting.done()
        places.release()
        assert is_waiting and waiting.result()


def test_writer_is_refused_at_once_where_all_places_are_stuck():
    places = WriterPlaces(1)
    assert places.acquire(0)
    sleep(0.05)
    with ThreadPoolExecutor(1) as pool:
        refused = pool.submit(places.acquire, 0.05)
        assert refused.result(timeout=QUEUE_TIMEOUT_S / 2) is False


def test_form_that_meets_too_many_writers_is_handed_back(app, monkeypatch):
    monkeypatch.setitem(STALLED_S, "postgresql", 0.05)
    places = limit_writing_requests(4)
    monkeypatch.setitem(app.extensions, "writing_requests", places)
    proposal, text = factories.create_proposal(), "Lampu jalan di depan pasar mati sejak Senin."
    client = signed_in_client(app, factories.create_resident())
    url = f"/id/proposals/{proposal.id}/arguments"
    assert places.acquire(0)
    refused = submit_form(client, "/id/account", url, body=text, stance="for")
    places.release()
    assert refused.status_code == BUSY and refused.headers["Retry-After"] == "5"
    assert f'action="{url}"' in refused.text and f'name="body" rows="6">{text}<' in refused.text
    fields = {**dict(TOKEN.findall(refused.text)), "body": text, "stance": "for"}
    assert len(fields) == 4
    again = client.post(url, data=fields)
    assert again.status_code == 303
    db.session.rollback()
    assert db.session.scalar(select(Comment.body)) == text


def _write(app):
    with app.app_context(), app.test_request_context(), unrecorded("test writes"):
        pass


def _close_now(poll_id):
    with unrecorded("test settings") as session:
        poll = session.get(Poll, poll_id, with_for_update=True)
        poll.closes_at = closed_at = now() + timedelta(microseconds=1)
    return closed_at
