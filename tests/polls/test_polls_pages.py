"""A poll's page: what is asked, the ballot, its receipt and code, the result."""

import re
from datetime import timedelta

import pytest

from deliberate.database import db
from deliberate.models import Ballot, Roll
from deliberate.operations.polls import polls as poll_operations
from tests import factories
from tests.client import send, signed_in, visitor


@pytest.fixture(autouse=True)
def _other_rooms(app, monkeypatch):
    """Rooms that do not stand yet are linked to all the same."""

    def url_for(endpoint, **values):
        return app.url_for(endpoint, **values) if endpoint in app.view_functions else "/"

    monkeypatch.setitem(app.jinja_env.globals, "url_for", url_for)


def address(poll, more=""):
    return f"/en/polls/{poll.id}{more}"


def code_on(page):
    return re.search(r"<code>((?:[A-Z2-9]{4}-){4}[A-Z2-9]{4})</code>", page).group(1)


def test_a_visitor_reads_the_rules_and_finds_the_ballot(app, clock):
    poll = factories.a_poll(background="Anggaran cukup untuk satu.", with_pass="Belum yakin")
    page = visitor(app).get(address(poll)).text
    assert all(words in page for words in ("Anggaran cukup", "Rute 2", "Belum yakin", "Secret"))
    assert page.index("<title>Jalur mana") and page.count("<h1>") == 1


def test_a_ballot_is_counted_and_its_code_is_shown_once(app, clock, log):
    poll, voter = factories.a_poll(), factories.resident()
    client = signed_in(app, voter)
    log()
    answer = send(client, address(poll), address(poll, "/ballot"), marked=poll.options[1].id)
    (entry,) = log()
    assert answer.status_code == 200 and entry.kind == "ballot.cast"
    assert db.session.get(Ballot, poll_operations.hash_code(code_on(answer.text))) is not None
    assert entry.id in answer.text
    assert code_on(answer.text) not in client.get(address(poll)).text


def test_the_same_form_again_says_counted_already_without_the_code(app, clock, log):
    poll, client = factories.a_poll(), None
    client = signed_in(app, factories.resident())
    page = client.get(address(poll)).text
    fields = dict(re.findall(r'name="(csrf_token|form_key)" value="([^"]*)"', page))
    fields["marked"] = poll.options[0].id
    first = client.post(address(poll, "/ballot"), data=fields)
    log()
    again = client.post(address(poll, "/ballot"), data=fields, follow_redirects=True)
    assert code_on(first.text) not in again.text and "counted already" in again.text
    assert log() == []


@pytest.mark.parametrize("chosen", [[], ["999999"], ["x"], ["first", "second"], ["first", "first"]])
def test_a_ballot_that_is_none_is_refused_with_words_at_the_field(app, clock, log, chosen):
    poll, client = factories.a_poll(), signed_in(app, factories.resident())
    places = {"first": poll.options[0].id, "second": poll.options[1].id}
    log()
    answer = send(
        client, address(poll), address(poll, "/ballot"), marked=[places.get(c, c) for c in chosen]
    )
    assert answer.status_code == 422 and log() == []
    assert 'id="marked-error"' in answer.text and "<title>Error:" in answer.text


def test_the_answer_tells_nothing_of_the_choice(app, clock):
    poll = factories.a_poll(None, "Ya", "Satu jawaban yang panjang sekali")
    clients = [signed_in(app, factories.resident(name)) for name in ("Warga A", "Warga B")]
    answers = [
        send(client, address(poll), address(poll, "/ballot"), marked=option.id)
        for client, option in zip(clients, poll.options, strict=True)
    ]
    assert len({len(answer.data) for answer in answers}) == 1
    assert not any(option.label in answer.text for answer in answers for option in poll.options[1:])


def test_a_result_appears_at_the_close_with_bars_and_a_table(app, clock):
    poll = factories.a_poll(days=1, quorum=2)
    poll_operations.cast_ballot(factories.resident(), poll, poll.options[0])
    assert "Result</h2>" not in visitor(app).get(address(poll)).text
    clock.shift(timedelta(days=1))
    page = visitor(app).get(address(poll)).text
    assert "The quorum of 2 is not reached" in page and "<table>" in page and 'class="bar"' in page


def test_a_closed_poll_takes_no_ballot(app, clock, log):
    poll, client = factories.a_poll(days=1), signed_in(app, factories.resident())
    shown = client.get(address(poll)).text
    fields = dict(re.findall(r'name="(csrf_token|form_key)" value="([^"]*)"', shown))
    clock.shift(timedelta(days=1))
    log()
    answer = client.post(address(poll, "/ballot"), data={**fields, "marked": poll.options[0].id})
    assert answer.status_code == 403 and "not counted" in answer.text and log() == []
    assert db.session.query(Roll).count() == 0


def test_the_list_of_polls_tells_open_from_closed(app, clock):
    factories.a_poll(days=1)
    clock.shift(timedelta(days=2))
    open_one = factories.a_poll()
    page = visitor(app).get("/en/polls/?state=open").text
    assert f"/polls/{open_one.id}" in page and page.count('<li class="item">') == 1
    assert visitor(app).get("/en/polls/?state=closed").text.count('<li class="item">') == 1
