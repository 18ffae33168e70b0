"""Asking Telegram for what is new, where it cannot call us; else seeing to it that it knows where to call."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rapport.channels.errors import CannotConnect
from rapport.channels.kinds.telegram import webhook
from rapport.channels.kinds.telegram.api import UPDATES, Refusal, bot_of, call
from rapport.channels.kinds.telegram.media import files_of
from rapport.channels.parcels import pack
from rapport.channels.seam import Poll, Waiting
from rapport.kit import clock
from rapport.kit.http import HttpProblem

_CHECK_EVERY = 600


class Update(Waiting):
    def __init__(self, update: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
        self.number = int(update["update_id"])
        self.key = f"update {self.number}"
        self._update, self._settings = update, settings

    def body(self) -> bytes:
        push = json.dumps({"bot": bot_of(self._settings), **self._update}, ensure_ascii=False).encode()
        files = files_of(self._update, self._settings)
        return pack(push, files) if files else push


class Updates(Poll):
    """Telegram forgets an update when the next one is asked for: it is stored here by then."""

    def __init__(self, settings: Mapping[str, Any], position: Mapping[str, Any]) -> None:
        self._settings = settings
        self._next = int(position.get("next") or 0)

    def waiting(self) -> Sequence[Waiting]:
        try:
            return [Update(each, self._settings) for each in self._ask()]
        except Refusal as refusal:
            raise CannotConnect(_explained(refusal), at_once=refusal.code in (401, 404)) from refusal
        except (HttpProblem, KeyError, TypeError, ValueError) as error:
            raise CannotConnect(str(error)) from error

    def _ask(self) -> Sequence[Mapping[str, Any]]:
        asked: dict[str, Any] = {"limit": 100, "timeout": 0, "allowed_updates": UPDATES}
        if self._next:
            asked["offset"] = self._next
        try:
            return list(call(self._settings, "getUpdates", **asked))
        except Refusal as refusal:
            if refusal.code != 409:
                raise
            if "webhook" in refusal.said:
                # It was pushed before, here or elsewhere; what waits there comes now.
                call(self._settings, "deleteWebhook", drop_pending_updates=False)
            # Else our own line, which waits for news, asked at the same moment: it waits a while now.
            return list(call(self._settings, "getUpdates", **asked))

    def done(self, items: Sequence[Waiting]) -> Mapping[str, Any]:
        self._next = max([self._next, *(item.number + 1 for item in items if isinstance(item, Update))])
        return {"next": self._next}

    def close(self) -> None:
        """Each call is a connection of its own."""


class Registration(Poll):
    """Fetches nothing: every ten minutes it looks whether Telegram still calls here, and reaches us."""

    def __init__(self, settings: Mapping[str, Any], position: Mapping[str, Any]) -> None:
        self._settings, self._position = settings, dict(position)

    def waiting(self) -> Sequence[Waiting]:
        now, url = clock.now().timestamp(), str(self._settings.get("push_url") or "")
        is_same = self._position.get("url") == url
        if not url or (is_same and 0 <= now - float(self._position.get("looked_at") or 0) < _CHECK_EVERY):
            return ()
        try:
            problem = webhook.ensure(self._settings, url)
        except Refusal as refusal:
            raise CannotConnect(_explained(refusal), at_once=refusal.code in (401, 404)) from refusal
        except HttpProblem as error:
            raise CannotConnect(str(error)) from error
        if problem:
            raise CannotConnect(problem)
        self._position |= {"url": url, "looked_at": now}
        return ()

    def done(self, items: Sequence[Waiting]) -> Mapping[str, Any]:
        return self._position

    def close(self) -> None:
        """Each call is a connection of its own."""


def _explained(refusal: Refusal) -> str:
    return webhook.explained(refusal)
