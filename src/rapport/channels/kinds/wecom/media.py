"""Fetching what a message only names; WeCom keeps it for three days."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.kinds.wecom.api import api_of
from rapport.channels.parcels import Fetched
from rapport.channels.tencent import Refusal
from rapport.kit.http import HttpProblem, TooLarge

_LARGEST = 50 * 1024 * 1024
_TRIES = 2
_USUAL = {
    "image": ("image/jpeg", "jpg"),
    "voice": ("audio/amr", "amr"),
    "video": ("video/mp4", "mp4"),
    "file": ("application/octet-stream", "bin"),
}


def files_of(told: Mapping[str, Any], settings: Mapping[str, Any]) -> list[Fetched]:
    """The file that this message names, if any; one that cannot be had says why."""
    kind = str(told.get("msgtype") or "")
    named = told.get(kind)
    media_id = str(named.get("media_id") or "") if kind in _USUAL and isinstance(named, dict) else ""
    if not media_id:
        return []
    usual, suffix = _USUAL[kind]
    name = f"{kind}-{str(told.get('msgid', ''))[:12]}.{suffix}"
    problem = ""
    for _try in range(_TRIES):
        try:
            body, content_type, told_name = api_of(settings).download(media_id, _LARGEST)
        except TooLarge:
            problem = _("it is larger than 50 MB.")
            break
        except (Refusal, HttpProblem, KeyError, ValueError) as error:
            problem = str(error)
        else:
            is_told = "/" in content_type and content_type != "application/octet-stream"
            return [Fetched(media_id, told_name or name, content_type if is_told else usual, body)]
    return [Fetched(media_id, name, problem=problem)]
