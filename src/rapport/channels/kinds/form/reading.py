"""What a page of ours sent, as a message.

    {"id": "…", "email": "kim@studio.example", "name": "Kim Park", "subject": "Order 4711", "message": "Where is it?",
     "answers": [{"label": "Topic", "value": "Delivery"}], "fields": {"order_number": "4711"}, "language": "de",
     "consents": [{"purpose": "newsletter", "way": "email", "text": "Yes, write to me.", "ip": "192.0.2.7"}]}

Files stand beside it in one parcel. Whether the address is surely the writer's, and what speaks against them, comes
from how it was sent, never from the body.
"""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.errors import CannotRead
from rapport.channels.parcels import unpack
from rapport.channels.types import Address, Consent, Event, KnownAs, MessageReceived, Part
from rapport.kit.text import one_line, shortened

# A name that a mail may stand under: what we answer by mail refers to it.
_DOMAIN = "form.rapport.invalid"


def read(body: bytes, transport: Mapping[str, str]) -> list[Event]:
    """Raises CannotRead."""
    push, files = unpack(body)
    try:
        said = json.loads(push)
    except (ValueError, RecursionError) as error:
        raise CannotRead(_("This is not JSON: %(error)s") % {"error": error}) from error
    if not isinstance(said, dict) or not said.get("id") or not said.get("email"):
        raise CannotRead(_("This does not say who sent it."))
    text = "\n\n".join(filter(None, (_string(said, "message").strip(), _answers(said))))
    parts = tuple(Part(_file_name(each.name), each.content_type, each.body) for each in files.values())
    if not text and not parts:
        raise CannotRead(_("This message says nothing."))
    email = one_line(_string(said, "email"))[:320]
    return [
        MessageReceived(
            external_id=f"{one_line(_string(said, 'id'))[:150]}@{_DOMAIN}",
            author=Address(one_line(_string(said, "name"))[:200], email),
            subject=one_line(_string(said, "subject"))[:200] or shortened(one_line(text), 80),
            text=text,
            visible_text=text,
            parts=parts,
            known_as=(KnownAs("email", email, True),) if transport.get("proven", "") == email else (),
            profile={"language": _string(said, "language")} if said.get("language") else {},
            fields=_fields(said),
            consents=_consents(said),
            suspicion=transport.get("suspicion", ""),
        )
    ]


def _answers(said: Mapping[str, Any]) -> str:
    found = said.get("answers") or []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise CannotRead(_("Its answers are no list."))
    return "\n".join(f"{one_line(_string(each, 'label'))}: {one_line(_string(each, 'value'))}" for each in found)


def _fields(said: Mapping[str, Any]) -> dict[str, str]:
    found = said.get("fields") or {}
    if not isinstance(found, dict):
        raise CannotRead(_("Its fields are no object."))
    return {str(key): str(value) for key, value in found.items()}


def _consents(said: Mapping[str, Any]) -> tuple[Consent, ...]:
    found = said.get("consents") or []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise CannotRead(_("Its consents are no list."))
    return tuple(
        Consent(_string(each, "purpose"), _string(each, "way"), _string(each, "text"), _string(each, "ip"))
        for each in found
    )


def _string(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    if value is not None and not isinstance(value, str):
        raise CannotRead(_("“%(name)s” has to be a string.") % {"name": name})
    return value or ""


def _file_name(name: str) -> str:
    return one_line(name).replace("/", "-")[:200] or "file"
