"""Addresses of rooms that pages link to and that nobody has built yet: they answer "not found"."""

from flask import Flask, abort

NAMED = [
    "home.front",
    "processes.index",
    "processes.show",
    "proposals.index",
    "responses.index",
    "scores.index",
    "data.index",
    "log.index",
    "desk.index",
    "account.show",
    "account.sign_in",
    "account.sign_out",
    "pages.help",
    "pages.offices",
    "pages.accessibility",
    "pages.privacy",
    "pages.rules",
    "polls.show",
]


def give_addresses(app: Flask) -> None:
    """Give each one an address, until its room does."""
    for endpoint in set(NAMED) - set(app.view_functions):
        app.add_url_rule(f"/not-built/{endpoint}", endpoint, _not_built)


def _not_built() -> None:
    abort(404)


_not_built.audience = ("public",)  # type: ignore[attr-defined]
