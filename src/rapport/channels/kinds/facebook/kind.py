"""Messenger and Instagram as the core sees them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.channels import graph
from rapport.channels.errors import CannotConnect
from rapport.channels.graph import GraphProblem, words_in
from rapport.channels.kinds.facebook import checking, media, reading, refusing, sending
from rapport.channels.kinds.facebook.forms import FacebookForm
from rapport.channels.kinds.facebook.naming import is_on_instagram, scoped_id_of
from rapport.channels.kinds.facebook.simulator import FacebookSimulator
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
    Outgoing,
    Profile,
    Receipt,
)


class Facebook(Kind):
    name, label, icon = "facebook", gettext_lazy("Messenger and Instagram"), "chat"
    identity = IdentityOf.HANDLE
    abilities = Abilities(
        attachments=True,
        max_length=sending.MAX_TEXT,
        max_attachments=10,
        max_attachment_bytes=media.LARGEST,
        one_exchange=True,
        # Only people who wrote to the Page can be written to.
        begins=False,
        # 24 hours, seven days with the feature Human Agent: the kind itself says which.
        session_hours=7 * 24,
        typing=True,
        marks_read=True,
        delivered=True,
        read=True,
    )
    form: ClassVar = FacebookForm

    def verify(
        self, body: bytes, headers: Mapping[str, str], settings: Mapping[str, Any], url: str = ""
    ) -> Mapping[str, str]:
        graph.check_signature(body, headers, str(settings.get("app_secret") or ""))
        known = {name: str(settings.get(name) or "") for name in ("page_id", "instagram_id", "app_id")}
        return {"provider": "Meta", **known}

    def greet(self, query: Mapping[str, str], settings: Mapping[str, Any]) -> Answer | None:
        return graph.greet(query, str(settings.get("verify_token") or ""))

    def parcels(self, body: bytes, transport: Mapping[str, str]) -> Sequence[bytes]:
        return reading.parcels(body)

    def fetch(self, body: bytes, transport: Mapping[str, str], settings: Mapping[str, Any]) -> Incoming | None:
        found = media.with_files(body, sending.graph_of(settings)) if settings.get("token") else None
        return found and Incoming(found.body, transport=transport)

    def read_pushed(self, body: bytes, transport: Mapping[str, str]) -> list[Event]:
        return reading.read(body, transport) if transport else self.read(body)

    def read(self, body: bytes) -> list[Event]:
        return reading.read(body)

    def send(self, message: Outgoing, settings: Mapping[str, Any]) -> Receipt:
        return sending.send(message, settings)

    def introduce(self, address: str, settings: Mapping[str, Any]) -> Profile | None:
        """The name; Meta tells it of people who wrote, and of nobody else."""
        fields = "name,username" if is_on_instagram(address) else "first_name,last_name"
        try:
            told = sending.graph_of(settings).get(scoped_id_of(address), fields=fields)
        except GraphProblem as error:
            if error.passes:
                raise CannotConnect(refusing.reason_of(error)) from error
            return None
        full = " ".join(filter(None, (words_in(told.get("first_name")), words_in(told.get("last_name")))))
        name = full or words_in(told.get("name")) or words_in(told.get("username"))
        return Profile(name=name) if name else None

    def show_typing(self, person: Address, exchange: str, settings: Mapping[str, Any], about: str = "") -> None:
        self._act("typing_on", person, settings)

    def show_read(self, person: Address, external_id: str, settings: Mapping[str, Any]) -> None:
        self._act("mark_seen", person, settings)

    def _act(self, action: str, person: Address, settings: Mapping[str, Any]) -> None:
        try:
            sending.act(action, person.address, settings)
        except GraphProblem as error:
            raise CannotConnect(refusing.reason_of(error)) from error

    def instructions(self, settings: Mapping[str, Any], url: str) -> Sequence[Instruction]:
        where = _(
            "In the Meta app under Messenger and under Instagram, Webhooks. “Test now” sets it where there is none."
        )
        fields = _("Subscribe to them on the same page.")
        return (
            Instruction(_("Callback URL"), url, where),
            Instruction(_("Verify token"), str(settings.get("verify_token") or ""), where),
            Instruction(_("Webhook fields of Messenger"), checking.FIELDS["page"].replace(",", ", "), fields),
            Instruction(_("Webhook fields of Instagram"), checking.FIELDS["instagram"].replace(",", ", "), fields),
        )

    def check(self, settings: Mapping[str, Any]) -> Iterable[Check]:
        return checking.check(settings)

    def simulator(self) -> FacebookSimulator:
        return FacebookSimulator()
