"""WeCom Customer Service as a channel kind: what it can do, and where each thing is done."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from rapport.channels.errors import CannotConnect
from rapport.channels.kinds.wecom import pushing, sending
from rapport.channels.kinds.wecom.api import api_of
from rapport.channels.kinds.wecom.checking import check
from rapport.channels.kinds.wecom.forms import WeComForm
from rapport.channels.kinds.wecom.polling import Messages
from rapport.channels.kinds.wecom.reading import read
from rapport.channels.kinds.wecom.simulator import WeComSimulator
from rapport.channels.parcels import unpack
from rapport.channels.seam import Kind, Poll
from rapport.channels.simulating import Simulator
from rapport.channels.tencent import Refusal
from rapport.channels.types import (
    Abilities,
    Address,
    Answer,
    Check,
    Event,
    IdentityOf,
    Instruction,
    Outgoing,
    Profile,
    Receipt,
)
from rapport.kit.http import HttpProblem

if TYPE_CHECKING:
    from rapport.channels.office import Desk


class WeCom(Kind):
    name = "wecom"
    label = _("WeCom Customer Service")
    icon = "wechat"
    identity = IdentityOf.HANDLE
    abilities = Abilities(
        attachments=True,
        # Three messages of 2,048 bytes, of the five that WeCom allows.
        max_length=2000,
        max_attachment_bytes=sending.LARGEST,
        max_attachments=4,
        one_exchange=True,
        begins=False,
        session_hours=48,
        deletes=True,
    )
    form = WeComForm

    def verify(
        self, body: bytes, headers: Mapping[str, str], settings: Mapping[str, Any], url: str = ""
    ) -> Mapping[str, str]:
        return pushing.verify(body, settings, url)

    def greet(self, query: Mapping[str, str], settings: Mapping[str, Any]) -> Answer | None:
        return pushing.greet(query, settings)

    def parcels(self, body: bytes, transport: Mapping[str, str]) -> Sequence[bytes]:
        """None: the push says nothing but that something waits, and what waits is fetched by `poll`."""
        return ()

    def answer(
        self, body: bytes, transport: Mapping[str, str], settings: Mapping[str, Any], desk: "Desk"
    ) -> Answer | None:
        pushing.ring(body, settings, desk)
        return Answer("success")

    def asks(self, settings: Mapping[str, Any]) -> bool:
        return bool(settings.get("corp_id"))

    def poll(self, settings: Mapping[str, Any], position: Mapping[str, Any]) -> Poll | None:
        return Messages(settings, position) if self.asks(settings) else None

    def read(self, body: bytes) -> list[Event]:
        return read(body)

    def original(self, body: bytes, transport: Mapping[str, str]) -> bytes:
        return unpack(body)[0]

    def send(self, message: Outgoing, settings: Mapping[str, Any]) -> Receipt:
        return sending.send(message, settings)

    def take_back(self, person: Address, provider_id: str, settings: Mapping[str, Any]) -> None:
        sending.take_back(person, provider_id, settings)

    def introduce(self, address: str, settings: Mapping[str, Any]) -> Profile | None:
        asked = {"external_userid_list": [address], "need_enter_session_context": 0}
        try:
            told = api_of(settings).post("/cgi-bin/kf/customer/batchget", asked)
        except (Refusal, HttpProblem) as error:
            raise CannotConnect(str(error)) from error
        for person in told.get("customer_list") or ():
            if person.get("external_userid") == address:
                return Profile(name=str(person.get("nickname") or ""))
        return None

    def instructions(self, settings: Mapping[str, Any], url: str) -> Sequence[Instruction]:
        return pushing.instructions(settings, url)

    def check(self, settings: Mapping[str, Any]) -> Iterable[Check]:
        return check(settings)

    def simulator(self) -> Simulator:
        return WeComSimulator()
