"""What a visitor's page posts, as events.

    {"type": "message", "id": "5f2c", "visitor": "visitor-1", "exchange": "e1", "text": "Hello",
     "files": [{"name": "a.png", "type": "image/png", "data": "iVBOR…"}]}
    {"type": "read", "id": "77aa", "visitor": "visitor-1", "about": ["chat:9c1e"]}

Whose it is and what is proven of them comes from their token, never from the body.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rapport.channels.errors import CannotRead
from rapport.channels.types import Address, Event, Happened, KnownAs, MessageReceived, Part, Reported
from rapport.kit.text import one_line

LONGEST = 10_000
_MOST_FILES = 10
_MOST_MARKS = 100


def read(body: bytes, transport: Mapping[str, str]) -> list[Event]:
    """Raises CannotRead."""
    try:
        said = json.loads(body)
    except ValueError as error:
        raise CannotRead(f"This is not JSON: {error}") from error
    if not isinstance(said, dict) or not said.get("visitor") or not said.get("id"):
        raise CannotRead("This does not say which visitor wrote, and what.")
    readers = {"message": _message, "read": _marks, "delivered": _marks, "event": _event}
    reader = readers.get(str(said.get("type")))
    if reader is None:
        raise CannotRead(f"Nothing is known of “{one_line(str(said.get('type')))[:40]}”.")
    return reader(said, transport)


def _message(said: Mapping[str, Any], transport: Mapping[str, str]) -> list[Event]:
    text = str(said.get("text") or "").strip()[:LONGEST]
    parts = tuple(_part(each) for each in _list(said.get("files"))[:_MOST_FILES])
    if not text and not parts:
        raise CannotRead("This message says nothing.")
    return [
        MessageReceived(
            external_id=_name(said),
            author=Address(_author(said, transport), str(said["visitor"])),
            subject=one_line(str(said.get("subject") or ""))[:200],
            text=text,
            visible_text=text,
            parts=parts,
            sent_at=_moment(said.get("at")),
            exchange=_exchange(said),
            known_as=_known_as(transport),
            profile=_profile(said),
        )
    ]


def _marks(said: Mapping[str, Any], transport: Mapping[str, str]) -> list[Event]:
    state, visitor = str(said["type"]), str(said["visitor"])
    about = [str(each)[:200] for each in _list(said.get("about"))[:_MOST_MARKS]]
    if not about:
        raise CannotRead("This does not say what was read.")
    at = _moment(said.get("at"))
    return [Reported(f"chat:{state}:{name}", name, visitor, state, at=at) for name in about]


def _event(said: Mapping[str, Any], transport: Mapping[str, str]) -> list[Event]:
    name = one_line(str(said.get("name") or ""))[:60]
    if not name:
        raise CannotRead("This does not say what happened.")
    author = Address(_author(said, transport), str(said["visitor"]))
    line = one_line(str(said.get("said") or "")) or name
    return [
        Happened(
            _name(said), author, _exchange(said), f"chat.{name}", line[:300], at=_moment(said.get("at")),
            known_as=_known_as(transport), profile=_profile(said),
        )
    ]  # fmt: skip


def _name(said: Mapping[str, Any]) -> str:
    """Made by the page, so that what it sends twice is one message."""
    return f"chat:{said['visitor']}:{one_line(str(said['id']))[:80]}"


def _exchange(said: Mapping[str, Any]) -> str:
    """Under the visitor's own name: nobody can name another's."""
    exchange = one_line(str(said.get("exchange") or "")).replace("/", "")[:60]
    return f"{said['visitor']}/{exchange}" if exchange else ""


def _author(said: Mapping[str, Any], transport: Mapping[str, str]) -> str:
    return transport.get("name") or one_line(str(said.get("name") or ""))[:200]


def _known_as(transport: Mapping[str, str]) -> tuple[KnownAs, ...]:
    """Only what the token says, since the company's signature was checked before it was given."""
    known = [KnownAs("external", transport["external"], True)] if transport.get("external") else []
    if transport.get("email"):
        known.append(KnownAs("email", transport["email"], True))
    return tuple(known)


def _profile(said: Mapping[str, Any]) -> Mapping[str, str]:
    """The browser's language and time zone."""
    named = {name: one_line(str(said.get(name) or "")) for name in ("language", "time_zone")}
    return {name: value[:60] for name, value in named.items() if value}


def _part(said: object) -> Part:
    if not isinstance(said, Mapping):
        raise CannotRead("A file of this message is no file.")
    try:
        body = base64.b64decode(str(said.get("data") or ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise CannotRead("A file of this message was damaged on its way.") from error
    name = one_line(str(said.get("name") or "")).replace("/", "-")[:200] or "file"
    return Part(name, one_line(str(said.get("type") or ""))[:100] or "application/octet-stream", body)


def _list(said: object) -> list[Any]:
    return said if isinstance(said, list) else []


def _moment(said: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(said))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
