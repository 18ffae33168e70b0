"""WhatsApp as the core sees it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.channels import graph
from rapport.channels.errors import CannotConnect
from rapport.channels.graph import GraphProblem
from rapport.channels.kinds.whatsapp import checking, media, reading, refusing, sending, templating
from rapport.channels.kinds.whatsapp.forms import WhatsAppForm
from rapport.channels.kinds.whatsapp.naming import wamid_of
from rapport.channels.kinds.whatsapp.simulator import WhatsAppSimulator
from rapport.channels.seam import Kind
from rapport.channels.types import (
    Abilities,
    Address,
    Answer,
    Check,
    Event,
    IdentityOf,
    Incoming,
    Instruction,
    Limit,
    Outgoing,
    Receipt,
    Template,
)


class WhatsApp(Kind):
    name, label, icon = "whatsapp", gettext_lazy("WhatsApp"), "whatsapp"
    identity = IdentityOf.PHONE
    abilities = Abilities(
        attachments=True,
        max_length=sending.MAX_TEXT,
        max_attachments=10,
        max_attachment_bytes=100 * media.MB,
        content_types=media.CONTENT_TYPES,
        one_exchange=True,
        session_hours=24,
        templates=True,
        typing=True,
        marks_read=True,
        delivered=True,
        read=True,
    )
    form: ClassVar = WhatsAppForm

    def verify(
        self, body: bytes, headers: Mapping[str, str], settings: Mapping[str, Any], url: str = ""
    ) -> Mapping[str, str]:
        graph.check_signature(body, headers, str(settings.get("app_secret") or ""))
        return {"provider": "WhatsApp", "phone_number_id": str(settings.get("phone_number_id") or "")}

    def greet(self, query: Mapping[str, str], settings: Mapping[str, Any]) -> Answer | None:
        return graph.greet(query, str(settings.get("verify_token") or ""))

    def parcels(self, body: bytes, transport: Mapping[str, str]) -> Sequence[bytes]:
        return reading.parcels(body)

    def fetch(self, body: bytes, transport: Mapping[str, str], settings: Mapping[str, Any]) -> Incoming | None:
        found = media.with_files(body, sending.graph_of(settings)) if settings.get("token") else None
        return found and Incoming(found.body, transport=transport)

    def read_pushed(self, body: bytes, transport: Mapping[str, str]) -> list[Event]:
        number = transport.get("phone_number_id", "")
        return reading.read(body, phone_number_id=number) if number else self.read(body)

    def read(self, body: bytes) -> list[Event]:
        return reading.read(body)

    def send(self, message: Outgoing, settings: Mapping[str, Any]) -> Receipt:
        return sending.send(message, settings)

    def limits(self, settings: Mapping[str, Any]) -> Sequence[Limit]:
        # "Throughput": 80 messages a second for each number, unless Meta raises it.
        return (Limit(80, 1),)

    def templates(self, settings: Mapping[str, Any]) -> Sequence[Template]:
        try:
            return templating.approved(sending.graph_of(settings), str(settings.get("waba_id") or ""))
        except GraphProblem as error:
            raise CannotConnect(refusing.verdict_on(error).reason, at_once=not error.passes) from error

    def show_read(self, person: Address, external_id: str, settings: Mapping[str, Any]) -> None:
        self._show(external_id, settings, typing=False)

    def show_typing(self, person: Address, exchange: str, settings: Mapping[str, Any], about: str = "") -> None:
        self._show(about, settings, typing=True)

    def _show(self, external_id: str, settings: Mapping[str, Any], *, typing: bool) -> None:
        if not (wamid := wamid_of(external_id)):
            return
        try:
            sending.show_read(wamid, settings, typing=typing)
        except GraphProblem as error:
            raise CannotConnect(refusing.verdict_on(error).reason) from error

    def instructions(self, settings: Mapping[str, Any], url: str) -> Sequence[Instruction]:
        where = _("In the Meta app under WhatsApp, Configuration. “Test now” sets it by itself.")
        return (
            Instruction(_("Callback URL"), url, where),
            Instruction(_("Verify token"), str(settings.get("verify_token") or ""), where),
            Instruction(_("Webhook field"), "messages", _("Subscribe to it on the same page.")),
        )

    def check(self, settings: Mapping[str, Any]) -> Iterable[Check]:
        return checking.check(settings)

    def simulator(self) -> WhatsAppSimulator:
        return WhatsAppSimulator()
