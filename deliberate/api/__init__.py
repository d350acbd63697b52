"""The read API below /api/v1: what the pages show, as JSON for programs. It reads no cookie."""

from flask import Flask


def register(app: Flask) -> None:
    """Bind the read API and its reference page to the application."""
    from deliberate.api import routes

    routes.init_app(app)
