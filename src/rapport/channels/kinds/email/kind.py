"""Mail as a channel kind: what it can do, and where each thing is done."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from rapport.channels.errors import NotAllowed
from rapport.channels.kinds.email import authentication, consents, limits, markup, signing, webhooks
from rapport.channels.kinds.email.certificates import certificates
from rapport.channels.kinds.email.checking import check
from rapport.channels.kinds.email.forms import EmailForm
from rapport.channels.kinds.email.listening import listen
from rapport.channels.kinds.email.mailbox import Mailbox
from rapport.channels.kinds.email.plain import as_plain
from rapport.channels.kinds.email.reading import read
from rapport.channels.kinds.email.sending import new_message_id, send
from rapport.channels.kinds.email.simulator import EmailSimulator
from rapport.channels.kinds.email.subaddresses import with_token
from rapport.channels.kinds.email.suggesting import suggest
from rapport.channels.kinds.email.watching import watch
from rapport.channels.seam import Kind, Listener, Poll, Reception, Watch
from rapport.channels.simulating import Simulator
from rapport.channels.types import (
    Abilities,
    Check,
    DnsRecord,
    Event,
    Incoming,
    Instruction,
    Limit,
    MessageReceived,
    Outgoing,
    Receipt,
    SignIn,
)

SIGNATURE = "X-Rapport-Signature"


class Email(Kind):
    name = "email"
    label = _("Email")
    icon = "mail"
    abilities = Abilities(
        rich_text=True,
        attachments=True,
        subject=True,
        copies=True,
        signing=True,
        # Base64 makes a file a third larger, and most servers stop at 25 to 35 MB.
        max_attachment_bytes=20 * 1024 * 1024,
    )
    form = EmailForm

    def verify(
        self, body: bytes, headers: Mapping[str, str], settings: Mapping[str, Any], url: str = ""
    ) -> Mapping[str, str]:
        """Providers prove themselves in their own ways; anybody else signs a raw mail with the channel's secret.

        That is sha256=HMAC-SHA256(secret, body) in X-Rapport-Signature.
        """
        if SIGNATURE not in headers:
            return webhooks.verify(body, headers, settings, url)
        secret = str(settings.get("push_secret") or "")
        if not secret:
            raise NotAllowed("This mailbox takes no mail over HTTP: it has no secret for it.")
        expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected.encode(), headers.get(SIGNATURE, "").encode()):
            raise NotAllowed("The signature is missing or wrong.")
        return {}

    def parcels(self, body: bytes, transport: Mapping[str, str]) -> Sequence[bytes]:
        return webhooks.parcels(body, transport) if transport.get("provider") else (body,)

    def fetch(self, body: bytes, transport: Mapping[str, str], settings: Mapping[str, Any]) -> Incoming | None:
        return webhooks.fetch(body, transport, settings)

    def read_pushed(self, body: bytes, transport: Mapping[str, str]) -> list[Event]:
        return webhooks.read_pushed(body, transport) if transport.get("provider") else self.read(body)

    def original(self, body: bytes, transport: Mapping[str, str]) -> bytes:
        return webhooks.original(body, transport)

    def instructions(self, settings: Mapping[str, Any], url: str) -> Sequence[Instruction]:
        return webhooks.instructions(settings, url)

    def read(self, body: bytes) -> list[Event]:
        return read(body)

    def send(self, message: Outgoing, settings: Mapping[str, Any]) -> Receipt:
        return send(message, settings)

    def simulator(self) -> Simulator:
        return EmailSimulator()

    def external_id(self, address: str) -> str:
        return new_message_id(address)

    def known_authentication(
        self, message: MessageReceived, transport: Mapping[str, str], settings: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        return authentication.known(message, transport, settings)

    def find_authentication(self, body: bytes, transport: Mapping[str, str]) -> Mapping[str, Any]:
        return authentication.find_out(self.original(body, transport), transport)

    def answer_address(self, address: str, token: str, settings: Mapping[str, Any]) -> str:
        # A server of our own takes every sub-address; of another one the administrator has to know it.
        takes_them = settings.get("sub_addresses") or settings.get("incoming") == "smtp"
        return with_token(address, token) if takes_them and "@" in address else ""

    def limits(self, settings: Mapping[str, Any]) -> Sequence[Limit]:
        return limits.limits(settings)

    def new_signing(self, address: str) -> Mapping[str, Any]:
        return signing.new_signing(address)

    def signing_record(self, key: Mapping[str, Any]) -> DnsRecord:
        return signing.record(key)

    def check_signing(self, key: Mapping[str, Any]) -> Check:
        return signing.look_up(key)

    def sign_in(self, settings: Mapping[str, Any]) -> SignIn | None:
        return consents.sign_in(settings)

    def check(self, settings: Mapping[str, Any]) -> Iterable[Check]:
        return check(settings)

    def suggest(self, address: str) -> Mapping[str, Any]:
        return suggest(address)

    def clean(self, html: str) -> str:
        return markup.clean_own(html)

    def plain(self, html: str, *, own: bool = False) -> str:
        return as_plain(html, own=own)

    def listen(self, reception: Reception) -> Listener | None:
        return listen(reception)

    def asks(self, settings: Mapping[str, Any]) -> bool:
        return bool(settings.get("incoming") == "imap")

    def certificates(self, settings: Mapping[str, Any]) -> Mapping[str, datetime]:
        return certificates(settings)

    def poll(self, settings: Mapping[str, Any], position: Mapping[str, Any]) -> Poll | None:
        return Mailbox(settings, position) if self.asks(settings) else None

    def watch(self, settings: Mapping[str, Any]) -> Watch | None:
        return watch(settings) if self.asks(settings) else None
