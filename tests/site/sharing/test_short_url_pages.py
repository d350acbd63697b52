"""Short URLs and the redirect of the root URL."""

import pytest

from tests.client import anonymous_client


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
def test_root_url_uses_cookie_then_browser_then_indonesian(app, cookie, accepted, language):
    client = anonymous_client(app)
    if cookie:
        client.set_cookie("lang", cookie)
    response = client.get("/", headers={"Accept-Language": accepted})
    assert (response.status_code, response.location) == (302, f"/{language}/")
    assert {"Accept-Language", "Cookie"} <= {word.strip() for word in response.vary}


def test_short_urls_redirect_to_the_preferred_language(app):
    client = anonymous_client(app)
    client.set_cookie("lang", "en")
    assert client.get("/v/9").location == "/en/polls/9"
    assert client.get("/p/142").location == "/en/proposals/142"
    assert client.get("/r/142").location == "/en/responses/142"
