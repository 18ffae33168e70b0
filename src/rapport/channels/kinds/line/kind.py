"""LINE as a channel kind: what it can do, and where each thing is done."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from rapport.channels.errors import CannotConnect
from rapport.channels.kinds.line import media, pushing, sending
from rapport.channels.kinds.line.api import Refusal, call
from rapport.channels.kinds.line.checking import check
from rapport.channels.kinds.line.forms import LineForm
from rapport.channels.kinds.line.polling import Registration
from rapport.channels.kinds.line.reading import read
from rapport.channels.kinds.line.simulator import LineSimulator
from rapport.channels.parcels import pack, unpack
from rapport.channels.seam import Kind, Poll
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
    Profile,
    Receipt,
)
from rapport.kit.http import HttpProblem


class Line(Kind):
    name = "line"
    label = _("LINE")
    icon = "chat"
    identity = IdentityOf.HANDLE
    abilities = Abilities(
        attachments=True,
        links_files=True,
        max_length=sending.LONGEST,
        max_attachment_bytes=50 * 1024 * 1024,
        max_attachments=sending.MOST_MESSAGES - 1,
        one_exchange=True,
        begins=False,
        typing=True,
        marks_read=True,
    )
    form = LineForm

    def verify(
        self, body: bytes, headers: Mapping[str, str], settings: Mapping[str, Any], url: str = ""
    ) -> Mapping[str, str]:
        return pushing.verify(body, headers, settings)

    def parcels(self, body: bytes, transport: Mapping[str, str]) -> Sequence[bytes]:
        return pushing.parcels(body)

    def fetch(self, body: bytes, transport: Mapping[str, str], settings: Mapping[str, Any]) -> Incoming | None:
        push, had = unpack(body)
        told = pushing.push_in(push)
        media.remember_read_tokens(told)
        files = [] if had else media.files_of(told, settings)
        return Incoming(pack(push, files), transport=transport) if files else None

    def read(self, body: bytes) -> list[Event]:
        return read(body)

    def original(self, body: bytes, transport: Mapping[str, str]) -> bytes:
        return unpack(body)[0]

    def send(self, message: Outgoing, settings: Mapping[str, Any]) -> Receipt:
        return sending.send(message, settings)

    def introduce(self, address: str, settings: Mapping[str, Any]) -> Profile | None:
        try:
            told = call(settings, "GET", f"/v2/bot/profile/{address}")
        except Refusal as refusal:
            if refusal.status == 404:
                return None
            raise CannotConnect(str(refusal)) from refusal
        except HttpProblem as error:
            raise CannotConnect(str(error)) from error
        return Profile(name=str(told.get("displayName") or ""), language=str(told.get("language") or ""))

    def show_typing(self, person: Address, exchange: str, settings: Mapping[str, Any], about: str = "") -> None:
        sending.show_typing(person, settings)

    def show_read(self, person: Address, external_id: str, settings: Mapping[str, Any]) -> None:
        sending.show_read(external_id, settings)

    def poll(self, settings: Mapping[str, Any], position: Mapping[str, Any]) -> Poll | None:
        return Registration(settings, position) if settings.get("channel_token") else None

    def instructions(self, settings: Mapping[str, Any], url: str) -> Sequence[Instruction]:
        return pushing.instructions(settings, url)

    def check(self, settings: Mapping[str, Any]) -> Iterable[Check]:
        return check(settings)

    def simulator(self) -> Simulator:
        return LineSimulator()
