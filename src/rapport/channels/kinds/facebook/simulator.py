"""The Messenger Platform played on this machine, with one person who uses Messenger, or Instagram."""

import itertools
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from rapport.channels.graph import signature
from rapport.channels.simulating import Asked, Heard, Push, Said, SentFile, Simulator

_PAGE_ID, _INSTAGRAM_ID, _APP_ID = "1906385232743451", "17841405309211844", "670843887433847"
_PERSON_ID = "6238401096248111"
_SORTS = ("image", "audio", "video")


def _refusal(code: int, subcode: int, said: str, status: int = 400) -> Said:
    error = {"message": f"(#{code}) {said}", "type": "OAuthException", "code": code, "fbtrace_id": "A1"}
    return Said({"error": {**error, **({"error_subcode": subcode} if subcode else {})}}, status)


class FacebookSimulator(Simulator):
    """It delivers what it takes and reads it at once; `refuses` makes it say no, by code and subcode."""

    token: ClassVar[str] = "EAAP-simulated"  # noqa: S105  # of nobody
    app_secret: ClassVar[str] = "simulated-app-secret"  # noqa: S105  # of nobody

    failures: ClassVar[Mapping[str, Said]] = {
        "permanent": _refusal(10, 2018278, "This message is sent outside of allowed window."),
        "temporary": _refusal(1200, 0, "Temporary send message failure. Please try again later.", 500),
        "too_many": _refusal(613, 0, "Calls to this API have exceeded the rate limit."),
    }

    def __init__(self, *, on_instagram: bool = False) -> None:
        super().__init__()
        self.on_instagram = on_instagram
        self.refuses: list[tuple[int, int]] = []
        self.asked: list[Asked] = []
        # The app's callback address by product, and what people saw without a word.
        self.webhooks: dict[str, str] = {}
        self.actions: list[str] = []
        self.media: dict[str, SentFile] = {}
        self._numbers = itertools.count(1)

    def settings(self, api: str) -> Mapping[str, Any]:
        return {
            "address": "Lampwright",
            "page_id": _PAGE_ID,
            "instagram_id": _INSTAGRAM_ID,
            "token": self.token,
            "app_id": _APP_ID,
            "app_secret": self.app_secret,
            "human_agent": True,
            "verify_token": "simulated-verify-token",
            "api": f"{api}/v26.0",
        }

    def says(self, text: str, files: Sequence[SentFile] = ()) -> Sequence[Push]:
        message: dict[str, Any] = {"mid": self._mid()}
        if text:
            message["text"] = text
        if files:
            message["attachments"] = [self._attachment(file) for file in files]
        return [self.push({"message": message})]

    def push(self, event: Mapping[str, Any], *, by_us: bool = False) -> Push:
        """What Meta pushes of the person, or of us, signed."""
        ours = _INSTAGRAM_ID if self.on_instagram else _PAGE_ID
        sender, recipient = (ours, _PERSON_ID) if by_us else (_PERSON_ID, ours)
        whole = {
            "sender": {"id": sender},
            "recipient": {"id": recipient},
            "timestamp": int(time.time() * 1000),
            **event,
        }
        entry = {"id": ours, "time": int(time.time() * 1000), "messaging": [whole]}
        told = {"object": "instagram" if self.on_instagram else "page", "entry": [entry]}
        body = json.dumps(told, ensure_ascii=False).encode()
        return Push(body, {"X-Hub-Signature-256": signature(body, self.app_secret), "Content-Type": "application/json"})

    def sends(self, asked: Asked) -> bool:
        return asked.path.endswith("/messages") and "sender_action" not in asked.json

    def answers(self, asked: Asked) -> tuple[Said, Sequence[Push]]:
        self.asked.append(asked)
        path = asked.path.removeprefix("/v26.0").strip("/").split("/")
        match (asked.method, path):
            # A file is there for whoever knows its address.
            case ("GET", ["files", key, _name]) if key in self.media:
                return Said(self.media[key].body, headers={"Content-Type": self.media[key].content_type}), ()
            case (method, [app, "subscriptions"]) if app == _APP_ID:
                return self._subscriptions(asked, method), ()
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return _refusal(190, 0, "Invalid OAuth access token.", 401), ()
        match (asked.method, path):
            case ("POST", [page, "messages"]) if page == _PAGE_ID:
                return self._take(asked.json)
            case ("POST", [page, "message_attachments"]) if page == _PAGE_ID:
                return self._upload(asked), ()
            case ("POST", [page, "subscribed_apps"]) if page == _PAGE_ID:
                return Said({"success": True}), ()
            case ("GET", [page]) if page == _PAGE_ID:
                told = {"name": "Lampwright", "id": _PAGE_ID, "instagram_business_account": {"id": _INSTAGRAM_ID}}
                return Said(told), ()
            case ("GET", [person]) if person == _PERSON_ID:
                return Said(self._profile(asked.query.get("fields", ""))), ()
        return _refusal(100, 33, f"Unsupported {asked.method} request. Object '{path[0]}' does not exist"), ()

    def _subscriptions(self, asked: Asked, method: str) -> Said:
        if asked.headers.get("authorization") != f"Bearer {_APP_ID}|{self.app_secret}":
            return _refusal(190, 0, "Invalid OAuth access token signature.")
        if method == "POST":
            self.webhooks[asked.json["object"]] = asked.json["callback_url"]
            return Said({"success": True})
        told = [{"object": name, "callback_url": url, "active": True} for name, url in self.webhooks.items()]
        return Said({"data": told})

    def _profile(self, fields: str) -> dict[str, str]:
        first, _, last = self.person.partition(" ")
        known = {"name": self.person, "username": "kim.park", "first_name": first, "last_name": last}
        return {"id": _PERSON_ID, **{field: known[field] for field in fields.split(",") if field in known}}

    def _take(self, message: Mapping[str, Any]) -> tuple[Said, Sequence[Push]]:
        if self.refuses:
            code, subcode = self.refuses.pop(0)
            return _refusal(code, subcode, "Refused by the simulator", 500 if code == 2 else 400), ()
        if message["recipient"]["id"] != _PERSON_ID:
            return _refusal(100, 2018001, "No matching user found"), ()
        told = {"recipient_id": _PERSON_ID}
        if "sender_action" in message:
            self.actions.append(str(message["sender_action"]))
            return Said(told), ()
        mid = self._mid()
        self.heard.put(self._heard(message["message"], mid))
        return Said({**told, "message_id": mid}), list(self._reports(message["message"], mid))

    def _heard(self, message: Mapping[str, Any], mid: str) -> Heard:
        if "text" in message:
            return Heard(str(message["text"]), id=mid)
        file = self.media[str(message["attachment"]["payload"]["attachment_id"])]
        return Heard("", ((file.name, file.body),), mid)

    def _reports(self, message: Mapping[str, Any], mid: str) -> Iterator[Push]:
        now = int(time.time() * 1000)
        yield self.push({"message": {**message, "mid": mid, "is_echo": True, "app_id": int(_APP_ID)}}, by_us=True)
        if self.on_instagram:
            yield self.push({"read": {"mid": mid}})
            return
        yield self.push({"delivery": {"mids": [mid], "watermark": now}})
        yield self.push({"read": {"watermark": now}})

    def _upload(self, asked: Asked) -> Said:
        file = asked.uploaded.get("filedata")
        if file is None or "attachment" not in json.loads(asked.uploaded["message"].body):
            return _refusal(100, 2018074, "(#100) Invalid attachment")
        key = str(next(self._numbers) + 1_000_000)
        self.media[key] = file
        return Said({"attachment_id": key})

    def _attachment(self, file: SentFile) -> dict[str, Any]:
        key = str(next(self._numbers) + 1_000_000)
        self.media[key] = file
        sort = file.content_type.partition("/")[0]
        url = f"{self.api}/v26.0/files/{key}/{file.name}"
        return {"type": sort if sort in _SORTS else "file", "payload": {"url": url}}

    def _mid(self) -> str:
        start = "aWdfZAG1faXRlbTo" if self.on_instagram else "m_"
        return f"{start}{int(time.time() * 1000)}S{next(self._numbers)}"
