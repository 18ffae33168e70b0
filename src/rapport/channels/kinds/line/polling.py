"""Nothing is fetched from LINE: now and then it is looked whether LINE still pushes here."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.errors import CannotConnect
from rapport.channels.kinds.line.api import Refusal
from rapport.channels.kinds.line.checking import ensure
from rapport.channels.kinds.line.sending import explained
from rapport.channels.seam import Poll, Waiting
from rapport.kit import clock
from rapport.kit.http import HttpProblem

_LOOK_EVERY = 600


class Registration(Poll):
    def __init__(self, settings: Mapping[str, Any], position: Mapping[str, Any]) -> None:
        self._settings = settings
        self._position = {name: position[name] for name in ("url", "looked_at") if name in position}

    def waiting(self) -> Sequence[Waiting]:
        now, url = clock.now().timestamp(), str(self._settings.get("push_url") or "")
        is_same = self._position.get("url") == url
        if not url.startswith("https://") or (
            is_same and 0 <= now - float(self._position.get("looked_at") or 0) < _LOOK_EVERY
        ):
            return ()
        try:
            is_on = ensure(self._settings, url)
        except Refusal as refusal:
            raise CannotConnect(explained(refusal, "").reason, at_once=refusal.status == 401) from refusal
        except HttpProblem as error:
            raise CannotConnect(str(error)) from error
        if not is_on:
            raise CannotConnect(_("Switch on “Use webhook” at developers.line.biz, Messaging API."), at_once=True)
        self._position = {"url": url, "looked_at": now}
        return ()

    def done(self, items: Sequence[Waiting]) -> Mapping[str, Any]:
        return dict(self._position)

    def close(self) -> None:
        """Each call is a connection of its own."""
