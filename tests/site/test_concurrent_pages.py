"""A thousand ballots at once over real HTTP: what was acknowledged is counted, once a person."""

import http.client
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from urllib.parse import urlencode

from sqlalchemy import func, select

from deliberate.clock import now
from deliberate.database import db, unrecorded
from deliberate.models import Ballot, Interaction, Poll, Roll
from deliberate.operations.accounts import accounts as account_operations
from deliberate.queries.polls.polls import recounted
from tests import factories
from tests.live_server import cookie_of, serving

VOTERS, BALLOTS = 200, 1000
BUSY = 503
"""What a slow machine answers instead of making somebody wait longer: not saved, try again."""
TOKEN = re.compile(r'name="(csrf_token|form_key)" value="([^"]+)"')


class Phone:
    """One voter's browser, with a form opened beforehand."""

    def __init__(self, host: str, cookie: str, poll_id: int) -> None:
        self.host, self.path = host, f"/id/polls/{poll_id}"
        self.headers = {"Cookie": f"session={cookie}"}
        self.tokens = dict(TOKEN.findall(self._ask("GET", self.path)[1]))

    def _ask(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        connection = http.client.HTTPConnection(self.host, timeout=120)
        form = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        connection.request(method, path, body or None, {**self.headers, **form})
        answer = connection.getresponse()
        if kept := answer.getheader("Set-Cookie"):
            self.headers["Cookie"] = kept.partition(";")[0]
        told = answer.status, answer.read().decode()
        connection.close()
        return told

    def vote(self, option_id: int, attempt: int) -> int:
        """One more press of the button, each with a key of its own."""
        key = f"{attempt:04d}{self.tokens['form_key']}"
        fields = {**self.tokens, "form_key": key, "marked": option_id}
        return self._ask("POST", self.path + "/ballot", urlencode(fields))[0]


def electorate(app, host, poll, number):
    return [
        Phone(host, cookie_of(app, account_operations.sign_in(factories.resident())), poll.id)
        for _voter in range(number)
    ]


def test_of_a_thousand_racing_ballots_one_a_person_counts(app, log):
    poll = factories.a_poll()
    options = [option.id for option in poll.options]
    with serving(app, threads=16) as address:
        phones = electorate(app, address.removeprefix("http://"), poll, VOTERS)
        log()
        chance = Random(7)
        presses = [(phone, chance.choice(options), n) for n in range(5) for phone in phones]
        chance.shuffle(presses)
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda press: press[0].vote(*press[1:]), presses))
    factories.again(poll)
    tally = recounted(poll)
    told = Counter(answers)
    assert told.keys() <= {200, 403, BUSY} and told.total() == BALLOTS
    assert told[200] == tally.ballots == sum(tally.votes.values()) == VOTERS
    assert Counter(entry.kind for entry in log()) == {"ballot.cast": VOTERS}
    assert db.session.scalar(select(func.count()).select_from(Roll)) == VOTERS
    assert poll.ballot_count == VOTERS


def test_ballots_racing_the_close_count_before_it_alone(app):
    poll = factories.a_poll()
    option = poll.options[0].id
    with serving(app) as address:
        phones = electorate(app, address.removeprefix("http://"), poll, 40)
        with ThreadPoolExecutor(8) as pool:
            first = [pool.submit(phone.vote, option, 0) for phone in phones[:20]]
            closed_at = _close_now(poll.id)
            late = [pool.submit(phone.vote, option, 0) for phone in phones[20:]]
            answers = Counter(answer.result() for answer in (*first, *late))
    factories.again(poll)
    assert {answer.result() for answer in late} == {403}
    assert recounted(poll).ballots == answers[200] <= 20
    rows = db.session.scalars(select(Interaction).where(Interaction.kind == "ballot.cast"))
    assert all(row.occurred_at <= closed_at for row in rows)
    assert db.session.scalar(select(func.count(Ballot.key))) == answers[200]


def _close_now(poll_id):
    with unrecorded("test settings") as session:
        poll = session.get(Poll, poll_id, with_for_update=True)
        poll.closes_at = closed_at = now() + timedelta(microseconds=1)
    return closed_at
