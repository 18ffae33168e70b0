"""The Bot API: one call, and how it says no.

Bot API 7.9, https://core.telegram.org/bots/api#making-requests: an answer is {"ok": true, "result": ...} or
{"ok": false, "error_code": 429, "description": "...", "parameters": {"retry_after": 5}}.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from rapport.kit import http

API = "https://api.telegram.org"
# Telegram hands over no larger file, unless the company runs a Bot API server of its own.
LARGEST_DOWNLOAD = 20 * 1024 * 1024
UPDATES = ("message", "edited_message", "message_reaction", "my_chat_member")


class Refusal(Exception):
    """Telegram answered no."""

    def __init__(self, code: int, said: str, retry_after: int = 0) -> None:
        super().__init__(said)
        self.code, self.said, self.retry_after = code, said, retry_after


def bot_of(settings: Mapping[str, Any]) -> str:
    """The number of the bot, which is what its token begins with."""
    return str(settings.get("token") or "").partition(":")[0]


def call(
    settings: Mapping[str, Any],
    method: str,
    *,
    seconds: float = 15,
    files: Mapping[str, http.File] | None = None,
    **given: Any,
) -> Any:
    """One method of the Bot API. Raises Refusal and HttpProblem; neither of them holds the token."""
    said: dict[str, Any] = {"json": given}
    if files:
        said = {"form": {name: _field(value) for name, value in given.items()}, "files": files}
    try:
        answer = http.fetch("POST", f"{_base(settings)}/bot{settings.get('token')}/{method}", seconds=seconds, **said)
    except http.Refused as error:
        raise http.Refused(_without_token(str(error), settings)) from error
    try:
        told = answer.json()
        if told["ok"]:
            return told["result"]
        after = told.get("parameters", {}).get("retry_after", 0)
        raise Refusal(int(told.get("error_code", answer.status_code)), str(told.get("description", "")), int(after))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refusal(answer.status_code if answer.status_code >= 400 else 502, "no answer of the Bot API") from error


def download(settings: Mapping[str, Any], path: str) -> bytes:
    """What getFile named. Raises Refusal and HttpProblem."""
    url = f"{_base(settings)}/file/bot{settings.get('token')}/{quote(path)}"
    try:
        answer = http.fetch("GET", url, seconds=60, largest=LARGEST_DOWNLOAD)
    except http.Refused as error:
        raise http.Refused(_without_token(str(error), settings)) from error
    if answer.status_code != 200:
        raise Refusal(answer.status_code, f"the file cannot be had ({answer.status_code})")
    return answer.content


def _base(settings: Mapping[str, Any]) -> str:
    return str(settings.get("api") or API).rstrip("/")


def _field(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _without_token(words: str, settings: Mapping[str, Any]) -> str:
    return words.replace(str(settings.get("token")), "…")
