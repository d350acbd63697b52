"""HTTP: read the request, call one operation or some queries, answer."""

from flask import Flask


def register(app: Flask) -> None:
    """Hang every room of pages on the app."""
