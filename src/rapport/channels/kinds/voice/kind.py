"""Phone calls as the core sees them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.channels.errors import CannotDeliver, CannotRead
from rapport.channels.kinds.voice import calling, checking, flow, lines, media, reading
from rapport.channels.kinds.voice.asking import question_in
from rapport.channels.kinds.voice.forms import VoiceForm
from rapport.channels.kinds.voice.simulator import VoiceSimulator
from rapport.channels.kinds.voice.twiml import Script
from rapport.channels.seam import Kind
from rapport.channels.twilio import check_signature, twilio_of
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
    Receipt,
)

if TYPE_CHECKING:
    from rapport.channels.office import Desk


class Voice(Kind):
    name, label, icon = "voice", gettext_lazy("Phone"), "phone"
    identity = IdentityOf.PHONE
    abilities = Abilities(calls=True, writes=False, one_exchange=True)
    form: ClassVar = VoiceForm

    def verify(
        self, body: bytes, headers: Mapping[str, str], settings: Mapping[str, Any], url: str = ""
    ) -> Mapping[str, str]:
        check_signature(url, body, headers, str(settings.get("auth_token") or ""))
        query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        if not query.get("step") and _is_agent(body, settings):
            query["who"] = "agent"
        return {"provider": "Twilio", "query": urlencode(query), "address": url.partition("?")[0]}

    def answer(
        self, body: bytes, transport: Mapping[str, str], settings: Mapping[str, Any], desk: "Desk"
    ) -> Answer | None:
        try:
            asked = question_in(body, transport.get("query", ""))
        except CannotRead:
            return None
        if asked.told.get("CallStatus") in ("completed", "busy", "failed", "no-answer", "canceled") and not asked.step:
            return None
        script = Script(
            transport.get("address", ""), str(settings.get("language") or ""), str(settings.get("voice") or "")
        )
        told = flow.answer(flow.Turn(asked, settings, desk, script))
        return told.answer if told else None

    def parcels(self, body: bytes, transport: Mapping[str, str]) -> Sequence[bytes]:
        try:
            return reading.parcels(body, transport.get("query", ""))
        except CannotRead:
            return (body,)

    def fetch(self, body: bytes, transport: Mapping[str, str], settings: Mapping[str, Any]) -> Incoming | None:
        found = media.with_recording(
            body,
            twilio_of(settings),
            language=str(settings.get("language") or ""),
            is_transcribed=settings.get("transcription") == "own",
        )
        return found and Incoming(found.body, transport=transport)

    def read(self, body: bytes) -> list[Event]:
        return reading.read(body)

    def send(self, message: Outgoing, settings: Mapping[str, Any]) -> Receipt:
        raise CannotDeliver(_("Nothing can be written by phone. Ring them, or write another way."), permanent=True)

    def call(self, person: Address, settings: Mapping[str, Any], agent_number: str) -> Receipt:
        return calling.call(person, settings, agent_number)

    def instructions(self, settings: Mapping[str, Any], url: str) -> Sequence[Instruction]:
        where = _("In the Twilio Console under the number, Voice. “Test now” sets it by itself.")
        return (
            Instruction(_("A call comes in (webhook)"), url, where),
            Instruction(_("Call status changes"), url, where),
        )

    def check(self, settings: Mapping[str, Any]) -> Iterable[Check]:
        return checking.check(settings)

    def simulator(self) -> VoiceSimulator:
        return VoiceSimulator()


def _is_agent(body: bytes, settings: Mapping[str, Any]) -> bool:
    """Somebody of the team rings the number from their own phone: to take whoever is next in line."""
    if settings.get("way") != "queue":
        return False
    try:
        caller = question_in(body).told.get("From", "")
    except CannotRead:
        return False
    return any(caller in group.numbers for group in lines.groups_in(str(settings.get("people") or "")))
