"""Telegram as a channel kind: what it can do, and where each thing is done."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from rapport.channels.kinds.telegram import sending, webhook
from rapport.channels.kinds.telegram.forms import TelegramForm
from rapport.channels.kinds.telegram.media import files_of
from rapport.channels.kinds.telegram.polling import Registration, Updates
from rapport.channels.kinds.telegram.reading import read, update_in
from rapport.channels.kinds.telegram.simulator import TelegramSimulator
from rapport.channels.kinds.telegram.watching import News
from rapport.channels.parcels import pack, unpack
from rapport.channels.seam import Kind, Poll, Watch
from rapport.channels.simulating import Simulator
from rapport.channels.types import (
    Abilities,
    Address,
    Check,
    Event,
    IdentityOf,
    Incoming,
    Limit,
    Outgoing,
    Receipt,
)


class Telegram(Kind):
    name = "telegram"
    label = _("Telegram")
    icon = "telegram"
    identity = IdentityOf.HANDLE
    abilities = Abilities(
        attachments=True,
        max_length=4096,
        max_attachment_bytes=sending.LARGEST_FILE,
        max_attachments=10,
        one_exchange=True,
        # A bot cannot write to whoever has not pressed Start.
        begins=False,
        typing=True,
        edits=True,
        deletes=True,
    )
    form = TelegramForm

    def verify(
        self, body: bytes, headers: Mapping[str, str], settings: Mapping[str, Any], url: str = ""
    ) -> Mapping[str, str]:
        return webhook.verify(headers, settings)

    def fetch(self, body: bytes, transport: Mapping[str, str], settings: Mapping[str, Any]) -> Incoming | None:
        push, had = unpack(body)
        files = [] if had else files_of(update_in(push), settings)
        return Incoming(pack(push, files), transport=transport) if files else None

    def read_pushed(self, body: bytes, transport: Mapping[str, str]) -> list[Event]:
        return read(body, transport["bot"]) if "bot" in transport else self.read(body)

    def original(self, body: bytes, transport: Mapping[str, str]) -> bytes:
        return unpack(body)[0]

    def read(self, body: bytes) -> list[Event]:
        return read(body)

    def send(self, message: Outgoing, settings: Mapping[str, Any]) -> Receipt:
        return sending.send(message, settings)

    def change(self, person: Address, provider_id: str, text: str, settings: Mapping[str, Any]) -> None:
        sending.change(person, provider_id, text, settings)

    def take_back(self, person: Address, provider_id: str, settings: Mapping[str, Any]) -> None:
        sending.take_back(person, provider_id, settings)

    def show_typing(self, person: Address, exchange: str, settings: Mapping[str, Any], about: str = "") -> None:
        sending.show_typing(person, settings)

    def limits(self, settings: Mapping[str, Any]) -> Sequence[Limit]:
        # https://core.telegram.org/bots/faq: "no more than one message per second in a chat", about 30 to all.
        return (Limit(25, 1),)

    def asks(self, settings: Mapping[str, Any]) -> bool:
        return settings.get("way") == "poll"

    def poll(self, settings: Mapping[str, Any], position: Mapping[str, Any]) -> Poll | None:
        if not settings.get("token"):
            return None
        return Updates(settings, position) if self.asks(settings) else Registration(settings, position)

    def watch(self, settings: Mapping[str, Any]) -> Watch | None:
        return News(settings) if self.asks(settings) else None

    def check(self, settings: Mapping[str, Any]) -> Iterable[Check]:
        return webhook.check(settings)

    def simulator(self) -> Simulator:
        return TelegramSimulator()
