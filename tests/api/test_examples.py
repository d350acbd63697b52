"""Every example of docs/api.md does what the page says."""

import re
from io import BytesIO

import pytest
from flask import Flask

from tests.client import anonymous_client
from tests.structure.source_tree import ROOT

PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
REQUESTS = re.findall(r"^GET (\S+)(?: → (\d+))?$", PAGE, re.MULTILINE)
PROGRAM = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize(("path", "status"), REQUESTS, ids=[path for path, _ in REQUESTS])
def test_request_of_the_documentation_is_answered(shared_city: Flask, path: str, status: str):
    answer = anonymous_client(shared_city).get(path)
    assert answer.status_code == int(status or 200), answer.text
    assert answer.json


def test_program_of_the_documentation_reads_every_proposal(shared_city: Flask, monkeypatch):
    client = anonymous_client(shared_city)

    class Answer(BytesIO):
        def __init__(self, url: str) -> None:
            answer = client.get(url.removeprefix("http://127.0.0.1:8000"))
            super().__init__(answer.data)
            self.headers = answer.headers

    monkeypatch.setattr("urllib.request.urlopen", Answer)
    found: dict = {}
    exec(compile(PROGRAM[1], "docs/api.md", "exec"), found)
    assert len(found["titles"]) > 40
    assert found["url"] is None


def test_table_of_the_documentation_names_every_resource(shared_city: Flask):
    index = anonymous_client(shared_city).get("/api/v1/").json
    assert all(f"`{name}`" in PAGE for name in index["resources"])
