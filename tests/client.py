"""How tests speak HTTP: signed out, or as somebody."""

import re
from contextvars import Context
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from deliberate.models import Person
from deliberate.operations.accounts import accounts as account_operations


class Browser(FlaskClient):
    """A browser that knows nothing of the test: each request has a context of its own."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """One request, buffered, as it would be in a process that serves."""
        return Context().run(super().open, *args, **{"buffered": True, **kwargs})


def visitor(app: Flask) -> FlaskClient:
    """Somebody who is not signed in."""
    app.test_client_class = Browser
    return app.test_client()


def signed_in(app: Flask, person: Person) -> FlaskClient:
    """A browser in which somebody is signed in."""
    client = visitor(app)
    token = account_operations.sign_in(person)
    with client.session_transaction() as session:
        session["_user_id"] = token
        session["_fresh"] = True
    return client


def send(client: FlaskClient, page: str, to: str = "", **fields: object) -> TestResponse:
    """Open a page as a person would, then send a form of it with its tokens."""
    shown = client.get(page).text
    tokens = {
        name: value
        for name in ("csrf_token", "form_key")
        if (value := _token(shown, name)) is not None
    }
    return client.post(to or page, data={**tokens, **fields})


def _token(page: str, name: str) -> str | None:
    for tag in re.findall(r"<input[^>]*>", page):
        if f'name="{name}"' in tag:
            found = re.search(r'value="([^"]*)"', tag)
            return found.group(1) if found else None
    return None
