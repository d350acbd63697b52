"""Every page of a role is linked, and every form it shows succeeds or is refused for its text."""

import sqlite3
from collections import defaultdict

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from deliberate.clock import override_now
from deliberate.database import db
from deliberate.models import Document
from deliberate.operations.moderation.sanctions import impose_sanction
from deliberate.vocabulary import ModerationRule
from tests.attack.route_list import get_routes
from tests.demo_pages import get_account
from tests.documents.draft_texts import DRAFT_TITLE
from tests.sample_city import CITY_NOW
from tests.site.link_walk import (
    ACCOUNTS,
    DESK,
    FIRST_PAGES,
    NOT_LINKED,
    NOT_LINKED_FOR,
    LinkWalk,
    add_content,
    routes_of,
)
from tests.site.shown_forms import Submission, submissions
from tests.site.test_every_page import browser_of

SIGN_IN_FIRST, REFUSED_FOR_TEXT = 401, 422
"""The form is kept until its sender has signed in; it is shown again with what was wrong in it."""
ON_EVERY_PAGE = {"sign_in.sign_out"}
"""Actions of the frame of all pages: pressed once, whatever the state of the page."""


class FormWalk(LinkWalk):
    """A walk that collects one submission for each button in each state of each page."""

    pages_of_an_endpoint = 14
    states_of_a_button = 4
    """States of a page in which the same button is pressed."""

    def __init__(self, app: Flask, client: FlaskClient) -> None:
        super().__init__(app, client)
        self.found: list[tuple[str, Submission]] = []
        """The submissions with the page that offers them."""
        self._states: defaultdict[tuple[str, ...], set[object]] = defaultdict(set)

    def read_page(self, url: str, response: TestResponse) -> None:
        """Collect the submissions of a page; what it offers together is its state."""
        offered = {self._kind(url, press): press for press in submissions(url, response.text)}
        state = frozenset(kind for kind, press in offered.items() if press.method == "post")
        for kind, press in offered.items():
            states = self._states[kind]
            limit = self.states_of_a_button if kind[0] else 1
            if state not in states and len(states) < limit:
                states.add(state)
                self.found.append((url, press))

    def _kind(self, url: str, press: Submission) -> tuple[str, ...]:
        page, _values = self.adapter.match(url.partition("?")[0], method="GET")
        path, method = press.path.partition("?")[0], press.method.upper()
        action, _values = self.adapter.match(path, method=method)
        of_page = method == "POST" and action not in ON_EVERY_PAGE
        return (str(page) if of_page else "", str(action), *press.label)


class SavedCity:
    """The databases of a city as they were, to be brought back after each submission."""

    def __init__(self, app: Flask) -> None:
        self.files = [_file(db.engine), _file(app.extensions["transient"])]
        self.saved = [sqlite3.connect(":memory:") for _ in self.files]
        for file, saved in zip(self.files, self.saved, strict=True):
            _copy(sqlite3.connect(file), saved)

    def restore(self) -> None:
        """Bring the databases back."""
        for file, saved in zip(self.files, self.saved, strict=True):
            _copy(saved, sqlite3.connect(file))


def _file(engine: Engine) -> str:
    return str(engine.url.database)


def _copy(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    source.backup(target)
    for connection in (source, target):
        if connection.execute("PRAGMA database_list").fetchone()[2]:
            connection.close()


def submit(client: FlaskClient, page: str, press: Submission) -> TestResponse:
    """Press a button of an open page and return the page that follows."""
    if press.method == "get":
        return client.get(press.path, query_string=list(press.data), follow_redirects=True)
    data: dict[str, list[str]] = {}
    for name, value in press.data:
        data.setdefault(name, []).append(value)
    referrer = {"Referer": f"http://localhost{page}"}
    return client.post(press.path, data=data, headers=referrer, follow_redirects=True)


def press_all(
    app: Flask, client: FlaskClient, walk: FormWalk, accepted: set[int]
) -> dict[str, int]:
    """Press every button that a walk found; return the status of those that were refused."""
    db.session.remove()
    city, cookies = SavedCity(app), dict(client._cookies)
    failures = {}
    for page, press in walk.found:
        client._cookies = dict(cookies)
        response = submit(client, page, press)
        if response.status_code not in accepted:
            failures[f"{page} -> {press.path} {press.label}"] = response.status_code
        if press.method == "post":
            city.restore()
    return failures


@pytest.mark.parametrize("name", ACCOUNTS)
def test_every_page_of_a_role_is_linked_and_its_forms_can_be_submitted(
    city_copy: Flask, name: str
) -> None:
    with city_copy.app_context():
        with override_now(CITY_NOW):
            add_content(name)
        client = browser_of(city_copy, name)
        walk = FormWalk(city_copy, client)
        walk.run(FIRST_PAGES.get(name, DESK))
        accepted = {200, REFUSED_FOR_TEXT} if name else {200, REFUSED_FOR_TEXT, SIGN_IN_FIRST}
        failures = press_all(city_copy, client, walk, accepted)
    missing = routes_of(ACCOUNTS[name]) - walk.reached - set(NOT_LINKED)
    missing -= NOT_LINKED_FOR.get(name, set())
    assert (sorted(missing), walk.failures, failures) == ([], {}, {})


def test_nothing_is_offered_to_a_limited_resident_that_is_then_refused(city_copy: Flask) -> None:
    with city_copy.app_context():
        with override_now(CITY_NOW):
            add_content("warga")
            moderator, resident = get_account("moderator"), get_account("warga")
            impose_sanction(moderator, resident, ModerationRule.SPAM, 7, "Iklan berulang.")
        client = browser_of(city_copy, "warga")
        walk = FormWalk(city_copy, client)
        walk.run(FIRST_PAGES["warga"])
        failures = press_all(city_copy, client, walk, {200, REFUSED_FOR_TEXT})
    assert (walk.failures, failures) == ({}, {})


def test_reasons_for_missing_links_name_existing_pages() -> None:
    assert set(NOT_LINKED) <= {route.name for route in get_routes()}


def test_content_of_every_role_is_added_to_one_city(city_copy: Flask) -> None:
    """As the command that takes the pictures adds it."""
    with city_copy.app_context(), override_now(CITY_NOW):
        for name in ACCOUNTS:
            if name != "admin":
                add_content(name)
        assert db.session.scalar(select(Document).where(Document.title == DRAFT_TITLE))
