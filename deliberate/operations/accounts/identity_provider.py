"""Another house that knows people: asking it who somebody is (OpenID Connect, code with PKCE).

Its answers are proof of one thing alone, that the same person came again; a role is never in them.
"""

import hashlib
import hmac
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
from deliberate.permissions.decision import Refused

SLOWEST = 5.0
"""Seconds the other house has to answer."""
LARGEST = 1_000_000
LEEWAY = 60
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""Signatures made with a private key; never `none`, never a shared secret."""


class ProviderFailed(Exception):
    """The other house did not prove who somebody is; the text is for the journal."""


@dataclass(frozen=True)
class AuthorizationFlow:
    """What a browser keeps while its person is away at the other house."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Proven:
    """Who came back: a mark that is the same each time, and whether the other house knows them."""

    mark: str
    is_verified: bool


def is_set() -> bool:
    """Whether the settings name another house."""
    return bool(current_app.config["SETTINGS"].oidc_issuer)


def new_errand() -> AuthorizationFlow:
    """Three secrets of one sign-in: against foreign answers, old tokens, stolen codes."""
    return AuthorizationFlow(*(secrets.token_urlsafe(32) for _part in range(3)))


def address_to_ask(errand: AuthorizationFlow, back: str) -> str:
    """Where the browser is sent. Raises ProviderFailed, and Refused without the extra."""
    settings = _settings()
    words = {
        "response_type": "code",
        "client_id": settings.oidc_client_id,
        "redirect_uri": back,
        "scope": "openid",
        "state": errand.state,
        "nonce": errand.nonce,
        "code_challenge": _challenge(errand.verifier),
        "code_challenge_method": "S256",
    }
    asked = _described("authorization_endpoint")
    return f"{asked}{'&' if '?' in asked else '?'}{urlencode(words)}"


def exchange_code(errand: AuthorizationFlow, code: str, back: str) -> Proven:
    """Exchange a code, once, and read who it stands for. Raises ProviderFailed."""
    settings = _settings()
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "client_id": settings.oidc_client_id,
        "code_verifier": errand.verifier,
    }
    if settings.oidc_client_secret:
        fields["client_secret"] = settings.oidc_client_secret
    answer = _fetched(_described("token_endpoint"), urlencode(fields).encode())
    claims = _claims_of(str(answer.get("id_token", "")), errand.nonce)
    return Proven(_mark(str(claims["sub"])), _is_verified(claims))


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.oidc_issuer:
        raise Refused(_("Here one signs in by passphrase."))
    return settings


def _challenge(verifier: str) -> str:
    try:
        from authlib.oauth2.rfc7636 import create_s256_code_challenge
    except ImportError as error:
        raise Refused(
            _("Signing in elsewhere is not installed here: its operator adds the extra “sso”.")
        ) from error
    return str(create_s256_code_challenge(verifier))


def _mark(subject: str) -> str:
    """What is kept of a number the other house gives its people: it may be an identity number."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    named = f"provider\n{_settings().oidc_issuer}\n{subject}"
    return hmac.new(secret, named.encode(), hashlib.sha256).hexdigest()


def _is_verified(claims: dict[str, Any]) -> bool:
    """Whether the claim of the settings says so: `name` is true, or `name=value` holds."""
    name, _equals, wanted = _settings().oidc_verified_claim.partition("=")
    value = claims.get(name) if name else None
    if not wanted:
        return value is True or value == "true"
    return wanted in value if isinstance(value, list) else value == wanted


# --- what the other house says -------------------------------------------------------------------


def _described(endpoint: str) -> str:
    """An address out of the other house's description of itself, which must name itself right."""
    described = _description()
    found = str(described.get(endpoint, ""))
    if urlsplit(found).scheme not in {"https", "http"}:
        raise ProviderFailed(f"no {endpoint}")
    if _settings().mode == "production" and not found.startswith("https://"):
        raise ProviderFailed(f"{endpoint} without https")
    return found


def _description() -> dict[str, Any]:
    issuer = _settings().oidc_issuer
    described = _fetched(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if described.get("issuer") != issuer:
        raise ProviderFailed("the description names another issuer")
    return described


class _Staying(HTTPRedirectHandler):
    """Whoever answers for the other house answers itself; it sends us nowhere else."""

    def redirect_request(self, *_asked: Any) -> None:
        """Follow nothing: the answer is a failure then."""


_ASKING = build_opener(_Staying)


def _fetched(address: str, sent: bytes | None = None) -> dict[str, Any]:
    request = Request(address, sent, {"Accept": "application/json"})  # noqa: S310  # checked above
    try:
        with _ASKING.open(request, timeout=SLOWEST) as answer:
            told = json.loads(answer.read(LARGEST))
    except (URLError, OSError, ValueError) as error:
        raise ProviderFailed(f"{urlsplit(address).path}: {type(error).__name__}") from error
    if not isinstance(told, dict):
        raise ProviderFailed("an answer that is no object")
    return told


def _claims_of(token: str, nonce: str) -> dict[str, Any]:
    """The claims of an ID token whose signature, issuer, audience, time and nonce are right."""
    from authlib.oidc.core import CodeIDToken
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    settings = _settings()
    try:
        keys = KeySet.import_key_set(_fetched(_described("jwks_uri")))  # type: ignore[arg-type]  # checked there
        read = jwt.decode(token, keys, algorithms=ALGORITHMS)
        expected = {
            "iss": {"essential": True, "value": settings.oidc_issuer},
            "sub": {"essential": True},
            "aud": {"essential": True, "value": settings.oidc_client_id},
            "exp": {"essential": True},
            "iat": {"essential": True},
        }
        about = {"client_id": settings.oidc_client_id, "nonce": nonce}
        claims = CodeIDToken(read.claims, read.header, expected, about)
        claims.validate(now=int(now().timestamp()), leeway=LEEWAY)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise ProviderFailed(f"the token: {type(error).__name__}") from error
    if claims.get("nonce") != nonce:
        raise ProviderFailed("the token: another nonce")
    return dict(claims)
