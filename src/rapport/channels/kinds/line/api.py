"""The Messaging API: calls and refusals. https://developers.line.biz/en/reference/messaging-api/"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from rapport.kit import http

API = "https://api.line.me"
# Files are kept at a host of their own.
DATA = "https://api-data.line.me"


class Refusal(Exception):
    """LINE answered no: the status, what it said, and whether a repeated request had been taken before."""

    def __init__(self, status: int, said: str, *, was_taken: bool = False) -> None:
        super().__init__(said)
        self.status, self.said, self.was_taken = status, said, was_taken


def call(
    settings: Mapping[str, Any],
    method: str,
    path: str,
    said: Mapping[str, Any] | None = None,
    *,
    once: str = "",
    seconds: float = 15,
) -> dict[str, Any]:
    """With `once`, a UUID, LINE does the same thing once within a day. Raises Refusal and HttpProblem."""
    headers = {**_proof(settings), **({"X-Line-Retry-Key": once} if once else {})}
    url = f"{_base(settings)}{path}"
    answer = http.fetch(method, url, headers=headers, json=said, seconds=seconds)
    told = _read(answer)
    if answer.status_code >= 300:
        was_taken = answer.status_code == 409 and "x-line-accepted-request-id" in answer.headers
        raise Refusal(answer.status_code, _explained(told), was_taken=was_taken)
    return told


def download(settings: Mapping[str, Any], message_id: str, largest: int) -> httpx.Response:
    """A file that somebody sent; status 202 while LINE still prepares it. Raises Refusal and HttpProblem."""
    base = _base(settings)
    url = f"{DATA if base == API else base}/v2/bot/message/{quote(message_id, safe='')}/content"
    answer = http.fetch("GET", url, headers=_proof(settings), seconds=60, largest=largest)
    if answer.status_code not in (200, 202):
        raise Refusal(answer.status_code, _explained(_read(answer)))
    return answer


def _base(settings: Mapping[str, Any]) -> str:
    return str(settings.get("api") or API).rstrip("/")


def _proof(settings: Mapping[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {settings.get('channel_token')}"}


def _read(answer: httpx.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _explained(told: Mapping[str, Any]) -> str:
    details = [str(each.get("message", "")) for each in told.get("details") or () if isinstance(each, dict)]
    return " ".join([str(told.get("message") or "no reason given"), *details])
