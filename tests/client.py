"""Test clients, signed out and signed in, and a way to submit forms with their tokens."""

import re
from contextvars import Context
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from deliberate.models import Person
from deliberate.operations.accounts.devices import sign_in


class IsolatedClient(FlaskClient):
    """A test client that runs each request in its own context, isolated from the test's."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send one request and read its response completely, as a server process would."""
        response = Context().run(super().open, *args, **{"buffered": True, **kwargs})
        for answer in (*response.history, response):
            answer.request.environ["wsgi.input"].close()  # the body of a large form is a file
        return response


def anonymous_client(app: Flask) -> FlaskClient:
    """Return a client that is not signed in."""
    app.test_client_class = IsolatedClient
    return app.test_client()


def signed_in_client(app: Flask, person: Person) -> FlaskClient:
    """Return a client that is signed in as a person."""
    client = anonymous_client(app)
    token = sign_in(person)
    with client.session_transaction() as session:
        session["_user_id"] = token
        session["_fresh"] = True
    return client


def submit_form(client: FlaskClient, page: str, to: str = "", **fields: object) -> TestResponse:
    """Open a page, then submit one of its forms with the tokens from the page."""
    html = client.get(page).text
    tokens = {
        name: value
        for name in ("csrf_token", "form_key")
        if (value := _token(html, name)) is not None
    }
    return client.post(to or page, data={**tokens, **fields})


def _token(html: str, name: str) -> str | None:
    for tag in re.findall(r"<input[^>]*>", html):
        if f'name="{name}"' in tag:
            match = re.search(r'value="([^"]*)"', tag)
            return match.group(1) if match else None
    return None
