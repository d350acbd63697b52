"""WSGI entry point for application servers."""

from deliberate import create_app
from deliberate.logging import configure_logging

configure_logging()
app = create_app()
