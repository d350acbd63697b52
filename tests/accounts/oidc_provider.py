"""Another house that knows people, on a real socket: an OpenID Connect provider of the tests."""

import hashlib
import json
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs, urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey

from deliberate.clock import now

CLIENT = "deliberate-tests"


class House:
    """Gives codes that work once, with PKCE; `twist` changes a token's claims before signing."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self.signing_key, self.issuer, self.said_issuer = self.key, "", ""
        self.codes: dict[str, dict[str, str]] = {}
        self.claims: dict[str, Any] = {}
        self.twist: Callable[[dict[str, Any]], None] = lambda claims: None
        self.subject = "3171010101900001"
        self.header = {"alg": "RS256", "kid": "one"}

    def approve(self, address: str) -> str:
        """What the person's press on "Allow" answers: the way back with a code."""
        asked = {name: values[0] for name, values in parse_qs(address.split("?", 1)[1]).items()}
        assert asked["client_id"] == CLIENT
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """One request."""
        length = int(environ.get("CONTENT_LENGTH") or 0)
        sent = {n: v[0] for n, v in parse_qs(environ["wsgi.input"].read(length).decode()).items()}
        answers = {
            "/.well-known/openid-configuration": self._description,
            "/keys": self._keys,
            "/token": lambda: self._token(sent),
        }
        told = answers[environ["PATH_INFO"]]()
        status = "400 Bad Request" if "error" in told else "200 OK"
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(told).encode()]

    def _description(self) -> dict[str, Any]:
        return {
            "issuer": self.said_issuer or self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def _keys(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False)]}

    def _token(self, sent: dict[str, str]) -> dict[str, Any]:
        asked = self.codes.pop(sent.get("code", ""), None)
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or challenge != asked["code_challenge"]:
            return {"error": "invalid_grant"}
        moment = int(now().timestamp())
        claims = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": CLIENT,
            "exp": moment + 300,
            "iat": moment,
            "nonce": asked["nonce"],
            **self.claims,
        }
        self.twist(claims)
        token = jwt.encode(self.header, claims, self.signing_key)
        return {"id_token": token, "access_token": "x", "token_type": "Bearer", "at": time.time()}
