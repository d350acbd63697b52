"""Asking another house: it answers itself, or the answer is a failure."""

from dataclasses import replace

import pytest

from deliberate.operations.accounts.identity_provider import (
    ProviderFailed,
    address_to_ask,
    new_errand,
)
from tests.live_server import serving


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_no_redirect_of_the_other_house_is_followed(app, status):
    asked = []

    def moving(environ, start_response):
        asked.append(environ["PATH_INFO"])
        start_response(status, [("Location", "/elsewhere"), ("Content-Length", "0")])
        return [b""]

    with serving(moving, threads=1) as address:
        kept = app.config["SETTINGS"]
        app.config["SETTINGS"] = replace(kept, oidc_issuer=address, oidc_client_id="x")
        with pytest.raises(ProviderFailed):
            address_to_ask(new_errand(), "https://deliberate.example/sign-in/back")
        app.config["SETTINGS"] = kept
    assert asked == ["/.well-known/openid-configuration"]
