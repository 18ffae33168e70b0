"""Fetching what a message only names; WeChat keeps it for three days."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.errors import CannotRead
from rapport.channels.kinds.wechat.api import api_of
from rapport.channels.kinds.wechat.reading import wanted
from rapport.channels.parcels import Fetched
from rapport.channels.tencent import Refusal, fields
from rapport.kit.http import HttpProblem, TooLarge, fetch

_LARGEST = 20 * 1024 * 1024
_TRIES = 2
_USUAL = {"image": "image/jpeg", "voice": "audio/amr", "video": "video/mp4"}


def files_of(push: bytes, settings: Mapping[str, Any]) -> list[Fetched]:
    """The file that this message names, if any; one that cannot be had says why."""
    try:
        told = fields(push)
    except CannotRead:
        # Reading says so.
        return []
    media_id, name, what = wanted(told)
    if not media_id:
        return []
    problem = ""
    for _try in range(_TRIES):
        try:
            body, content_type, _told_name = api_of(settings).download(media_id, _LARGEST)
        except TooLarge:
            problem = _("it is larger than 20 MB.")
            break
        except (Refusal, HttpProblem, KeyError, ValueError) as error:
            problem = str(error)
        else:
            return [Fetched(media_id, name, _kind(content_type, what), body)]
    # Accounts that are not verified may not fetch files; of a picture they are told a public address as well.
    picture = _picture(told.get("PicUrl", ""))
    if picture:
        return [Fetched(media_id, name, "image/jpeg", picture)]
    return [Fetched(media_id, name, problem=problem)]


def _kind(content_type: str, what: str) -> str:
    return content_type if content_type.startswith(("image/", "audio/", "video/")) else _USUAL[what]


def _picture(address: str) -> bytes:
    if not address:
        return b""
    try:
        answer = fetch("GET", address, seconds=30, largest=_LARGEST)
    except HttpProblem:
        return b""
    return answer.content if answer.status_code == 200 else b""
