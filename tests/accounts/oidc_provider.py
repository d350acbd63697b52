"""An OpenID Connect provider on a real socket, for the tests."""

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


class FakeProvider:
    """Provider with PKCE and codes that work once; `change_claims` edits a token's claims."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self.signing_key, self.issuer, self.claimed_issuer = self.key, "", ""
        self.codes: dict[str, dict[str, str]] = {}
        self.claims: dict[str, Any] = {}
        self.change_claims: Callable[[dict[str, Any]], None] = lambda claims: None
        self.subject = "3171010101900001"
        self.header = {"alg": "RS256", "kid": "one"}

    def approve(self, url: str) -> str:
        """Return the redirect URL with a code, as after pressing "Allow"."""
        query = parse_qs(url.split("?", 1)[1])
        authorization = {name: values[0] for name, values in query.items()}
        assert authorization["client_id"] == CLIENT
        assert (authorization["response_type"], authorization["code_challenge_method"]) == (
            "code",
            "S256",
        )
        code = secrets.token_urlsafe(16)
        self.codes[code] = authorization
        parameters = urlencode({"code": code, "state": authorization["state"]})
        return f"{authorization['redirect_uri']}?{parameters}"

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        length = int(environ.get("CONTENT_LENGTH") or 0)
        fields = {n: v[0] for n, v in parse_qs(environ["wsgi.input"].read(length).decode()).items()}
        responses = {
            "/.well-known/openid-configuration": self._metadata,
            "/keys": self._keys,
            "/token": lambda: self._token(fields),
        }
        content = responses[environ["PATH_INFO"]]()
        status = "400 Bad Request" if "error" in content else "200 OK"
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(content).encode()]

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.claimed_issuer or self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def _keys(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False)]}

    def _token(self, fields: dict[str, str]) -> dict[str, Any]:
        authorization = self.codes.pop(fields.get("code", ""), None)
        digest = hashlib.sha256(fields.get("code_verifier", "").encode()).digest()
        challenge = urlsafe_b64encode(digest).rstrip(b"=").decode()
        if authorization is None or challenge != authorization["code_challenge"]:
            return {"error": "invalid_grant"}
        moment = int(now().timestamp())
        claims = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": CLIENT,
            "exp": moment + 300,
            "iat": moment,
            "nonce": authorization["nonce"],
            **self.claims,
        }
        self.change_claims(claims)
        token = jwt.encode(self.header, claims, self.signing_key)
        return {"id_token": token, "access_token": "x", "token_type": "Bearer", "at": time.time()}
