"""What a system pushes, as events. The README beside this file is its documentation.

{"type": "message", "id": "m-1", "person": {"id": "u-17", "name": "Kim Park"}, "text": "The lamp flickers."}
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.errors import CannotRead
from rapport.channels.kinds.api import names
from rapport.channels.parcels import Fetched, unpack
from rapport.channels.types import (
    Address,
    Bounced,
    Event,
    Happened,
    KnownAs,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    Part,
    Reacted,
    Reported,
)
from rapport.kit.text import one_line

LONGEST_TEXT = 100_000
MOST_FILES = 10
_Dict = Mapping[str, Any]
_STATES = ("delivered", "read")


def pushed(body: bytes) -> dict[str, Any]:
    """The one thing that a push tells of. Raises CannotRead."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise CannotRead(_("This is not JSON: %(error)s") % {"error": error}) from error
    if not isinstance(said, dict):
        raise CannotRead(_("This is JSON, but no object."))
    return said


def read(body: bytes, source: str = "") -> list[Event]:
    """Raises CannotRead, with what the system should send in its place."""
    push, files = unpack(body)
    said = pushed(push)
    reader = _READERS.get(str(said.get("type")))
    if reader is None:
        raise CannotRead(_("Its type has to be one of %(types)s.") % {"types": ", ".join(_READERS)})
    return [reader(said, source, files)]


def files_in(said: _Dict) -> list[dict[str, Any]]:
    """The files that a message names, as they stand there. Raises CannotRead."""
    found = said.get("files") or []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise CannotRead(_("“%(name)s” has to be a list of objects.") % {"name": "files"})
    if len(found) > MOST_FILES:
        raise CannotRead(_("These are more than %(count)d files in one message.") % {"count": MOST_FILES})
    return found


def _message(said: _Dict, source: str, files: Mapping[str, Fetched]) -> MessageReceived:
    person = _object(said, "person")
    text = _text(said)
    parts: list[Part] = []
    for number, each in enumerate(files_in(said)):
        part, missing = _part(each, files.get(str(number)))
        parts += [part] if part else []
        text = f"{text}\n{missing}".strip()
    if not text and not parts:
        raise CannotRead(_("This message says nothing: it needs “text” or “files”."))
    answered = _name(said, "in_reply_to", needed=False)
    return MessageReceived(
        external_id=names.of_message(source, _own(said)),
        author=_author(person, source),
        subject=one_line(_string(said, "subject"))[:200],
        text=text,
        visible_text=text,
        parts=tuple(parts),
        in_reply_to=names.of_message(source, answered) if answered else "",
        sent_at=_moment(said, "sent_at"),
        exchange=_exchange(said, source),
        known_as=_known_as(person),
        profile=_profile(person),
    )


def _edit(said: _Dict, source: str, files: Mapping[str, Fetched]) -> MessageEdited:
    text = _text(said)
    if not text:
        raise CannotRead(_("“%(name)s” is missing.") % {"name": "text"})
    about = _theirs(said, source)
    return MessageEdited(_event_id(said, source), about, text, _moment(said, "at"))


def _delete(said: _Dict, source: str, files: Mapping[str, Fetched]) -> MessageDeleted:
    return MessageDeleted(_event_id(said, source), _theirs(said, source), _moment(said, "at"))


def _reaction(said: _Dict, source: str, files: Mapping[str, Fetched]) -> Reacted:
    about = names.of_message(source, _name(said, "message"))
    author = _author(_object(said, "person"), source)
    emoji = one_line(_string(said, "emoji"))[:16]
    return Reacted(_event_id(said, source), about, author, emoji, _moment(said, "at"))


def _state(said: _Dict, source: str, files: Mapping[str, Fetched]) -> Event:
    """What became of something that we sent."""
    about, state = names.of_message(source, _name(said, "message")), _string(said, "state")
    name = _name(said, "person", needed=False)
    person = names.inside(source, name) if name else ""
    reason = one_line(_string(said, "reason"))[:500]
    if state in _STATES:
        return Reported(_event_id(said, source), about, person, state, reason, _moment(said, "at"))
    if state != "failed":
        raise CannotRead(_("“state” has to be delivered, read or failed."))
    return Bounced(
        external_id=_event_id(said, source),
        about=about,
        recipient=person,
        permanent=said.get("permanent") is not False,
        reason=reason or _("The other system could not deliver it, and does not say why."),
    )


def _event(said: _Dict, source: str, files: Mapping[str, Fetched]) -> Happened:
    person = _object(said, "person")
    what = one_line(_string(said, "name"))[:60]
    if not what:
        raise CannotRead(_("“%(name)s” is missing.") % {"name": "name"})
    return Happened(
        external_id=names.of_message(source, _own(said)),
        author=_author(person, source),
        exchange=_exchange(said, source),
        what=f"api.{what}",
        said=one_line(_string(said, "text"))[:300] or what,
        subject=one_line(_string(said, "subject"))[:200],
        begins=said.get("begins") is True,
        at=_moment(said, "at"),
        known_as=_known_as(person),
        profile=_profile(person),
    )


_READERS: dict[str, Callable[[_Dict, str, Mapping[str, Fetched]], Event]] = {
    "message": _message,
    "edit": _edit,
    "delete": _delete,
    "reaction": _reaction,
    "state": _state,
    "event": _event,
}


def _own(said: _Dict) -> str:
    name = _name(said, "id")
    if name.startswith(names.OURS):
        raise CannotRead(_("An id that begins with rapport_ is one of ours. Choose another."))
    return name


def _theirs(said: _Dict, source: str) -> str:
    """A message of the system's people: what we wrote is not theirs to change."""
    name = _name(said, "message")
    if name.startswith(names.OURS):
        raise CannotRead(_("A message that begins with rapport_ is one of ours, and cannot be changed from outside."))
    return names.of_message(source, name)


def _event_id(said: _Dict, source: str) -> str:
    """News of a message may have the name that the message has, so theirs are kept apart."""
    return f"api:{source}:{said['type']}:{_name(said, 'id')}"


def _exchange(said: _Dict, source: str) -> str:
    name = _name(said, "conversation", needed=False)
    return names.inside(source, name) if name else ""


def _author(person: _Dict, source: str) -> Address:
    return Address(one_line(_string(person, "name"))[:200], names.inside(source, _name(person, "id")))


def _known_as(person: _Dict) -> tuple[KnownAs, ...]:
    """The system signed this, so what it says is verified is."""
    found = (
        KnownAs(kind, one_line(_string(person, kind))[:320], person.get(f"{kind}_verified") is True)
        for kind in ("email", "phone")
    )
    return tuple(each for each in found if each.value)


def _profile(person: _Dict) -> dict[str, str]:
    told = {name: one_line(_string(person, name))[:100] for name in ("language", "time_zone", "location")}
    return {name: value for name, value in told.items() if value}


def _part(file: _Dict, fetched: Fetched | None) -> tuple[Part | None, str]:
    name = one_line(_string(file, "name")).replace("/", "-")[:200]
    content_type = one_line(_string(file, "type"))[:100]
    if "data" in file:
        try:
            body = base64.b64decode(_string(file, "data"), validate=True)
        except (binascii.Error, ValueError) as error:
            raise CannotRead(_("The data of %(name)s are not Base64.") % {"name": name or "a file"}) from error
        return Part(name or "file", content_type or "application/octet-stream", body), ""
    url = _string(file, "url")
    if not url:
        raise CannotRead(_("A file needs “data” or “url”."))
    if fetched is None or fetched.problem:
        because = fetched.problem if fetched else _("it was not fetched")
        return None, _("The file %(name)s is missing: %(problem)s") % {"name": name or url, "problem": because}
    return Part(name or fetched.name or "file", content_type or fetched.content_type, fetched.body), ""


def _text(said: _Dict) -> str:
    text = _string(said, "text").strip()
    if len(text) > LONGEST_TEXT:
        raise CannotRead(_("The text is longer than %(count)d characters.") % {"count": LONGEST_TEXT})
    return text


def _object(said: _Dict, name: str) -> _Dict:
    found = said.get(name)
    if not isinstance(found, dict):
        raise CannotRead(_("“%(name)s” has to be an object.") % {"name": name})
    return found


def _name(said: _Dict, name: str, *, needed: bool = True) -> str:
    """What the system calls something: a string, or a whole number."""
    value = said.get(name)
    found = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if found is None and not needed:
        return ""
    if not isinstance(found, str) or found != one_line(found) or not (0 < len(found) <= names.LONGEST):
        reason = _("“%(name)s” has to be a string of 1 to %(count)d characters, without line breaks.")
        raise CannotRead(reason % {"name": name, "count": names.LONGEST})
    return found


def _string(said: _Dict, name: str) -> str:
    value = said.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise CannotRead(_("“%(name)s” has to be a string.") % {"name": name})
    return value


def _moment(said: _Dict, name: str) -> datetime | None:
    value = _string(said, name)
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("no time zone")
    except ValueError as error:
        reason = _("“%(name)s” has to be a moment such as 2026-11-30T09:15:00Z.")
        raise CannotRead(reason % {"name": name}) from error
    return moment
