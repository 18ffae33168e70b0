"""A system of the company's own as a channel kind: what it can do, and where each thing is done."""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.channels.errors import NotAllowed
from rapport.channels.kinds.api import checking, names, reading, sending
from rapport.channels.kinds.api.forms import ApiForm
from rapport.channels.kinds.api.media import files_of
from rapport.channels.kinds.api.simulator import ApiSimulator
from rapport.channels.parcels import pack, unpack
from rapport.channels.seam import Kind
from rapport.channels.simulating import Simulator
from rapport.channels.types import (
    Abilities,
    Address,
    Check,
    Event,
    IdentityOf,
    Incoming,
    Instruction,
    Outgoing,
    Receipt,
)
from rapport.kit import clock
from rapport.kit import standard_webhooks as webhooks

_MOST_AT_ONCE = 100


class Api(Kind):
    name, label, icon = "api", gettext_lazy("Your own system (API)"), "code"
    identity = IdentityOf.HANDLE
    abilities = Abilities(
        attachments=True,
        max_length=reading.LONGEST_TEXT,
        max_attachment_bytes=25 * 1024 * 1024,
        max_attachments=reading.MOST_FILES,
        one_exchange=True,
        delivered=True,
        read=True,
        edits=True,
        deletes=True,
    )
    form = ApiForm

    def verify(
        self, body: bytes, headers: Mapping[str, str], settings: Mapping[str, Any], url: str = ""
    ) -> Mapping[str, str]:
        try:
            webhooks.verify(sending.secrets_in(settings), headers, body, now=clock.now())
        except ValueError as error:
            raise NotAllowed(str(error)) from error
        return {"provider": "API", "source": str(settings.get("address") or "").lower()}

    def parcels(self, body: bytes, transport: Mapping[str, str]) -> Sequence[bytes]:
        """A list of up to a hundred is a push of each."""
        try:
            said = json.loads(body)
        except (ValueError, RecursionError):
            return (body,)
        if not isinstance(said, list) or not 0 < len(said) <= _MOST_AT_ONCE:
            return (body,)
        return [json.dumps(each, ensure_ascii=False).encode() for each in said]

    def fetch(self, body: bytes, transport: Mapping[str, str], settings: Mapping[str, Any]) -> Incoming | None:
        push, had = unpack(body)
        files = [] if had else files_of(push)
        return Incoming(pack(push, files), transport=transport) if files else None

    def read_pushed(self, body: bytes, transport: Mapping[str, str]) -> list[Event]:
        return reading.read(body, transport["source"]) if transport.get("source") else self.read(body)

    def original(self, body: bytes, transport: Mapping[str, str]) -> bytes:
        return unpack(body)[0]

    def read(self, body: bytes) -> list[Event]:
        return reading.read(body)

    def send(self, message: Outgoing, settings: Mapping[str, Any]) -> Receipt:
        return sending.send(message, settings)

    def external_id(self, address: str) -> str:
        return f"{names.OURS}{secrets.token_hex(16)}"

    def change(self, person: Address, provider_id: str, text: str, settings: Mapping[str, Any]) -> None:
        sending.change(person, provider_id, text, settings)

    def take_back(self, person: Address, provider_id: str, settings: Mapping[str, Any]) -> None:
        sending.take_back(person, provider_id, settings)

    def instructions(self, settings: Mapping[str, Any], url: str) -> Sequence[Instruction]:
        return (
            Instruction(_("Address"), url, _("Your system pushes here, by POST, as application/json.")),
            Instruction(
                _("Secret"),
                str(settings.get("secret") or ""),
                _("Both sides sign with it, as Standard Webhooks has it. Keep it out of apps and web pages."),
            ),
        )

    def check(self, settings: Mapping[str, Any]) -> Iterable[Check]:
        return checking.check(settings)

    def simulator(self) -> Simulator:
        return ApiSimulator()
