"""The town of a journey."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import time_machine
from flask import Flask

from tests.journeys.town import Town
from tests.notices.mail_server import running_mail_server


@pytest.fixture
def town(app: Flask, clock: time_machine.Traveller) -> Iterator[Town]:
    """Yield an empty town with a mail server, on a Monday morning."""
    settings = app.config["SETTINGS"]
    with running_mail_server(iter(())) as server:
        address = f"smtp://127.0.0.1:{server.port}?tls=no"
        app.config["SETTINGS"] = replace(settings, mail_url=address)
        yield Town(app, clock, server)
    app.config["SETTINGS"] = settings
