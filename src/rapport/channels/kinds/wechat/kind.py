"""WeChat Official Accounts as a channel kind: what they can do, and where each thing is done."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from rapport.channels.errors import CannotConnect
from rapport.channels.kinds.wechat import pushing, sending
from rapport.channels.kinds.wechat.api import api_of
from rapport.channels.kinds.wechat.checking import check
from rapport.channels.kinds.wechat.forms import WeChatForm
from rapport.channels.kinds.wechat.media import files_of
from rapport.channels.kinds.wechat.reading import read
from rapport.channels.kinds.wechat.simulator import WeChatSimulator
from rapport.channels.parcels import pack
from rapport.channels.seam import Kind
from rapport.channels.simulating import Simulator
from rapport.channels.tencent import Refusal
from rapport.channels.types import (
    Abilities,
    Address,
    Answer,
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

if TYPE_CHECKING:
    from rapport.channels.office import Desk

_OPENED = "opened"


class WeChat(Kind):
    name = "wechat"
    label = _("WeChat Official Account")
    icon = "wechat"
    identity = IdentityOf.HANDLE
    abilities = Abilities(
        attachments=True,
        # Three messages of 2,048 bytes, of the five that WeChat allows.
        max_length=2000,
        max_attachment_bytes=10 * 1024 * 1024,
        max_attachments=4,
        content_types=tuple(sending.CARRIED),
        one_exchange=True,
        begins=False,
        session_hours=48,
        typing=True,
    )
    form = WeChatForm

    def verify(
        self, body: bytes, headers: Mapping[str, str], settings: Mapping[str, Any], url: str = ""
    ) -> Mapping[str, str]:
        return pushing.verify(body, settings, url)

    def greet(self, query: Mapping[str, str], settings: Mapping[str, Any]) -> Answer | None:
        return pushing.greet(query, settings)

    def answer(
        self, body: bytes, transport: Mapping[str, str], settings: Mapping[str, Any], desk: "Desk"
    ) -> Answer | None:
        # Anything else would be shown to the person as an answer, or as trouble of the account's.
        return Answer("success")

    def fetch(self, body: bytes, transport: Mapping[str, str], settings: Mapping[str, Any]) -> Incoming | None:
        """Decrypted, with the file that it names."""
        if transport.get(_OPENED):
            return None
        push = pushing.opened(body, settings)
        files = files_of(push, settings)
        return Incoming(pack(push, files) if files else push, transport={**transport, _OPENED: "yes"})

    def read_pushed(self, body: bytes, transport: Mapping[str, str]) -> list[Event]:
        keys = transport.get("menu_keys", "")
        return read(body, keys) if keys else self.read(body)

    def read(self, body: bytes) -> list[Event]:
        return read(body)

    def send(self, message: Outgoing, settings: Mapping[str, Any]) -> Receipt:
        return sending.send(message, settings)

    def introduce(self, address: str, settings: Mapping[str, Any]) -> Profile | None:
        """WeChat tells no names any more, only what the account's own people noted."""
        try:
            told = api_of(settings).get("/cgi-bin/user/info", {"openid": address, "lang": "zh_CN"})
        except (Refusal, HttpProblem) as error:
            raise CannotConnect(str(error)) from error
        language = str(told.get("language") or "").replace("_", "-")
        return Profile(name=str(told.get("remark") or ""), language=language)

    def show_typing(self, person: Address, exchange: str, settings: Mapping[str, Any], about: str = "") -> None:
        sending.show_typing(person, settings)

    def instructions(self, settings: Mapping[str, Any], url: str) -> Sequence[Instruction]:
        return pushing.instructions(settings, url)

    def check(self, settings: Mapping[str, Any]) -> Iterable[Check]:
        return check(settings)

    def simulator(self) -> Simulator:
        return WeChatSimulator()
