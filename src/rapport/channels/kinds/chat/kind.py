"""The web chat as a kind. Its provider is ourselves: `rapport.channels.visitors` tells pages what is said to them."""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.channels.errors import NotAllowed
from rapport.channels.kinds.chat import reading
from rapport.channels.kinds.chat.forms import ChatForm
from rapport.channels.kinds.chat.simulator import ChatSimulator
from rapport.channels.seam import Kind
from rapport.channels.simulating import Simulator
from rapport.channels.types import (
    Abilities,
    Address,
    Check,
    Event,
    IdentityOf,
    Instruction,
    Outgoing,
    Receipt,
)
from rapport.channels.visitors import posting, tokens


class Chat(Kind):
    name, label, icon = "chat", gettext_lazy("Chat on your site"), "chat"
    identity = IdentityOf.HANDLE
    abilities = Abilities(
        attachments=True,
        max_length=reading.LONGEST,
        max_attachment_bytes=10 * 1024 * 1024,
        max_attachments=10,
        # A visitor is on our site, or not: nobody can be written to who has not begun.
        begins=False,
        typing=True,
        marks_read=True,
        delivered=True,
        read=True,
        edits=True,
        deletes=True,
        widget=True,
    )
    form = ChatForm

    def verify(
        self, body: bytes, headers: Mapping[str, str], settings: Mapping[str, Any], url: str = ""
    ) -> Mapping[str, str]:
        """The visitor's token, signed by us, for this channel; nobody writes in another visitor's name."""
        key = urlsplit(url).path.rstrip("/").rpartition("/")[2] if url else ""
        claims = tokens.read(tokens.bearer(headers), channel=key)
        try:
            said = json.loads(body)
        except ValueError:
            # It is theirs, whatever it is: it is kept, and somebody looks.
            said = None
        if isinstance(said, dict) and said.get("visitor") != claims.handle:
            raise NotAllowed("This was written in another visitor's name.")
        return tokens.as_transport(claims)

    def read(self, body: bytes) -> list[Event]:
        return reading.read(body, {})

    def read_pushed(self, body: bytes, transport: Mapping[str, str]) -> list[Event]:
        return reading.read(body, transport) if transport else self.read(body)

    def send(self, message: Outgoing, settings: Mapping[str, Any]) -> Receipt:
        """A row that the visitor's stream delivers, now or when they come back."""
        posting.post(message.external_id)
        return Receipt(message.external_id)

    def simulator(self) -> Simulator:
        return ChatSimulator()

    def external_id(self, address: str) -> str:
        return f"chat:{secrets.token_hex(16)}"

    def show_typing(self, person: Address, exchange: str, settings: Mapping[str, Any], about: str = "") -> None:
        """Nothing to do: the visitor's stream sees by itself who is writing."""

    def show_read(self, person: Address, external_id: str, settings: Mapping[str, Any]) -> None:
        posting.tell_about(external_id, "read")

    def change(self, person: Address, provider_id: str, text: str, settings: Mapping[str, Any]) -> None:
        posting.tell_about(provider_id, "changed")

    def take_back(self, person: Address, provider_id: str, settings: Mapping[str, Any]) -> None:
        posting.tell_about(provider_id, "changed")

    def instructions(self, settings: Mapping[str, Any], url: str) -> Sequence[Instruction]:
        parts = urlsplit(url)
        base, key = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/").rpartition("/")[2]
        return (
            Instruction(
                _("The script"),
                snippet(base, key),
                _("Put it before </body> on every page where the chat should be."),
            ),
            Instruction(
                _("Content security policy"),
                f"script-src {base}; connect-src {base}; img-src {base} blob:",
                _("Only if your site has one: these sources have to be in it."),
            ),
        )

    def check(self, settings: Mapping[str, Any]) -> Iterable[Check]:
        origins = settings.get("origins") or ()
        yield Check(_("The chat is served by this installation"), True)
        yield Check(
            _("It may be used on %(sites)s") % {"sites": ", ".join(origins)} if origins else _("Any site may use it"),
            True,
        )
        for article in settings.get("articles") or ():
            is_safe = str(article.get("url", "")).startswith(("https://", "http://", "/"))
            yield Check(str(article.get("title", "")), is_safe, _("Its address has to begin with https://."))


def snippet(base: str, key: str) -> str:
    return f'<script async src="{base}/widget.js" data-key="{key}"></script>'
