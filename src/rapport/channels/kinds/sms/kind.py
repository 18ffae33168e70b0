"""Text messages as the core sees them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.channels.kinds.sms import anyone, checking, counting, media, reading, sending
from rapport.channels.kinds.sms.forms import SmsForm
from rapport.channels.kinds.sms.simulator import SmsSimulator
from rapport.channels.seam import Kind
from rapport.channels.twilio import check_signature, twilio_of
from rapport.channels.types import (
    Abilities,
    Answer,
    Check,
    Event,
    IdentityOf,
    Incoming,
    Instruction,
    Limit,
    Outgoing,
    Receipt,
)

if TYPE_CHECKING:
    from rapport.channels.office import Desk

TWILIO = "Twilio"


class Sms(Kind):
    name, label, icon = "sms", gettext_lazy("SMS"), "sms"
    identity = IdentityOf.PHONE
    abilities = Abilities(
        attachments=True,
        max_length=sending.MAX_TEXT,
        max_attachments=media.MOST,
        max_attachment_bytes=media.LARGEST,
        links_files=True,
        one_exchange=True,
        delivered=True,
    )
    form: ClassVar = SmsForm

    def verify(
        self, body: bytes, headers: Mapping[str, str], settings: Mapping[str, Any], url: str = ""
    ) -> Mapping[str, str]:
        if settings.get("provider") == "http":
            return anyone.verify(body, headers, settings, url)
        check_signature(url, body, headers, str(settings.get("auth_token") or ""))
        return {"provider": TWILIO}

    def answer(
        self, body: bytes, transport: Mapping[str, str], settings: Mapping[str, Any], desk: "Desk"
    ) -> Answer | None:
        # Without TwiML in return Twilio notes a fault for every message.
        return Answer("<Response/>", "text/xml; charset=utf-8") if transport.get("provider") == TWILIO else None

    def fetch(self, body: bytes, transport: Mapping[str, str], settings: Mapping[str, Any]) -> Incoming | None:
        if transport.get("provider") != TWILIO:
            return None
        found = media.with_files(body, twilio_of(settings))
        return found and Incoming(found.body, transport=transport)

    def read_pushed(self, body: bytes, transport: Mapping[str, str]) -> list[Event]:
        return anyone.read(body, transport) if transport.get("provider") == anyone.PROVIDER else self.read(body)

    def read(self, body: bytes) -> list[Event]:
        return reading.read(body)

    def send(self, message: Outgoing, settings: Mapping[str, Any]) -> Receipt:
        is_http = settings.get("provider") == "http"
        return anyone.send(message, settings) if is_http else sending.send(message, settings)

    def parts_of(self, text: str) -> int:
        return counting.count(text.strip()).parts

    def limits(self, settings: Mapping[str, Any]) -> Sequence[Limit]:
        # Twilio keeps what a number cannot send at once; how much another provider takes only its customer knows.
        count = settings.get("per_minute")
        return (Limit(int(count), 60),) if count else ()

    def instructions(self, settings: Mapping[str, Any], url: str) -> Sequence[Instruction]:
        if settings.get("provider") == "http":
            token = "" if settings.get("in_proof") == "hmac" else f"?token={settings.get('in_secret') or ''}"
            hint = _("Where the provider pushes messages and reports, by POST.")
            return (Instruction(_("Address for pushes"), f"{url}{token}", hint),)
        where = _(
            "In the Twilio Console under the number, Messaging, “A message comes in”. “Test now” sets it by itself. "
            "With a messaging service, type it there under Integration."
        )
        return (Instruction(_("Webhook"), url, where),)

    def check(self, settings: Mapping[str, Any]) -> Iterable[Check]:
        return anyone.check(settings) if settings.get("provider") == "http" else checking.check(settings)

    def simulator(self) -> SmsSimulator:
        return SmsSimulator()
