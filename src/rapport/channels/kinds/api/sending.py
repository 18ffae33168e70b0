"""Pushing what we answer to the company's system, signed as Standard Webhooks has it, and what its answers mean.

A push that is tried again carries the same `webhook-id`, so a system that drops what it has seen gets it once.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

import httpx
from django.utils.translation import gettext as _

from rapport.channels.errors import CannotDeliver
from rapport.channels.kinds.api import names
from rapport.channels.types import Address, Outgoing, Part, Receipt, Undelivered
from rapport.kit import clock, http
from rapport.kit import standard_webhooks as webhooks

_Dict = Mapping[str, Any]
_SECONDS = 30


def secrets_in(settings: _Dict) -> list[str]:
    """Those that are good, the present one first."""
    return [str(settings[name]) for name in ("secret", "earlier_secret") if settings.get(name)]


def send(message: Outgoing, settings: _Dict) -> Receipt:
    """Raises CannotDeliver."""
    if not message.to:
        raise CannotDeliver(_("There is nobody to send this to."), permanent=True)
    own, person = message.external_id or message.once, message.to[0]
    said = {
        "type": "message",
        "id": own,
        "person": {"id": names.outside(person.address), "name": person.name},
        "conversation": names.outside(message.exchange) if message.exchange else None,
        "author": {"name": message.sender.name, "is_automatic": message.is_automatic},
        "text": message.text,
        "in_reply_to": names.as_they_call_it(message.in_reply_to) or None,
        "files": [_file(part) for part in message.parts],
        "sent_at": clock.now().isoformat(timespec="seconds"),
    }
    answer = push(said, settings, key=message.once or own, about=person.address)
    theirs = _id_in(answer)
    return Receipt(names.of_message(str(settings.get("address") or ""), theirs) if theirs else own)


def change(person: Address, provider_id: str, text: str, settings: _Dict) -> None:
    """Raises CannotDeliver."""
    _tell_of("edit", person, provider_id, settings, text=text)


def take_back(person: Address, provider_id: str, settings: _Dict) -> None:
    """Raises CannotDeliver."""
    _tell_of("delete", person, provider_id, settings)


def _tell_of(what: str, person: Address, provider_id: str, settings: _Dict, **more: str) -> None:
    moment = clock.now()
    own = f"{what}-{names.as_they_call_it(provider_id)}-{int(moment.timestamp() * 1000)}"
    said = {
        "type": what,
        "id": own,
        "message": names.as_they_call_it(provider_id),
        "person": {"id": names.outside(person.address), "name": person.name},
        **more,
        "at": moment.isoformat(timespec="seconds"),
    }
    push(said, settings, key=own, about=person.address)


def push(said: _Dict, settings: _Dict, *, key: str, about: str = "") -> httpx.Response:
    """One signed POST. Raises CannotDeliver."""
    url = str(settings.get("url") or "")
    if not url:
        reason = _("This channel has no address to send answers to. An administrator enters one in Settings, Channels.")
        raise CannotDeliver(reason, permanent=True)
    body = json.dumps(said, ensure_ascii=False).encode()
    headers = webhooks.headers(secrets_in(settings), key=key, at=clock.now(), body=body)
    try:
        answer = http.fetch("POST", url, content=body, headers=headers, seconds=_SECONDS, follow_redirects=False)
    except http.HttpProblem as error:
        raise CannotDeliver(str(error), permanent=False) from error
    if not answer.is_success:
        raise _explained(answer, about)
    return answer


def _explained(answer: httpx.Response, about: str) -> CannotDeliver:
    status, (code, words) = answer.status_code, _refusal_in(answer)
    said = words or str(status)
    if status == 429:
        return CannotDeliver(_("The other system wants fewer messages for now."), permanent=False, too_many=True)
    if status in (408, 409, 425) or status >= 500:
        reason = _("The other system is out of order: %(said)s") % {"said": said}
        return CannotDeliver(reason, permanent=False)
    if status < 400:
        reason = _("The other system sends pushes elsewhere. An administrator enters the address that they end at.")
        return CannotDeliver(reason, permanent=False)
    if status in (401, 403):
        reason = _("The other system does not accept our signature. An administrator compares the secrets.")
        return CannotDeliver(reason, permanent=False)
    if code == "unreachable":
        gone = Undelivered(about, "", said, is_final=True)
        reason = _("This person cannot be reached there: %(said)s Write to them another way.") % {"said": said}
        return CannotDeliver(reason, permanent=True, undelivered=(gone,))
    if status in (404, 405, 410):
        reason = _("Nothing takes pushes at %(url)s. An administrator corrects it in Settings, Channels.")
        return CannotDeliver(reason % {"url": answer.url}, permanent=False)
    return CannotDeliver(_("The other system did not take it: %(said)s") % {"said": said}, permanent=True)


def _refusal_in(answer: httpx.Response) -> tuple[str, str]:
    """The `code` and the `error` that its body may say."""
    try:
        told = answer.json()
        return str(told.get("code") or ""), str(told.get("error") or "")[:300]
    except (ValueError, AttributeError):
        return "", ""


def _id_in(answer: httpx.Response) -> str:
    """What the system calls the message, if it says so."""
    try:
        found = answer.json().get("id")
    except (ValueError, AttributeError):
        return ""
    return str(found)[: names.LONGEST] if isinstance(found, str | int) and not isinstance(found, bool) else ""


def _file(part: Part) -> dict[str, Any]:
    data = base64.b64encode(part.body).decode()
    return {"name": part.name, "type": part.content_type, "size": len(part.body), "data": data}
