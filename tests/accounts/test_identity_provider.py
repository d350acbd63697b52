"""Requests to the identity provider."""

from dataclasses import replace

import pytest

from deliberate.operations.accounts.identity_provider import (
    ProviderError,
    authorization_url,
    new_authorization_flow,
)
from tests.live_server import run_server


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_provider_redirects_are_not_followed(app, status):
    requests = []

    def redirecting_app(environ, start_response):
        requests.append(environ["PATH_INFO"])
        start_response(status, [("Location", "/elsewhere"), ("Content-Length", "0")])
        return [b""]

    with run_server(redirecting_app, threads=1) as address:
        settings = app.config["SETTINGS"]
        app.config["SETTINGS"] = replace(settings, oidc_issuer=address, oidc_client_id="x")
        with pytest.raises(ProviderError):
            authorization_url(new_authorization_flow(), "https://deliberate.example/sign-in/back")
        app.config["SETTINGS"] = settings
    assert requests == ["/.well-known/openid-configuration"]
