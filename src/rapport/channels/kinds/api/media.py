"""Fetching the files that a push names by their addresses, so that they are there when the system forgets them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext as _

from rapport.channels.errors import CannotRead
from rapport.channels.kinds.api.reading import files_in, pushed
from rapport.channels.parcels import Fetched
from rapport.kit import http

LARGEST_FILE = 25 * 1024 * 1024
_TRIES = 2


def files_of(push: bytes) -> list[Fetched]:
    """Every file that has to be fetched; one that cannot be had says why and does not hold up its message."""
    try:
        said = pushed(push)
        named = files_in(said) if said.get("type") == "message" else []
    except CannotRead:
        # Reading says what is wrong with it.
        return []
    wanted = [(str(number), each) for number, each in enumerate(named) if "data" not in each and each.get("url")]
    return [_fetched(key, each) for key, each in wanted]


def _fetched(key: str, file: Mapping[str, Any]) -> Fetched:
    url, problem = str(file["url"]), ""
    for _try in range(_TRIES):
        try:
            answer = http.fetch("GET", url, seconds=60, largest=LARGEST_FILE)
        except http.TooLarge:
            return Fetched(key, problem=_("it is larger than 25 MB."))
        except http.Refused as error:
            return Fetched(key, problem=str(error))
        except http.HttpProblem as error:
            problem = str(error)
            continue
        if answer.status_code == 200:
            kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
            return Fetched(key, _name_in(url), kind[:100] or "application/octet-stream", answer.content)
        problem = _("its server answered %(status)d.") % {"status": answer.status_code}
        if answer.status_code < 500:
            break
    return Fetched(key, problem=problem)


def _name_in(url: str) -> str:
    return unquote(urlsplit(url).path.rpartition("/")[2])[:200]
