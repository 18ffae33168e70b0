"""The Cloud API played on this machine, with one person who has WhatsApp."""

import hashlib
import itertools
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from rapport.channels.graph import signature
from rapport.channels.simulating import Asked, Heard, Push, Said, SentFile, Simulator

_NUMBER_ID, _ACCOUNT_ID = "106540352242922", "102290129340398"
_NUMBER, _PERSON = "+15550783881", "16505551234"
_TEMPLATES = (
    {
        "name": "order_ready",
        "language": "en",
        "status": "APPROVED",
        "category": "UTILITY",
        "parameter_format": "POSITIONAL",
        "id": "1",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"},
            {"type": "BODY", "text": "Hello {{1}}, your order is ready from {{2}} on."},
            {"type": "FOOTER", "text": "Lampwright"},
            {
                "type": "BUTTONS",
                "buttons": [{"type": "URL", "text": "Look", "url": "https://lampwright.example/{{1}}"}],
            },
        ],
    },
    {
        "name": "we_are_back",
        "language": "de",
        "status": "APPROVED",
        "category": "MARKETING",
        "parameter_format": "NAMED",
        "id": "2",
        "components": [{"type": "BODY", "text": "Guten Tag {{first_name}}, wir sind zurück."}],
    },
    {
        "name": "with_a_picture",
        "language": "en",
        "status": "APPROVED",
        "category": "MARKETING",
        "id": "3",
        "components": [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Look at this."}],
    },
    {
        "name": "not_yet",
        "language": "en",
        "status": "PENDING",
        "category": "UTILITY",
        "id": "4",
        "components": [{"type": "BODY", "text": "Soon."}],
    },
)
_SORTS = {"image/jpeg": "image", "image/png": "image", "image/webp": "sticker"}


def _refusal(code: int, said: str, status: int = 400) -> Said:
    error = {"message": f"(#{code}) {said}", "type": "OAuthException", "code": code, "fbtrace_id": "A1"}
    return Said({"error": {**error, "error_data": {"messaging_product": "whatsapp", "details": said}}}, status)


class WhatsAppSimulator(Simulator):
    """It delivers what it takes and reads it at once; `refuses` and `fails` make it say no, now or afterwards."""

    token: ClassVar[str] = "EAAG-simulated"  # noqa: S105  # of nobody
    app_secret: ClassVar[str] = "simulated-app-secret"  # noqa: S105  # of nobody

    failures: ClassVar[Mapping[str, Said]] = {
        "permanent": _refusal(131047, "Message failed to send because more than 24 hours have passed"),
        "temporary": _refusal(131000, "Something went wrong", 500),
        "too_many": _refusal(130429, "Rate limit hit", 429),
    }

    def __init__(self) -> None:
        super().__init__()
        # Error codes: of the next answers to messages, and of reports on the next messages.
        self.refuses: list[int] = []
        self.fails: list[int] = []
        self.asked: list[Asked] = []
        self.is_subscribed = False
        self.webhook = ""
        self.templates: Sequence[Mapping[str, Any]] = _TEMPLATES
        self.media: dict[str, SentFile] = {}
        self._numbers = itertools.count(1)

    def settings(self, api: str) -> Mapping[str, Any]:
        return {
            "address": _NUMBER,
            "phone_number_id": _NUMBER_ID,
            "waba_id": _ACCOUNT_ID,
            "token": self.token,
            "app_secret": self.app_secret,
            "verify_token": "simulated-verify-token",
            "api": f"{api}/v26.0",
        }

    def says(self, text: str, files: Sequence[SentFile] = ()) -> Sequence[Push]:
        messages: list[dict[str, Any]] = []
        for file in files:
            key = str(next(self._numbers) + 1_000_000)
            self.media[key] = file
            sort = _SORTS.get(file.content_type) or file.content_type.partition("/")[0]
            sort = sort if sort in ("image", "video", "audio", "sticker") else "document"
            named = {"filename": file.name} if sort == "document" else {}
            digest = hashlib.sha256(file.body).hexdigest()
            told = {"id": key, "mime_type": file.content_type, "sha256": digest, **named}
            messages.append(self._message(sort, told))
        if text and messages and messages[0]["type"] in ("image", "video", "document"):
            messages[0][messages[0]["type"]]["caption"] = text
        elif text:
            messages.insert(0, self._message("text", {"body": text}))
        return [self.push({"contacts": [self._contact()], "messages": messages})]

    def push(self, value: Mapping[str, Any], *, field: str = "messages") -> Push:
        """What Meta pushes about the number, signed."""
        metadata = {"display_phone_number": _NUMBER.lstrip("+"), "phone_number_id": _NUMBER_ID}
        whole = {"messaging_product": "whatsapp", "metadata": metadata, **value}
        entry = {"id": _ACCOUNT_ID, "changes": [{"value": whole, "field": field}]}
        body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}, ensure_ascii=False).encode()
        signed = {"X-Hub-Signature-256": signature(body, self.app_secret), "Content-Type": "application/json"}
        return Push(body, signed)

    def sends(self, asked: Asked) -> bool:
        return asked.path.endswith("/messages") and asked.json.get("status") != "read"

    def answers(self, asked: Asked) -> tuple[Said, Sequence[Push]]:
        self.asked.append(asked)
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return _refusal(190, "Error validating access token: Session has expired", 401), ()
        match (asked.method, asked.path.removeprefix("/v26.0").strip("/").split("/")):
            case ("POST", [number, "messages"]) if number == _NUMBER_ID:
                return self._take(asked.json)
            case ("POST", [number, "media"]) if number == _NUMBER_ID:
                return self._upload(asked), ()
            case ("GET", ["files", key]) if key in self.media:
                return Said(self.media[key].body, headers={"Content-Type": self.media[key].content_type}), ()
            case (_, [owner, *rest]) if owner in (_NUMBER_ID, _ACCOUNT_ID):
                return self._tell(asked, owner, rest), ()
            case ("GET", [key]) if key in self.media:
                file = self.media[key]
                told = {
                    "url": f"{self.api}/v26.0/files/{key}",
                    "mime_type": file.content_type,
                    "file_size": len(file.body),
                }
                return Said({"messaging_product": "whatsapp", "id": key, **told}), ()
        return _refusal(100, f"Unsupported {asked.method} request. Object with ID '{asked.path}' does not exist"), ()

    def _tell(self, asked: Asked, owner: str, rest: Sequence[str]) -> Said:
        match (asked.method, owner, *rest):
            case ("GET", n) if n == _NUMBER_ID:
                webhook = {"webhook_configuration": {"phone_number": self.webhook} if self.webhook else {}}
                told = {"display_phone_number": "+1 555-078-3881", "verified_name": "Lampwright", "id": owner}
                return Said({**told, "quality_rating": "GREEN", **webhook})
            case ("POST", n) if n == _NUMBER_ID:
                self.webhook = str(asked.json["webhook_configuration"]["override_callback_uri"])
                return Said({"success": True})
            case ("GET", _, "message_templates"):
                named = asked.query.get("name")
                found = [each for each in self.templates if not named or each["name"] == named]
                return Said({"data": found, "paging": {"cursors": {"before": "a", "after": "b"}}})
            case ("GET", _, "subscribed_apps"):
                apps = [{"whatsapp_business_api_data": {"id": "670843887433847", "name": "Desk"}}]
                return Said({"data": apps if self.is_subscribed else []})
            case ("POST", _, "subscribed_apps"):
                self.is_subscribed = True
                return Said({"success": True})
        return _refusal(100, "Unsupported request")

    def _take(self, message: Mapping[str, Any]) -> tuple[Said, Sequence[Push]]:
        if message.get("status") == "read":
            return Said({"success": True}), ()
        if self.refuses:
            code = self.refuses.pop(0)
            return _refusal(code, "Refused by the simulator", 429 if code in (4, 80007, 130429, 131056) else 400), ()
        wamid = self._wamid()
        to = str(message.get("to") or "")
        self.heard.put(self._heard(message, wamid))
        told = {"messaging_product": "whatsapp", "contacts": [{"input": to, "wa_id": to}], "messages": [{"id": wamid}]}
        return Said(told), list(self._reports(wamid, to, message.get("biz_opaque_callback_data")))

    def _heard(self, message: Mapping[str, Any], wamid: str) -> Heard:
        sort = str(message["type"])
        told = message[sort]
        if sort == "text":
            return Heard(str(told["body"]), id=wamid)
        if sort == "template":
            values = [each["text"] for part in told.get("components", ()) for each in part["parameters"]]
            return Heard(" | ".join([str(told["name"]), *values]), id=wamid)
        file = self.media[str(told["id"])]
        return Heard(str(told.get("caption") or ""), ((str(told.get("filename") or file.name), file.body),), wamid)

    def _reports(self, wamid: str, to: str, opaque: object) -> Iterator[Push]:
        more = {"biz_opaque_callback_data": opaque} if opaque else {}
        if self.fails:
            code = self.fails.pop(0)
            error = {
                "code": code,
                "title": "Failed",
                "message": "Failed",
                "error_data": {"details": "By the simulator"},
            }
            yield self._status(wamid, to, "failed", {**more, "errors": [error]})
            return
        for state in ("sent", "delivered", "read"):
            yield self._status(wamid, to, state, more)

    def _status(self, wamid: str, to: str, state: str, more: Mapping[str, Any]) -> Push:
        told = {"id": wamid, "status": state, "timestamp": str(int(time.time())), "recipient_id": to, **more}
        return self.push({"statuses": [told]})

    def _upload(self, asked: Asked) -> Said:
        file = asked.uploaded.get("file")
        if file is None or asked.uploaded["messaging_product"].body != b"whatsapp":
            return _refusal(100, "(#100) The parameter file is required.")
        key = str(next(self._numbers) + 1_000_000)
        self.media[key] = file
        return Said({"id": key})

    def _message(self, sort: str, told: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "from": _PERSON,
            "id": self._wamid(),
            "timestamp": str(int(time.time())),
            "type": sort,
            sort: dict(told),
        }

    def _contact(self) -> dict[str, Any]:
        return {"profile": {"name": self.person}, "wa_id": _PERSON, "user_id": "US.13491208655302741918"}

    def _wamid(self) -> str:
        return f"wamid.{int(time.time() * 1000)}S{next(self._numbers)}"
