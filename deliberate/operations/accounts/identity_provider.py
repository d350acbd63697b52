"""Client of an OpenID Connect provider (authorization code flow with PKCE).

The provider proves only that the same person came again, and whether that person is a verified
resident; it never gives a role.
"""

import json
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from flask import current_app
from flask_babel import lazy_gettext as _

from deliberate.clock import now
from deliberate.config import Settings
from deliberate.keys import keyed_hashes
from deliberate.permissions.decision import RefusalKind, Refused

TIMEOUT_S = 5.0
MAX_RESPONSE_BYTES = 1_000_000
LEEWAY_S = 60
JsonObject = dict[str, Any]  # whatever JSON values the provider sends
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""Signatures with a private key; never `none`, never a shared secret."""


class ProviderError(Exception):
    """The provider did not prove an identity; the message is for the log."""


@dataclass(frozen=True)
class AuthorizationFlow:
    """The secrets of one sign-in, in the session while the browser is at the provider."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class ProvenIdentity:
    """An identity the provider proved: a hash that is equal each time, and its verification.

    `earlier_hashes` are those of the other keys of the ring.
    """

    subject_hash: str
    is_verified: bool
    earlier_hashes: tuple[str, ...] = ()

    @property
    def hashes(self) -> tuple[str, ...]:
        """Return the hashes under which the identity may be linked."""
        return (self.subject_hash, *self.earlier_hashes)


def is_configured() -> bool:
    """Return whether the settings name a provider."""
    return bool(current_app.config["SETTINGS"].oidc_issuer)


def new_authorization_flow() -> AuthorizationFlow:
    """Return three random secrets: against forged responses, replayed tokens and stolen codes."""
    return AuthorizationFlow(*(secrets.token_urlsafe(32) for _field in range(3)))


def authorization_url(flow: AuthorizationFlow, redirect_uri: str) -> str:
    """Return the URL at the provider that begins the flow.

    Raises ProviderError, and Refused if the extra `sso` is not installed.
    """
    settings = _settings()
    parameters = {
        "response_type": "code",
        "client_id": settings.oidc_client_id,
        "redirect_uri": redirect_uri,
        "scope": "openid",
        "state": flow.state,
        "nonce": flow.nonce,
        "code_challenge": _challenge(flow.verifier),
        "code_challenge_method": "S256",
    }
    endpoint = _endpoint_url("authorization_endpoint")
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(parameters)}"


def exchange_code(flow: AuthorizationFlow, code: str, redirect_uri: str) -> ProvenIdentity:
    """Exchange an authorization code for an identity, once. Raises ProviderError."""
    settings = _settings()
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "client_id": settings.oidc_client_id,
        "code_verifier": flow.verifier,
    }
    if settings.oidc_client_secret:
        fields["client_secret"] = settings.oidc_client_secret
    response = _fetch_json(_endpoint_url("token_endpoint"), urlencode(fields).encode())
    claims = _validated_claims(str(response.get("id_token", "")), flow.nonce)
    newest, *earlier = _subject_hashes(str(claims["sub"]))
    return ProvenIdentity(newest, _is_verified(claims), tuple(earlier))


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.oidc_issuer:
        raise Refused(_("Sign in here with a passphrase."), RefusalKind.PERSON)
    return settings


def _challenge(verifier: str) -> str:
    try:
        from authlib.oauth2.rfc7636 import create_s256_code_challenge
    except ImportError as error:
        raise Refused(
            _(
                "Signing in with another service is not installed here: the operator adds the "
                "extra “sso”."
            ),
            RefusalKind.PERSON,
        ) from error
    return str(create_s256_code_challenge(verifier))


def _subject_hashes(subject: str) -> list[str]:
    """Return the keyed hashes of a subject identifier, which may be a national identity number."""
    return keyed_hashes("provider", f"provider\n{_settings().oidc_issuer}\n{subject}")


def _is_verified(claims: JsonObject) -> bool:
    """Return whether the configured claim holds: `name` is true, or `name=value` matches."""
    name, _equals, expected = _settings().oidc_verified_claim.partition("=")
    value = claims.get(name) if name else None
    if not expected:
        return value is True or value == "true"
    return expected in value if isinstance(value, list) else value == expected


def _endpoint_url(endpoint: str) -> str:
    """Return an endpoint from the provider's metadata. Raises ProviderError."""
    url = str(_provider_metadata().get(endpoint, ""))
    if urlsplit(url).scheme not in {"https", "http"}:
        raise ProviderError(f"no {endpoint}")
    if _settings().mode == "production" and not url.startswith("https://"):
        raise ProviderError(f"{endpoint} without https")
    return url


def _provider_metadata() -> JsonObject:
    issuer = _settings().oidc_issuer
    metadata = _fetch_json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if metadata.get("issuer") != issuer:
        raise ProviderError("the metadata names another issuer")
    return metadata


class _NoRedirects(HTTPRedirectHandler):
    """Refuse redirects, so that the provider cannot send requests elsewhere."""

    def redirect_request(self, *_arguments: object) -> None:
        """Return no request, which makes the redirect an error."""


_OPENER = build_opener(_NoRedirects)


def _fetch_json(url: str, body: bytes | None = None) -> JsonObject:
    request = Request(url, body, {"Accept": "application/json"})  # noqa: S310  # checked above
    try:
        with _OPENER.open(request, timeout=TIMEOUT_S) as response:
            content = json.loads(response.read(MAX_RESPONSE_BYTES))
    except (URLError, OSError, ValueError) as error:
        raise ProviderError(f"{urlsplit(url).path}: {type(error).__name__}") from error
    if not isinstance(content, dict):
        raise ProviderError("the response is not an object")
    return content


def _validated_claims(token: str, nonce: str) -> JsonObject:
    """Return the claims of an ID token after checking signature, issuer, audience and nonce."""
    from authlib.oidc.core import CodeIDToken
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    settings = _settings()
    try:
        keys = KeySet.import_key_set(_fetch_json(_endpoint_url("jwks_uri")))  # type: ignore[arg-type]  # checked there
        decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
        context = {"client_id": settings.oidc_client_id, "nonce": nonce}
        claims = CodeIDToken(decoded.claims, decoded.header, _expected_claims(settings), context)
        claims.validate(now=int(now().timestamp()), leeway=LEEWAY_S)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise ProviderError(f"the token: {type(error).__name__}") from error
    if claims.get("nonce") != nonce:
        raise ProviderError("the token: another nonce")
    return dict(claims)


def _expected_claims(settings: Settings) -> dict[str, JsonObject]:
    return {
        "iss": {"essential": True, "value": settings.oidc_issuer},
        "sub": {"essential": True},
        "aud": {"essential": True, "value": settings.oidc_client_id},
        "exp": {"essential": True},
        "iat": {"essential": True},
    }
