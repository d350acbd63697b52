"""Names of devices as people read them."""

import pytest
from flask_babel import force_locale

from deliberate.queries.accounts.device_names import device_name

CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (f"Mozilla/5.0 (Linux; Android 10; K) {CHROME}", "Chrome on Android"),
        (
            f"Mozilla/5.0 (Linux; Android 13) SamsungBrowser/23.0 {CHROME}",
            "Samsung Internet on Android",
        ),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Edg/120.0", "Edge on Windows"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0",
            "Firefox on Linux",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15"
            " (KHTML, like Gecko) Version/17.2 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        ("curl/8.5.0", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)
def test_user_agent_is_named_by_browser_and_system(app, agent, name):
    with app.test_request_context(), force_locale("en"):
        assert device_name(agent) == name
