"""Asking for messages from the cursor on. https://developer.work.weixin.qq.com/document/path/94670"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rapport.channels.errors import CannotConnect
from rapport.channels.kinds.wecom import pushing
from rapport.channels.kinds.wecom.api import api_of
from rapport.channels.kinds.wecom.media import files_of
from rapport.channels.kinds.wecom.sending import MEANINGS, welcome
from rapport.channels.parcels import pack
from rapport.channels.seam import Poll, Waiting
from rapport.channels.tencent import Refusal
from rapport.kit import clock
from rapport.kit.http import HttpProblem

# Without the token of a callback one may ask seldom only; it is what finds a message whose callback was lost.
_UNASKED_EVERY = 300
_PAGE = 1000
_STALE_CALLBACK = 95007


class Message(Waiting):
    def __init__(self, told: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
        self.key = str(told["msgid"])
        self._told, self._settings = told, settings

    def body(self) -> bytes:
        welcome(self._told, self._settings)
        push = json.dumps(self._told, ensure_ascii=False).encode()
        files = files_of(self._told, self._settings)
        return pack(push, files) if files else push


class Messages(Poll):
    def __init__(self, settings: Mapping[str, Any], position: Mapping[str, Any]) -> None:
        self._settings = settings
        self._position = {name: position[name] for name in ("cursor", "looked_at", "bell") if name in position}
        self._bell = pushing.rung(settings)
        self._left: set[str] = set()
        self._next = ""
        self._is_more = self._is_due()

    def waiting(self) -> Sequence[Waiting]:
        while self._is_more:
            try:
                told = self._ask()
                self._next, self._is_more = str(told.get("next_cursor") or ""), bool(told.get("has_more"))
                items = [Message(each, self._settings) for each in told.get("msg_list") or ()]
            except Refusal as refusal:
                raise CannotConnect(MEANINGS.explained(refusal, "").reason) from refusal
            except (HttpProblem, KeyError, TypeError, ValueError) as error:
                raise CannotConnect(str(error)) from error
            self._left = {item.key for item in items}
            if items:
                return items
            self._move()
        return ()

    def done(self, items: Sequence[Waiting]) -> Mapping[str, Any]:
        """The cursor moves when the last message before it is stored, not sooner."""
        self._left -= {item.key for item in items}
        if items and not self._left:
            self._move()
        return dict(self._position)

    def close(self) -> None:
        """Each call is a connection of its own."""

    def _is_due(self) -> bool:
        if self._bell and self._bell != self._position.get("bell"):
            return True
        since = clock.now().timestamp() - float(self._position.get("looked_at") or 0)
        return not 0 <= since < _UNASKED_EVERY

    def _ask(self) -> Mapping[str, Any]:
        asked = {"open_kfid": self._settings.get("open_kfid"), "limit": _PAGE, "voice_format": 0}
        asked |= {name: value for name, value in (("cursor", self._position.get("cursor")),) if value}
        api, token = api_of(self._settings), self._bell.partition(" ")[2]
        if token:
            try:
                return api.post("/cgi-bin/kf/sync_msg", {**asked, "token": token})
            except Refusal as refusal:
                if refusal.code != _STALE_CALLBACK:
                    raise
        return api.post("/cgi-bin/kf/sync_msg", asked)

    def _move(self) -> None:
        if self._next:
            self._position["cursor"] = self._next
        if not self._is_more:
            self._position |= {"looked_at": clock.now().timestamp(), "bell": self._bell}
