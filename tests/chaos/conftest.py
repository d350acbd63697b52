"""An installation on each engine, whose processes are killed."""

from uuid import uuid4

import pytest

from tests import postgres
from tests.chaos.server import Installation


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request, tmp_path):
    url = ""
    if request.param == "postgresql":
        request.getfixturevalue("make_postgres_app")
        name = f"chaos_{uuid4().hex[:12]}"
        postgres.execute_on_server(f"CREATE DATABASE {name}")
        url = postgres.database_url(name)
    new_installation = Installation(tmp_path, url)
    yield new_installation
    new_installation.kill()
    if url:
        postgres.execute_on_server(f"DROP DATABASE {name} (FORCE)")
