"""Short addresses lead where they say, in the reader's language."""

import pytest

from tests.client import visitor


@pytest.mark.parametrize(
    ("cookie", "accepted", "language"),
    [
        ("en", "id", "en"),
        ("xx", "en-GB,en;q=0.8", "en"),
        ("", "en", "en"),
        ("", "fr, id;q=0.5", "id"),
        ("", "fr", "id"),
        ("", "", "id"),
    ],
)
def test_the_root_asks_cookie_then_browser_then_takes_indonesian(app, cookie, accepted, language):
    client = visitor(app)
    if cookie:
        client.set_cookie("lang", cookie)
    answer = client.get("/", headers={"Accept-Language": accepted})
    assert (answer.status_code, answer.location) == (302, f"/{language}/")
    assert {"Accept-Language", "Cookie"} <= {word.strip() for word in answer.vary}


def test_short_addresses_lead_to_things_in_the_readers_language(app):
    client = visitor(app)
    client.set_cookie("lang", "en")
    assert client.get("/v/9").location == "/en/polls/9"
    assert client.get("/p/142").location == "/en/proposals/142"
    assert client.get("/r/142").location == "/en/responses/142"
