"""A provider's sign-in for tests, over real HTTP: it hands out codes and tokens, checks PKCE, and can be difficult."""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit


class TokenServer(ThreadingHTTPServer):
    """`account` is who signs in there. `problem` is answered to every wish for a token, such as "invalid_grant"."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Provider)
        self.address = f"http://127.0.0.1:{self.server_address[1]}"
        self.account = "support"
        self.client_secret = "s3cret"
        self.problem, self.status = "", 400
        self.life = 3600
        self.rotates = True
        self.delay = threading.Event()
        self.seconds = 0.0
        self.codes: dict[str, dict[str, str]] = {}
        self.refresh_tokens: set[str] = set()
        self.access_tokens: set[str] = set()
        self.asked: list[dict[str, str]] = []
        self.authorizations: list[dict[str, str]] = []

    @property
    def settings(self) -> dict[str, str]:
        return {
            "sign_in": "other",
            "client_id": "rapport",
            "client_secret": self.client_secret,
            "authorize_url": f"{self.address}/authorize",
            "token_url": f"{self.address}/token",
            "scope": "mail",
        }

    def withdraw(self) -> None:
        """Somebody takes the consent back."""
        self.refresh_tokens.clear()
        self.access_tokens.clear()

    def tokens(self) -> dict[str, object]:
        access, refresh = secrets.token_urlsafe(12), secrets.token_urlsafe(12)
        self.access_tokens.add(access)
        self.refresh_tokens.add(refresh)
        return {"access_token": access, "refresh_token": refresh, "expires_in": self.life, "token_type": "Bearer"}


class _Provider(BaseHTTPRequestHandler):
    server: TokenServer

    def log_message(self, *_: object) -> None:
        return

    def do_GET(self) -> None:
        """The consent page, on which this person always says yes."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        self.server.authorizations.append(asked)
        code = secrets.token_urlsafe(12)
        self.server.codes[code] = asked
        back = f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
        page = f'<!doctype html><title>Provider</title><h1>Let Rapport in?</h1><a href="{back}">Allow</a>'.encode()
        self._answer(200, page, "text/html")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        asked = {name: values[0] for name, values in parse_qs(body).items()}
        if self.path == "/introspect":
            known = asked.get("token") in self.server.access_tokens
            self._say(200, {"active": known, "username": self.server.account})
            return
        self.server.asked.append(asked)
        self.server.delay.wait(self.server.seconds)
        if self.server.problem:
            self._say(self.server.status, {"error": self.server.problem, "error_description": "As the test wants it."})
        elif asked.get("client_secret") != self.server.client_secret:
            self._say(401, {"error": "invalid_client"})
        elif asked["grant_type"] == "refresh_token":
            self._refresh(asked)
        else:
            self._exchange(asked)

    def _exchange(self, asked: dict[str, str]) -> None:
        begun = self.server.codes.pop(asked.get("code", ""), None)
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if not begun or begun["code_challenge"] != challenge or begun["redirect_uri"] != asked["redirect_uri"]:
            self._say(400, {"error": "invalid_grant", "error_description": "No such code."})
            return
        self._say(200, self.server.tokens())

    def _refresh(self, asked: dict[str, str]) -> None:
        if asked["refresh_token"] not in self.server.refresh_tokens:
            self._say(400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."})
            return
        fresh = self.server.tokens()
        if self.server.rotates:
            # Spent: whoever uses it a second time is refused.
            self.server.refresh_tokens.discard(asked["refresh_token"])
        else:
            self.server.refresh_tokens.discard(str(fresh.pop("refresh_token")))
        self._say(200, fresh)

    def _say(self, status: int, words: dict[str, object]) -> None:
        self._answer(status, json.dumps(words).encode(), "application/json")

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def token_server() -> Iterator[TokenServer]:
    with TokenServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
