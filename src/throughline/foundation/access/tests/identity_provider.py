"""A small OpenID Connect provider on loopback: discovery, authorization code with PKCE, token, user info, keys."""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "throughline", "a secret only the two know"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class IdentityProvider:
    """Whoever comes to its authorization page is `person` and has just proven it there."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.person: dict[str, Any] = {}
        self.refuses = ""  # the error it sends people back with
        self.audience = CLIENT  # for whom it says that its tokens are
        self.issuer = address
        self._asked: dict[str, dict[str, str]] = {}
        self._given: dict[str, dict[str, Any]] = {}

    def configuration(self) -> dict[str, Any]:
        """Return what lies at /.well-known/openid-configuration."""
        ends = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        return {
            "issuer": self.address,
            "jwks_uri": f"{self.address}/keys",
            **{f"{name}_endpoint": f"{self.address}/{path}" for name, path in ends.items()},
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Return where the browser is sent back to."""
        back = {"state": asked["state"]}
        if self.refuses:
            return f"{asked['redirect_uri']}?{urlencode({**back, 'error': self.refuses})}"
        code = secrets.token_urlsafe(16)
        self._asked[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({**back, 'code': code})}"

    def token(self, given: dict[str, str]) -> dict[str, Any] | None:
        """Return the tokens for a code, once; None when code, client, address or proof are not the ones it knows."""
        asked = self._asked.pop(given.get("code", ""), None)
        proof = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
        known = asked and (given.get("client_id"), given.get("client_secret")) == (CLIENT, SECRET)
        if not known or asked["redirect_uri"] != given.get("redirect_uri") or asked["code_challenge"] != challenge:
            return None
        access = secrets.token_urlsafe(16)
        self._given[access] = self.person
        claims = {**self.person, "iss": self.issuer, "aud": self.audience, "iat": int(time()), "exp": int(time()) + 60}
        signed = jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "one"})
        return {"access_token": access, "token_type": "Bearer", "expires_in": 60, "id_token": signed}

    def about(self, bearer: str) -> dict[str, Any] | None:
        """Return the person an access token was given for."""
        return self._given.get(bearer.removeprefix("Bearer "))


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        provider: IdentityProvider = self.server.provider  # type: ignore[attr-defined]
        where = urlsplit(self.path)
        match where.path:
            case "/.well-known/openid-configuration":
                self._say(provider.configuration())
            case "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize(dict(parse_qsl(where.query))))
                self.end_headers()
            case "/userinfo":
                self._say(provider.about(self.headers.get("Authorization", "")))
            case "/keys":
                key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
                self._say({"keys": [{**key, "kid": "one", "alg": "RS256", "use": "sig"}]})
            case _:
                self._say(None)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._say(self.server.provider.token(dict(parse_qsl(body))))  # type: ignore[attr-defined]

    def _say(self, answer: dict[str, Any] | None) -> None:
        self.send_response(200 if answer else 400)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer or {"error": "invalid_request"}).encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing on the terminal."""


@contextmanager
def provider() -> Iterator[IdentityProvider]:
    """Serve a provider on a free port of the loopback until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.provider = IdentityProvider(f"http://127.0.0.1:{server.server_address[1]}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.provider  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
