"""LINE played on this machine: one Official Account, one person."""

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from rapport.channels.kinds.line.pushing import SIGNATURE, signed
from rapport.channels.simulating import Asked, Heard, Push, Said, SentFile, Simulator
from rapport.kit import clock

BOT = "Udeadbeefdeadbeefdeadbeefdeadbeef"
PERSON = "U4af4980629f0a1b2c3d4e5f60718293a"
SETTINGS = {
    "address": "@lampwright",
    "channel_secret": "0123456789abcdef0123456789abcdef",
    "channel_token": "token-of-the-account",
}
_KINDS = {"image": "image", "audio": "audio", "video": "video"}


def _no(status: int, said: str) -> Said:
    return Said({"message": said}, status=status)


class LineSimulator(Simulator):
    failures: ClassVar[Mapping[str, Said]] = {
        "permanent": _no(400, "The property, 'to', in the request body is invalid (line: -, column: -)"),
        "temporary": _no(500, "Internal Server Error"),
        "too_many": _no(429, "The API rate limit has been exceeded. Try again later."),
    }

    def __init__(self) -> None:
        super().__init__()
        self.webhook: dict[str, Any] = {}
        self.is_on = True
        # What a test of the webhook finds.
        self.is_reached = True
        self.quota, self.used = 200, 0
        self.loading: list[Any] = []
        self.read: list[str] = []
        self.is_preparing = False
        self._files: dict[str, SentFile] = {}
        self._taken: dict[str, str] = {}
        self._numbers = 444573844083572737

    def settings(self, api: str) -> Mapping[str, Any]:
        self.channel_settings = {**SETTINGS, "api": api}
        return self.channel_settings

    def says(self, text: str, files: Sequence[SentFile] = ()) -> Sequence[Push]:
        spoken: list[dict[str, Any]] = [{"type": "text", "text": text}] if text else []
        for file in files:
            kind = _KINDS.get(file.content_type.partition("/")[0], "file")
            number = self._number()
            self._files[number] = file
            named = {"fileName": file.name, "fileSize": len(file.body)} if kind == "file" else {}
            spoken.append({"type": kind, "id": number, "contentProvider": {"type": "line"}, **named})
        return [self.tells(*({"type": "message", "message": self._message(each)} for each in spoken))] if spoken else []

    def tells(self, *events: Mapping[str, Any]) -> Push:
        """One push, which may bring several events."""
        told = [
            {
                "webhookEventId": secrets.token_hex(13).upper(),
                "deliveryContext": {"isRedelivery": False},
                "timestamp": int(clock.now().timestamp() * 1000),
                "source": {"type": "user", "userId": PERSON},
                "mode": "active",
                **event,
            }
            for event in events
        ]
        return self.pushes({"destination": BOT, "events": told})

    def pushes(self, told: Mapping[str, Any]) -> Push:
        body = json.dumps(told, ensure_ascii=False).encode()
        secret = str(self.channel_settings["channel_secret"])
        return Push(body, {SIGNATURE: signed(body, secret), "Content-Type": "application/json"})

    def sends(self, asked: Asked) -> bool:
        return asked.path == "/v2/bot/message/push"

    def answers(self, asked: Asked) -> tuple[Said, Sequence[Push]]:
        if asked.headers.get("authorization") != f"Bearer {SETTINGS['channel_token']}":
            return _no(
                401, "Authentication failed. Confirm that the access token in the authorization header is valid."
            ), ()
        if asked.path.endswith("/content"):
            return self._file(asked.path.split("/")[-2]), ()
        match asked.path.removeprefix("/v2/bot/"):
            case "message/push":
                return self._hear(asked), ()
            case "chat/loading/start":
                self.loading.append(asked.json)
                return Said({}, status=202), ()
            case "chat/markAsRead":
                self.read.append(asked.json["markAsReadToken"])
                return Said({}), ()
        return self._about_the_account(asked), ()

    def _about_the_account(self, asked: Asked) -> Said:
        match asked.path.removeprefix("/v2/bot/"):
            case "info":
                return Said({"userId": BOT, "basicId": "@lampwright", "displayName": "Lampwright", "chatMode": "bot"})
            case path if path == f"profile/{PERSON}":
                return Said({"userId": PERSON, "displayName": self.person, "language": "ja"})
            case "channel/webhook/endpoint" if asked.method == "PUT":
                self.webhook = {"endpoint": asked.json["endpoint"]}
                return Said({})
            case "channel/webhook/endpoint" if self.webhook:
                return Said({**self.webhook, "active": self.is_on})
            case "channel/webhook/test":
                reason = "OK" if self.is_reached else "COULD_NOT_CONNECT"
                return Said({"success": self.is_reached, "statusCode": 200, "reason": reason, "detail": ""})
            case "message/quota":
                return Said({"type": "limited", "value": self.quota})
            case "message/quota/consumption":
                return Said({"totalUsage": self.used})
        return _no(404, "Not found")

    def _message(self, said: Mapping[str, Any]) -> dict[str, Any]:
        number = str(said.get("id") or self._number())
        return {"id": number, "quoteToken": "q", "markAsReadToken": f"read-{number}", **said}

    def _file(self, number: str) -> Said:
        if self.is_preparing:
            return Said(b"", status=202)
        file = self._files.get(number)
        return Said(file.body, headers={"Content-Type": file.content_type}) if file else _no(404, "Not found")

    def _hear(self, asked: Asked) -> Said:
        once = asked.headers.get("x-line-retry-key", "")
        if once and once in self._taken:
            told = {"message": "The retry key is already accepted", "sentMessages": [{"id": self._taken[once]}]}
            return Said(told, status=409, headers={"x-line-accepted-request-id": "123e4567"})
        if asked.json["to"] != PERSON:
            return _no(400, "The property, 'to', in the request body is invalid (line: -, column: -)")
        if self.used >= self.quota:
            return _no(429, "You have reached your monthly limit.")
        self.used += 1
        sent = []
        for each in asked.json["messages"]:
            sent.append({"id": self._number(), "quoteToken": "q"})
            self._show(each, sent[-1]["id"])
        self._taken[once] = sent[0]["id"]
        return Said({"sentMessages": sent})

    def _show(self, told: Mapping[str, Any], number: str) -> None:
        """A picture is fetched by its address as LINE does it; here the test stands for the open internet."""
        if told["type"] == "text":
            self.heard.put(Heard(told["text"], id=number))
        else:
            self.heard.put(Heard(told["originalContentUrl"], id=number))

    def _number(self) -> str:
        self._numbers += 1
        return str(self._numbers)
