"""Test ballots of every poll type on a phone, with and without JavaScript, and with axe."""

import re
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Ballot
from deliberate.operations.accounts.devices import sign_in
from deliberate.operations.polls import ballots as ballot_operations
from deliberate.operations.polls import polls as poll_operations
from deliberate.vocabulary import PollType
from tests import factories
from tests.in_browser.navigation import follow
from tests.live_server import run_server, session_cookie

pytestmark = pytest.mark.browser
CODE = re.compile(r"^([A-Z2-9]{4}-){4}[A-Z2-9]{4}$")

COSTS = (4_000_000, 3_000_000, 5_000_000)
RULES = {
    "single": poll_operations.PollRules(),
    "multiple": poll_operations.PollRules(type=PollType.MULTIPLE, max_choices=2),
    "ranked": poll_operations.PollRules(type=PollType.RANKED),
    "score": poll_operations.PollRules(type=PollType.SCORE),
    "budget": poll_operations.PollRules(type=PollType.BUDGET, amount=8_000_000, costs=COSTS),
    "statements": poll_operations.PollRules(type=PollType.STATEMENTS),
}


@pytest.fixture
def server_url(app, request):
    """Serve the application and return its URL."""
    with run_server(app) as url:
        yield url


@pytest.fixture(params=["script", "no script"])
def phone_page(request, app, chromium, server_url):
    """Open a page 390 pixels wide, signed in as a resident."""
    context = chromium.new_context(
        viewport={"width": 390, "height": 844},
        java_script_enabled=request.param == "script",
        base_url=server_url,
    )
    token = sign_in(factories.create_resident())
    context.add_cookies(
        [
            {
                "name": "session",
                "value": session_cookie(app, token),
                "domain": urlsplit(server_url).hostname,
                "path": "/",
            }
        ]
    )
    yield context.new_page()
    context.close()


def fill(page, kind, poll):
    """Fill in the ballot form."""
    if kind in {"single", "multiple"}:
        page.get_by_label("Rute 2").check()
    elif kind == "ranked":
        page.get_by_label("Rute 3").fill("1")
        page.get_by_label("Rute 1").fill("2")
    elif kind == "budget":
        page.get_by_label(re.compile("Rute 1")).check()
        page.get_by_label(re.compile("Rute 2")).check()
    else:
        answer = "5" if kind == "score" else "Disagree"
        page.get_by_role("group", name="Rute 2").get_by_label(answer, exact=True).check()


@pytest.mark.parametrize("kind", RULES)
def test_ballot_of_every_type_is_cast_on_a_phone(phone_page, kind):
    poll = factories.create_poll(rules=RULES[kind])
    expected = {
        "single": [[2, 1]],
        "multiple": [[2, 1]],
        "ranked": [[1, 2], [3, 1]],
        "score": [[2, 5]],
        "budget": [[1, 1], [2, 1]],
        "statements": [[2, -1]],
    }[kind]
    phone_page.goto(f"/en/polls/{poll.id}")
    fill(phone_page, kind, poll)
    follow(phone_page, phone_page.get_by_role("button", name="Cast ballot"))
    assert phone_page.get_by_role("heading", level=1).inner_text() == "Your ballot is counted"
    assert CODE.match(phone_page.get_by_label("Ballot code", exact=True).inner_text().strip())
    db.session.rollback()
    first = poll.options[0].id - 1
    (choice,) = db.session.scalars(select(Ballot.choice))
    assert [[option - first, value] for option, value in choice] == expected


def test_invalid_ranking_is_reported_at_its_field_and_stays_filled_in(phone_page):
    poll = factories.create_poll(rules=RULES["ranked"])
    phone_page.goto(f"/en/polls/{poll.id}")
    phone_page.get_by_label("Rute 1").fill("1")
    phone_page.get_by_label("Rute 2").fill("1")
    follow(phone_page, phone_page.get_by_role("button", name="Cast ballot"))
    summary = phone_page.locator("#errors")
    assert "Rank 1 is given twice" in summary.inner_text()
    assert phone_page.title().startswith("Error:")
    assert phone_page.get_by_label("Rute 1").input_value() == "1"
    summary.get_by_role("link").first.click()
    assert "Rank 1 is given twice" in phone_page.locator(".invalid").first.inner_text()


def test_budget_total_is_shown_before_the_ballot_is_cast(phone_page):
    poll = factories.create_poll(rules=RULES["budget"])
    phone_page.goto(f"/en/polls/{poll.id}")
    phone_page.get_by_label(re.compile("Rute 1")).check()
    phone_page.get_by_label(re.compile("Rute 3")).check()
    follow(phone_page, phone_page.get_by_role("button", name="Count again"))
    total = phone_page.locator("[data-spent]").inner_text()
    assert "9,000,000" in total and "1,000,000 too much" in total
    assert phone_page.get_by_label(re.compile("Rute 3")).is_checked()


def test_statements_are_answered_one_at_a_time(phone_page):
    poll = factories.create_poll(rules=RULES["statements"])
    phone_page.goto(f"/en/polls/{poll.id}")
    follow(phone_page, phone_page.get_by_role("link", name="One at a time"))
    for answer in ("Agree", "Pass", "Disagree"):
        follow(phone_page, phone_page.get_by_role("button", name=answer, exact=True))
    assert phone_page.get_by_role("heading", level=1).inner_text() == "Check your answers"
    follow(phone_page, phone_page.get_by_role("button", name="Cast ballot"))
    db.session.rollback()
    (choice,) = db.session.scalars(select(Ballot.choice))
    assert [value for _option, value in choice] == [1, 0, -1]


def test_ballot_code_changes_the_ballot(phone_page):
    poll = factories.create_poll()
    phone_page.goto(f"/en/polls/{poll.id}")
    phone_page.get_by_label("Rute 1").check()
    follow(phone_page, phone_page.get_by_role("button", name="Cast ballot"))
    code = phone_page.get_by_label("Ballot code", exact=True).inner_text().strip()
    phone_page.goto(f"/en/polls/{poll.id}/change")
    phone_page.get_by_label("Your ballot code").fill(code)
    phone_page.get_by_label("Rute 3").check()
    follow(phone_page, phone_page.get_by_role("button", name="Change ballot"))
    assert phone_page.get_by_role("heading", level=1).inner_text() == "Your ballot is changed"
    db.session.rollback()
    assert list(db.session.scalars(select(Ballot.choice))) == [[[poll.options[2].id, 1]]]


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1280)])
@pytest.mark.parametrize("kind", RULES)
def test_axe_finds_no_fault_on_poll_pages(app, chromium, server_url, findings, kind, scheme, width):
    poll = factories.create_poll(rules=RULES[kind], with_pass="Belum yakin")
    closed = factories.create_poll(rules=RULES[kind])
    for option in closed.options[:2]:
        ballot_operations.cast_ballot(factories.create_resident(), closed, [(option.id, 1)])
    factories.close_poll(closed)
    context = chromium.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, base_url=server_url
    )
    page = context.new_page()
    for url in (f"/en/polls/{poll.id}", f"/id/polls/{closed.id}"):
        page.goto(url)
        page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
        assert findings(page) == []
        width_of_page = page.evaluate("document.documentElement.scrollWidth")
        assert width_of_page <= width
    context.close()


def test_axe_finds_no_fault_on_other_poll_pages(app, chromium, server_url, findings):
    clerk = factories.create_staff(factories.create_institution())
    process = factories.create_process(clerk.institution)
    poll = factories.create_poll(process, rules=RULES["statements"])
    secret_poll = factories.create_poll(process)
    ballot_operations.cast_ballot(factories.create_resident(), secret_poll, secret_poll.options[0])
    factories.close_poll(secret_poll)
    for person, pages in (
        (
            factories.create_resident(),
            (
                f"/polls/{poll.id}/one-by-one",
                f"/polls/{poll.id}/statements",
                f"/polls/{poll.id}/change",
                "/polls/",
                f"/polls/{secret_poll.id}/ballots",
            ),
        ),
        (
            clerk,
            (
                "/desk/polls/",
                f"/desk/polls/new/{process.slug}",
                f"/desk/polls/{poll.id}/change",
                f"/desk/polls/{poll.id}/ballot",
                f"/desk/polls/{poll.id}/statements",
                f"/desk/polls/{secret_poll.id}/outcome",
            ),
        ),
    ):
        context = chromium.new_context(viewport={"width": 390, "height": 844}, base_url=server_url)
        token = sign_in(person)
        context.add_cookies(
            [
                {
                    "name": "session",
                    "value": session_cookie(app, token),
                    "domain": "127.0.0.1",
                    "path": "/",
                }
            ]
        )
        page = context.new_page()
        for url in pages:
            response = page.goto(f"/en{url}")
            assert response.status == 200, url
            assert (url, findings(page)) == (url, [])
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, url
        context.close()
