"""Pages kept for readers without a session: what they cost, and that none is outdated."""

import gzip
import re
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import text, update

from deliberate import create_app
from deliberate.clock import now
from deliberate.database import Version, atomic_batch, db, unrecorded
from deliberate.database.data_version import NEVER_SHOWN
from deliberate.models import Comment, Poll, Proposal
from deliberate.notifications.delivery import send_due
from deliberate.notifications.fanout import fan_out
from deliberate.notifications.reminders import create_reminders
from deliberate.operations.accounts.deletion import erase_account
from deliberate.operations.accounts.devices import sign_in
from deliberate.operations.moderation.decisions import hide_contribution, restore_contribution
from deliberate.operations.notices.messages import mark_messages_read
from deliberate.operations.proposals.drafts import save_draft
from deliberate.operations.proposals.supports import support_proposal
from deliberate.operations.threads.comments import post_comment, rate_comment
from deliberate.permissions.decision import Refused
from deliberate.queries.site.page_moments import data_version
from deliberate.sealing import seal_log
from deliberate.views.site.delivery import page_cache
from deliberate.views.site.delivery.page_cache import ENTRY_BYTES, KeptPage, PageCache
from deliberate.vocabulary import ModerationRule, Role, Stance
from tests import factories
from tests.client import anonymous_client, signed_in_client
from tests.databases import release_connections, skip_disk_flushes
from tests.live_server import session_cookie
from tests.site.serving.caching_proxy import CachingProxy
from tests.statement_counter import record_queries

SHARED = "public, max-age=0, s-maxage=15, must-revalidate"
LISTS = ("", "proposals", "polls/", "processes", "responses", "scores/", "moderation")


def page_of(proposal, language="en"):
    return f"/{language}/proposals/{proposal.id}-{proposal.slug}"


def argue(proposal, body="Shade first.", author=None):
    author = author or factories.create_resident()
    return post_comment(author, proposal, body, stance=Stance.FOR)


def hide(comment):
    moderator = factories.create_staff(role=Role.MODERATOR)
    hide_contribution(moderator, comment, ModerationRule.INSULT, "Insults a neighbour.")


@pytest.fixture
def other_processes(app):
    """Two more applications on the same data, each with pages of its own."""
    others = [create_app(app.config["SETTINGS"]) for _ in range(2)]
    for other in others:
        skip_disk_flushes(other)
    yield others
    for other in others:
        release_connections(other)


@pytest.mark.parametrize("address", [*LISTS, "thread", "poll", "process", "help"])
def test_kept_page_costs_one_query(app, clock, address):
    process = factories.create_process()
    proposal, poll = factories.create_proposal(process), factories.create_poll(process)
    address = {
        "thread": page_of(proposal)[4:],
        "poll": f"polls/{poll.id}",
        "process": f"processes/{process.slug}",
    }.get(address, address)
    reader = anonymous_client(app)
    first = reader.get(f"/en/{address}")
    with record_queries(from_kept=True) as asked:
        second = reader.get(f"/en/{address}")
        unchanged = reader.get(f"/en/{address}", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, second.status_code, unchanged.status_code) == (200, 200, 304)
    assert len(asked) == 2 and all("FROM data_version" in query for query in asked)
    assert second.text == first.text and not unchanged.data
    for response in (first, second, unchanged):
        assert response.headers["Cache-Control"] == SHARED
        assert response.vary.as_set() == {"accept-encoding"}
        assert "Content-Security-Policy" in response.headers
        assert "Set-Cookie" not in response.headers


def test_kept_page_is_sent_as_the_client_accepts_it(app):
    reader = anonymous_client(app)
    plain = reader.get("/en/help")
    for _kept in range(2):
        compressed = reader.get("/en/help", headers={"Accept-Encoding": "gzip"})
        assert compressed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(compressed.data) == plain.data
    assert reader.head("/en/help").status_code == 200 and not reader.head("/en/help").data


def test_kept_page_is_one_of_its_host_language_and_query(app, monkeypatch):
    any_host = replace(app.config["SETTINGS"], base_url="")
    monkeypatch.setitem(app.jinja_env.globals, "settings", any_host)
    factories.create_proposal()
    reader = anonymous_client(app)
    pages = [
        reader.get(path, base_url=f"http://{host}").text
        for host in ("one.example", "two.example")
        for path in ("/en/proposals", "/id/proposals", "/en/proposals?q=nothing")
        for _kept in range(2)
    ]
    assert len(set(pages)) == 6 and all(pages[n] == pages[n + 1] for n in range(0, 12, 2))


def test_page_of_resident_moderator_and_stranger_stay_apart(app):
    proposal = factories.create_proposal()
    resident, moderator = (
        factories.create_resident("Canary Resident"),
        factories.create_staff(role=Role.MODERATOR),
    )
    stranger = anonymous_client(app)
    clients = (
        stranger,
        signed_in_client(app, resident),
        signed_in_client(app, moderator),
    )
    for _turn in range(2):
        for client in clients:
            response = client.get(page_of(proposal))
            if client is stranger:
                assert response.headers["Cache-Control"] == SHARED
                for secret in ("Canary", moderator.display_name, 'name="csrf_token"'):
                    assert secret not in response.text
            else:
                assert response.headers["Cache-Control"] == "private, no-store"
                assert "cookie" in response.vary.as_set() and "ETag" not in response.headers
                assert 'name="csrf_token"' in response.text


def test_session_cookie_of_nobody_is_not_answered_from_kept_pages(app):
    reader = app.test_client(use_cookies=False)
    reader.get("/en/help")
    name = app.config["SESSION_COOKIE_NAME"]
    response = reader.get("/en/help", headers={"Cookie": f"{name}=broken"})
    assert "public" not in response.headers["Cache-Control"]
    assert "cookie" in response.vary.as_set()


def test_language_cookie_is_not_stored_by_proxies(app):
    reader = anonymous_client(app)
    reader.get("/en/help")
    switched = reader.get("/en/help", headers={"Referer": "http://localhost/id/help"})
    assert "Set-Cookie" in switched.headers and "private" in switched.headers["Cache-Control"]


def test_error_and_redirect_are_not_kept(app):
    proposal = factories.create_proposal()
    for path in ("/en/proposals/999999", f"/en/proposals/{proposal.id}"):
        response = anonymous_client(app).get(path)
        assert "public" not in response.headers["Cache-Control"] and "ETag" not in response.headers


def test_hidden_text_is_gone_on_every_process_with_the_act(app, other_processes):
    proposal = factories.create_proposal()
    comment = argue(proposal, "A word to hide.")
    readers = [anonymous_client(a) for a in (app, *other_processes)]
    assert all("A word to hide." in reader.get(page_of(proposal)).text for reader in readers)
    hide(comment)
    assert not any("A word to hide." in reader.get(page_of(proposal)).text for reader in readers)


def test_name_of_an_erased_person_is_gone_with_the_act(app):
    author = factories.create_resident("Wulan Canary")
    proposal = factories.create_proposal()
    argue(proposal, author=author)
    reader = anonymous_client(app)
    assert "Wulan Canary" in reader.get(page_of(proposal)).text
    erase_account(author, factories.PASSPHRASE)
    assert "Wulan Canary" not in reader.get(page_of(proposal)).text


def test_kept_page_changes_when_a_poll_closes_or_a_hold_ends(app, clock):
    proposal = factories.create_proposal()
    poll = factories.create_poll(proposal.process, days=7)
    comment = argue(proposal, "Held for a while.")
    end = now() + timedelta(seconds=20)
    with unrecorded("test settings") as session:
        session.get_one(Poll, poll.id).closes_at = end
        session.get_one(Comment, comment.id).hold(end)
    reader = anonymous_client(app)
    paths = (f"/en/polls/{poll.id}", page_of(proposal))
    before = [reader.get(path).text for path in paths]
    clock.shift(19.5)
    assert [reader.get(path).text for path in paths] == before
    clock.shift(0.5)
    after = [reader.get(path).text for path in paths]
    assert after[0] != before[0]
    assert "Held for a while." in after[1] and "Held for a while." not in before[1]


def test_page_stays_kept_while_jobs_find_nothing_and_drafts_are_saved(app):
    proposal, author = factories.create_proposal(), factories.create_resident()
    seal_log(app.config["SETTINGS"])
    reader = anonymous_client(app)
    before = data_version()
    assert seal_log(app.config["SETTINGS"]) == 0
    create_reminders()
    fan_out()
    send_due()
    save_draft(author, {"title": "Shade"})
    mark_messages_read(proposal.author, 10**6)
    with unrecorded("nothing") as session:
        session.execute(update(Poll).where(Poll.id == 0).values(question="?"))
    db.session.rollback()
    assert data_version() == before
    with unrecorded("test text") as session:
        session.get_one(Proposal, proposal.id).title = "Another title"
    db.session.rollback()
    assert data_version() != before
    assert "Another title" in reader.get("/en/proposals").text


def test_statement_of_any_form_changes_the_version(app):
    factories.create_resident()
    for statement in (
        "UPDATE person SET role = role",
        "DELETE FROM person WHERE 1 = 0",
        "WITH nobody AS (SELECT 1) UPDATE person SET role = role",
    ):
        db.session.rollback()
        before = data_version()
        with unrecorded("any statement") as session:
            session.execute(text(statement))
        db.session.rollback()
        assert (data_version() == before) == statement.startswith("DELETE"), statement


@pytest.mark.parametrize("address", [*LISTS, "thread", "poll", "process", "help"])
def test_kept_page_is_made_from_no_table_that_is_never_shown(app, address):
    process = factories.create_process()
    proposal, poll = factories.create_proposal(process), factories.create_poll(process)
    argue(proposal)
    address = {
        "thread": page_of(proposal)[4:],
        "poll": f"polls/{poll.id}",
        "process": f"processes/{process.slug}",
    }.get(address, address)
    assert set(db.metadata.tables) >= NEVER_SHOWN
    with record_queries() as asked:
        anonymous_client(app).get(f"/en/{address}")
    read = {name for query in asked for name in re.findall(r"(?:FROM|JOIN) (\w+)", query)}
    assert read and not read & NEVER_SHOWN


def kept_page(number, size=100):
    return ("http", "host", f"/{number}", b"", "en"), KeptPage("etag", b"x" * size, "t")


KEY_BYTES = len("httphost/1en")
VERSION = Version("v", "t")


@pytest.fixture
def state(monkeypatch):
    """The state of data whose dates never come."""
    later = now() + timedelta(days=1)
    monkeypatch.setattr(page_cache, "next_change_by_date", lambda: later)


def test_kept_pages_are_bounded_by_bytes(state):
    cache = PageCache(max_bytes=3 * (ENTRY_BYTES + KEY_BYTES + 100))
    made_from = cache.state(VERSION.common)
    for number in range(10):
        key, page = kept_page(number)
        cache.put(key, made_from, page)
        cache.get(kept_page(0)[0], VERSION)
    assert [n for n in range(10) if cache.get(kept_page(n)[0], VERSION)] == [0, 8, 9]
    assert cache.bytes == 3 * (ENTRY_BYTES + KEY_BYTES + 100)


def test_page_with_a_long_query_is_not_kept(app):
    reader, cache = anonymous_client(app), app.extensions["page_cache"]
    reader.get("/en/help?" + "a" * 300)
    kept = cache.bytes
    response = reader.get("/en/help?" + "b" * 301)
    assert response.status_code == 200 and cache.bytes == kept > 0


def test_page_of_an_earlier_state_is_neither_kept_nor_answered(state):
    cache, (key, page) = PageCache(), kept_page(1)
    earlier, other = cache.state("v"), replace(VERSION, common="w")
    cache.put(key, earlier, page)
    assert cache.get(key, VERSION) is page and cache.get(key, other) is None
    assert cache.get(key, replace(VERSION, thread="u")) is None
    cache.state("w")
    assert cache.bytes == 0
    cache.put(key, earlier, page)
    assert cache.get(key, other) is None and cache.bytes == 0


def kept_after(act, *pages):
    """Return for each page whether its version is the same after an act."""
    db.session.rollback()
    before = [data_version(page) for page in pages]
    act()
    db.session.rollback()
    return [data_version(page) == version for page, version in zip(pages, before, strict=True)]


def test_act_in_a_thread_changes_the_pages_of_its_proposal_and_of_many_alone(app):
    process = factories.create_process(threshold=2)
    mine, other = (factories.create_proposal(process).id for _ in range(2))
    proposal = db.session.get(Proposal, mine)
    first, second = factories.create_resident(), factories.create_resident()
    comment = argue(proposal)
    for act in (
        lambda: argue(proposal, author=first),
        lambda: rate_comment(second, comment, is_strong=True),
        lambda: support_proposal(first, proposal),
    ):
        assert kept_after(act, mine, other, None) == [False, True, False]
    qualifying = kept_after(lambda: support_proposal(second, proposal), mine, other, None)
    assert qualifying == [False, False, False]


def test_several_acts_in_one_transaction_change_all_pages(app):
    proposals = [factories.create_proposal() for _ in range(3)]

    def argue_twice():
        with atomic_batch("two acts"):
            argue(proposals[0])
            argue(proposals[1])

    assert kept_after(argue_twice, *(proposal.id for proposal in proposals)) == [False] * 3


def test_acts_and_reads_in_any_order_show_what_an_unkept_page_shows(app, other_processes, clock):
    choose, second, unkept = Random(19), *other_processes
    process = factories.create_process(days=2)
    proposals = [factories.create_proposal(process) for _ in range(2)]
    people = [factories.create_resident() for _ in range(3)]
    moderator = factories.create_staff(role=Role.MODERATOR)
    comments, hidden = [argue(proposal) for proposal in proposals], []
    poll = factories.create_poll(process, days=0.5)
    pages = [
        *(f"/en/{address}" for address in LISTS),
        *map(page_of, proposals),
        f"/en/polls/{poll.id}",
        f"/en/processes/{process.slug}",
    ]
    clients = [anonymous_client(app), anonymous_client(second)]
    signed_in = [signed_in_client(app, person) for person in (people[0], moderator)]
    checker = anonymous_client(unkept)

    def comment():
        comments.append(argue(choose.choice(proposals), f"Word {len(comments)}."))

    def hide_one():
        if comments:
            hidden.append(comments.pop(choose.randrange(len(comments))))
            hide_contribution(moderator, hidden[-1], ModerationRule.INSULT, "Insult.")

    def show_one():
        if hidden:
            comments.append(hidden.pop())
            restore_contribution(moderator, comments[-1])

    def support():
        support_proposal(factories.create_resident(), choose.choice(proposals))

    def rate():
        if comments:
            rate_comment(factories.create_resident(), choose.choice(comments), is_strong=True)

    def wait():
        clock.shift(choose.choice([1, 50, 3600]))

    def read_signed_in():
        choose.choice(signed_in).get(choose.choice(pages))

    acts = [comment, hide_one, show_one, support, rate, wait, read_signed_in]
    for _step in range(40):
        with suppress(Refused):  # the process has closed
            choose.choice(acts)()
        for path in choose.sample(pages, 2):
            unkept.extensions["page_cache"].clear()
            expected = checker.get(path).text
            assert [client.get(path).text for client in clients] == [expected] * 2, path


def test_proxy_answers_nearly_all_reads_and_never_keeps_a_name_or_token(app, clock):
    proposal = factories.create_proposal()
    resident = factories.create_resident("Canary Resident")
    comment, path = argue(proposal, "A word to hide."), page_of(proposal)
    cookie = f"{app.config['SESSION_COOKIE_NAME']}={session_cookie(app, sign_in(resident))}"
    proxy, reads, hidden_at, last_seen = CachingProxy(app), 10_000, None, None
    for read in range(reads):
        clock.shift(0.01)
        if read % 1000 == 999:
            assert "Canary Resident" in proxy.get(path, cookie)
            argue(proposal, f"Word {read}.")
        if read == reads // 2:
            hide(comment)
            hidden_at = now()
        if "A word to hide." in proxy.get(path):
            last_seen = now()
    assert proxy.served >= 0.98 * reads
    assert last_seen - hidden_at <= timedelta(seconds=15)
    assert proxy.stored
    for held in proxy.stored.values():
        assert "Canary" not in held.text and 'name="csrf_token"' not in held.text
