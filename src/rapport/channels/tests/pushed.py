"""Requests as providers make them, with the proofs they bring, and the API of one that has mail fetched."""

import base64
import hashlib
import hmac
import json
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qsl

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from rapport.channels.kinds.email import webhooks
from rapport.channels.pushing import push_url
from rapport.kit import clock

PUSHES = Path(webhooks.__file__).parent.parent / "tests" / "pushes"
KEY = "key-for-tests"
SVIX = "whsec_" + base64.b64encode(KEY.encode()).decode()
RAW = bytes([0, 1, 2, 3, 4, 255, 254])


def provider_of(name):
    return next(each for each in (*dict(webhooks.CHOICES), "unisender_go") if name.startswith(each))


class Pushed:
    """A request out of a file."""

    def __init__(self, name, about=""):
        head, _, body = (PUSHES / f"{name}.http").read_bytes().partition(b"\n\n")
        self.provider, self.body = provider_of(name), body.replace(b"ID-OF-OURS", about.encode() or b"ID-OF-OURS")
        self.headers = dict(line.split(": ", 1) for line in head.decode().splitlines())

    def proven(self, channel, *, key=KEY, password="whistle"):
        """With the signature, or the password, that this provider brings."""
        return {**self.headers, **self._proof(channel, key, password)}

    def _proof(self, channel, key, password):
        digest = hmac.new(key.encode(), self.body, hashlib.sha256)
        match self.provider:
            case "mailgun" | "unisender_go":
                return {}
            case "mailersend":
                return {"Signature": digest.hexdigest()}
            case "mailtrap":
                return {"Mailtrap-Signature": digest.hexdigest()}
            case "mandrill":
                told = push_url(channel) + "".join(f"{k}{v}" for k, v in sorted(parse_qsl(self.body.decode())))
                signed = hmac.new(key.encode(), told.encode(), hashlib.sha1).digest()
                return {"X-Mandrill-Signature": base64.b64encode(signed).decode()}
            case "postal":
                return {"X-Postal-Signature": postal_signature(self.body) if key == KEY else "AAAA"}
            case "resend":
                moment = str(int(clock.now().timestamp()))
                signed = hmac.new(key.encode(), f"msg_1.{moment}.".encode() + self.body, hashlib.sha256).digest()
                signature = f"v1,{base64.b64encode(signed).decode()}"
                return {"Svix-Id": "msg_1", "Svix-Timestamp": moment, "Svix-Signature": signature}
        return {"Authorization": "Basic " + base64.b64encode(f"rapport:{password}".encode()).decode()}

    def send(self, client, channel, headers=None):
        headers = dict(self.proven(channel) if headers is None else headers)
        kind = headers.pop("Content-Type")
        return client.post(f"/in/email/{channel.key}/", self.body, content_type=kind, headers=headers)


def _postal_keys():
    private = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # as Postal's own
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    def sign(body):
        return base64.b64encode(private.sign(body, padding.PKCS1v15(), hashes.SHA1())).decode()

    return base64.b64encode(public).decode(), sign


POSTAL_PUBLIC, postal_signature = _postal_keys()


class Provider(BaseHTTPRequestHandler):
    """The API of a provider that has mail fetched: one mail, one file, one key."""

    mail = b"From: Kim Park <kim@studio.example>\r\nMessage-ID: <fetched@studio.example>\r\n\r\nIt flickers.\r\n"
    is_down = False

    def do_GET(self):
        key = self.headers.get("Authorization") or self.headers.get("api-key")
        base = f"http://127.0.0.1:{self.server.server_port}"
        status, body = 200, self.mail
        if type(self).is_down:
            status, body = 503, b"busy"
        elif self.path.startswith("/signed"):
            pass
        elif key not in ("Bearer api-key", "api-key"):
            status, body = 401, b"{}"
        elif "attachments" in self.path:
            body = RAW
        else:
            body = json.dumps({"raw": {"download_url": f"{base}/signed"}, "raw_message_url": f"{base}/signed"}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass
