"""Fetching the files that an update only names, so that they are there when Telegram forgets them."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.kinds.telegram import contents
from rapport.channels.kinds.telegram.api import LARGEST_DOWNLOAD, Refusal, call, download
from rapport.channels.kinds.telegram.contents import Wanted
from rapport.channels.parcels import Fetched
from rapport.kit.http import HttpProblem, TooLarge

_TRIES = 2


def files_of(update: Mapping[str, Any], settings: Mapping[str, Any]) -> list[Fetched]:
    """The file that this update names, if any; one that cannot be had says why and does not hold up the message."""
    message = update.get("message")
    if not isinstance(message, dict) or (message.get("chat") or {}).get("type") != "private":
        return []
    try:
        found = contents.wanted(message)
    except (KeyError, TypeError, ValueError, AttributeError):
        # Reading says what is wrong with it.
        return []
    return [_fetched(found, settings)] if found else []


def _fetched(found: Wanted, settings: Mapping[str, Any]) -> Fetched:
    too_large = _("it is larger than the 20 MB that Telegram hands over. Ask for it by mail.")
    problem = too_large if found.size > LARGEST_DOWNLOAD and not settings.get("api") else ""
    for _try in range(0 if problem else _TRIES):
        try:
            path = call(settings, "getFile", file_id=found.key)["file_path"]
            return Fetched(found.key, found.name, found.content_type, download(settings, path))
        except Refusal as refusal:
            problem = too_large if "too big" in refusal.said else refusal.said
        except TooLarge:
            problem = too_large
        except (HttpProblem, KeyError, TypeError) as error:
            problem = str(error)
    return Fetched(found.key, found.name, found.content_type, problem=problem)
