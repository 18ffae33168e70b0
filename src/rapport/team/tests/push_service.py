"""A push service on a real socket, and the browsers behind it, which decrypt what they get (RFC 8291, by hand)."""

import base64
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from rapport.team.notifications import pushing

RAW = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint


def _text(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Browser:
    def __init__(self):
        self.key, self.auth, self.pushes = ec.generate_private_key(ec.SECP256R1()), os.urandom(16), []
        self.public = self.key.public_key().public_bytes(*RAW)

    def read(self, body):
        salt, length = body[:16], body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        secret = _derived(shared, self.auth, b"WebPush: info\0" + self.public + sender, 32)
        key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(key).decrypt(nonce, sealed, None)
        assert plain.endswith(b"\x02")
        return json.loads(plain[:-1])


def _derived(secret, salt, info, length):
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


class PushService:
    """`status` is what it answers."""

    def __init__(self):
        self.status, self.requests, self.browsers = 201, [], {}
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.requests.append({name.lower(): value for name, value in self.headers.items()})
                if service.status < 300:
                    browser = service.browsers[self.path]
                    browser.pushes.append(browser.read(body))
                self.send_response(service.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def subscribe(self, agent):
        browser, path = Browser(), f"/{os.urandom(6).hex()}"
        self.browsers[path] = browser
        pushing.subscribe(
            agent, endpoint=self.address + path, p256dh=_text(browser.public), auth=_text(browser.auth), label="Firefox"
        )
        return browser

    def is_signed_by_us(self, request):
        """RFC 8292: a token for this service, signed by the key that the browser subscribed with."""
        said = dict(part.strip().split("=", 1) for part in request["authorization"].removeprefix("vapid ").split(","))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(said["k"]))
        claims = jwt.decode(said["t"], key, algorithms=["ES256"], audience="http://127.0.0.1")
        return said["k"] == pushing.application_key() and claims["sub"].startswith("mailto:")

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()
        return self

    def __exit__(self, *args):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)
