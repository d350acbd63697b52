"""The descriptions of the API: on the reference page in the language of its reader."""

import re

import pytest

from deliberate.api.descriptions import description_in, indonesian_descriptions
from deliberate.api.resources import RESOURCES
from deliberate.exports.columns import indonesian_meanings
from tests.client import anonymous_client

pytestmark = pytest.mark.sqlite
LIST_OR_GET = ("list_", "get_")


@pytest.fixture
def descriptions(app) -> set[str]:
    """Return every description of the reference page in English."""
    paths = anonymous_client(app).get("/api/v1/openapi.json").json["paths"]
    operations = [item[method] for item in paths.values() for method in {"get", "post"} & set(item)]
    parts = [
        part.meaning
        for resource in RESOURCES.values()
        for one in resource.fields
        for part in (one, *one.items)
    ]
    return {
        *parts,
        *(resource.one for resource in RESOURCES.values()),
        *(one["summary"] for one in operations if not one["operationId"].startswith(LIST_OR_GET)),
        *(
            each["description"]
            for one in (*operations, *paths.values())
            for each in one.get("parameters", ())
            if "description" in each
        ),
    }


def test_every_description_is_there_in_indonesian_and_none_is_left_over(descriptions):
    own, released = indonesian_descriptions(), indonesian_meanings()
    assert {text for text in descriptions if text not in own and text not in released} == set()
    assert set(own) - descriptions == set()
    assert {text for text in own if text in released or own[text] == text} == set()


def test_reference_is_in_the_language_of_the_reader(app, descriptions):
    client = anonymous_client(app)
    pages = {language: client.get(f"/{language}/data/api").text for language in ("id", "en")}
    assert 'lang="en"' not in re.sub(r"<a [^>]*>", "", pages["id"].split("<main", 1)[1])
    for page in pages.values():
        assert "Idempotency-Key" in page
        assert not re.search(r"<h2[^>]*>\s*</h2>", page)
    for english in ("rows of a page", "proposal that it was merged into", "the text (Markdown)"):
        assert english in pages["en"]
        assert english not in pages["id"]
        assert description_in("id", english) in pages["id"]
