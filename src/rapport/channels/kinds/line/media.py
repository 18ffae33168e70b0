"""Fetching what a message only names, and keeping the word by which it is marked as read."""

from collections.abc import Mapping
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext as _

from rapport.channels.errors import CannotConnect
from rapport.channels.kinds.line.api import Refusal, download
from rapport.channels.kinds.line.reading import FILES, name_of
from rapport.channels.parcels import Fetched
from rapport.kit import clock
from rapport.kit.http import HttpProblem, TooLarge, fetch

_LARGEST = 50 * 1024 * 1024
_TRIES = 2
# LINE prepares films for a while; then it is asked no more.
_PREPARING_SECONDS = 60
_REMEMBERED = 30 * 24 * 3600


def files_of(told: Mapping[str, Any], settings: Mapping[str, Any]) -> list[Fetched]:
    """The files that this push names; one that cannot be had says why. Raises CannotConnect: not ready yet."""
    found = []
    for event in told["events"]:
        message = event.get("message") if isinstance(event, dict) and event.get("type") == "message" else None
        source = event.get("source") if isinstance(event, dict) else None
        is_from_person = isinstance(source, dict) and source.get("type") == "user"
        if isinstance(message, dict) and message.get("type") in FILES and message.get("id") and is_from_person:
            found.append(_fetched(message, int(event.get("timestamp") or 0) / 1000, settings))
    return found


def remember_read_tokens(told: Mapping[str, Any]) -> None:
    for event in told["events"]:
        message = event.get("message") if isinstance(event, dict) else None
        token = message.get("markAsReadToken") if isinstance(message, dict) else None
        if token and isinstance(message, dict):
            cache.set(_kept_as(name_of(message.get("id"))), str(token), _REMEMBERED)


def read_token(external_id: str) -> str:
    return str(cache.get(_kept_as(external_id)) or "")


def _kept_as(external_id: str) -> str:
    return f"read:{external_id}"


def _fetched(message: Mapping[str, Any], sent_at: float, settings: Mapping[str, Any]) -> Fetched:
    key = str(message["id"])
    usual, suffix = FILES[message["type"]]
    name = str(message.get("fileName") or f"{message['type']}-{key}.{suffix}")
    problem = ""
    for _try in range(_TRIES):
        try:
            body, content_type = _content(message, settings)
        except TooLarge:
            problem = _("it is larger than 50 MB.")
            break
        except (Refusal, HttpProblem) as error:
            problem = str(error)
        else:
            if body is not None:
                is_told = "/" in content_type and content_type != "application/octet-stream"
                return Fetched(key, name, content_type if is_told else usual, body)
            if clock.now().timestamp() - sent_at < _PREPARING_SECONDS:
                raise CannotConnect(_("LINE still prepares a file."))
            problem = _("LINE did not have it ready.")
    return Fetched(key, name, problem=problem)


def _content(message: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[bytes | None, str]:
    """None while it is not ready."""
    provider = message.get("contentProvider") or {}
    if provider.get("type") == "external":
        answer = fetch("GET", str(provider.get("originalContentUrl")), seconds=60, largest=_LARGEST)
        if answer.status_code != 200:
            raise Refusal(answer.status_code, _("its address answers with %(status)d") % {"status": answer.status_code})
    else:
        answer = download(settings, str(message["id"]), _LARGEST)
    content_type = answer.headers.get("content-type", "").partition(";")[0].strip()
    return (None if answer.status_code == 202 else answer.content), content_type
