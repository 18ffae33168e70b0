"""A system of the company's own, played on this machine, with one person in it."""

import base64
import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from rapport.channels.simulating import Asked, Heard, Push, Said, SentFile, Simulator
from rapport.kit import clock
from rapport.kit import standard_webhooks as webhooks

SECRET = "whsec_cGxheWVkIG9uIHRoaXMgbWFjaGluZSBhbmQgbm93aGVyZSBlbHNl"  # noqa: S105  # opens nothing
PERSON = "u-17"


class ApiSimulator(Simulator):
    failures: ClassVar[Mapping[str, Said]] = {
        "permanent": Said({"error": "This account was closed.", "code": "unreachable"}, status=422),
        "temporary": Said({"error": "We are being updated."}, status=503),
        "too_many": Said({"error": "Slower, please."}, status=429),
    }

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[dict[str, Any]] = []
        self.refused = 0
        self._numbers = itertools.count(1)
        self._seen: set[str] = set()

    def settings(self, api: str) -> Mapping[str, Any]:
        self.channel_settings = {"address": "app", "url": f"{api}/rapport", "secret": SECRET}
        return self.channel_settings

    def says(self, text: str, files: Sequence[SentFile] = ()) -> Sequence[Push]:
        named = [
            {"name": file.name, "type": file.content_type, "data": base64.b64encode(file.body).decode()}
            for file in files
        ]
        return [self.tells({"type": "message", "person": self._person(), "text": text, "files": named})]

    def tells(self, said: Mapping[str, Any]) -> Push:
        """Something that happened there, signed."""
        key = f"m-{next(self._numbers)}"
        body = json.dumps({"id": key, **said}, ensure_ascii=False).encode()
        return Push(body, webhooks.headers([self._secret], key=f"push-{key}", at=clock.now(), body=body))

    def sends(self, asked: Asked) -> bool:
        return bool(asked.json.get("type") != "ping")

    def answers(self, asked: Asked) -> tuple[Said, Sequence[Push]]:
        try:
            key = webhooks.verify([self._secret], asked.headers, asked.body, now=clock.now())
        except webhooks.NotSigned as error:
            self.refused += 1
            return Said({"error": str(error)}, status=401), ()
        said = asked.json
        if key in self._seen:
            return Said({}), ()
        self._seen.add(key)
        self.asked.append(said)
        if said["type"] != "message":
            return Said({}), ()
        files = tuple((each["name"], base64.b64decode(each["data"])) for each in said["files"])
        theirs = f"theirs-{next(self._numbers)}"
        self.heard.put(Heard(said["text"], files, theirs))
        states = [{"type": "state", "message": said["id"], "state": state} for state in ("delivered", "read")]
        return Said({"id": theirs}, status=202), [self.tells(each) for each in states]

    @property
    def _secret(self) -> str:
        return str(self.channel_settings.get("secret") or SECRET)

    def _person(self) -> dict[str, Any]:
        return {"id": PERSON, "name": self.person, "email": "kim@studio.example", "email_verified": False}
