"""Telegram played on this machine: one bot, one person, the Bot API's own shapes."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import unquote

from rapport.channels.kinds.telegram.webhook import SECRET
from rapport.channels.simulating import Asked, Heard, Push, Said, SentFile, Simulator
from rapport.kit import clock

TOKEN = "7000000001:AAE-played-on-this-machine-and-nowhere-else"  # noqa: S105  # opens nothing
PERSON = 412345678
BOT = {"id": 7000000001, "is_bot": True, "first_name": "Lampwright", "username": "lampwright_bot"}
_MOST_DOWNLOADED = 20 * 1024 * 1024


def _yes(result: Any) -> Said:
    return Said({"ok": True, "result": result})


def _no(code: int, said: str, parameters: Mapping[str, Any] | None = None) -> Said:
    more = {"parameters": parameters} if parameters else {}
    return Said({"ok": False, "error_code": code, "description": said, **more}, status=code)


class TelegramSimulator(Simulator):
    failures: ClassVar[Mapping[str, Said]] = {
        "permanent": _no(403, "Forbidden: bot was blocked by the user"),
        "temporary": _no(502, "Bad Gateway"),
        "too_many": _no(429, "Too Many Requests: retry after 3", {"retry_after": 3}),
    }

    def __init__(self) -> None:
        super().__init__()
        self.webhook: dict[str, Any] = {"url": ""}
        self.updates: list[dict[str, Any]] = []
        self.deleted: list[int] = []
        self.typing = 0
        self.is_blocked = False
        # Answers "too many" so many times.
        self.too_many = 0
        self._files: dict[str, SentFile] = {}
        self._numbers = 100

    def settings(self, api: str) -> Mapping[str, Any]:
        self.channel_settings = {
            "address": f"@{BOT['username']}",
            "token": TOKEN,
            "way": "push",
            "api": api,
            "secret": "whistle-for-the-bot",
        }
        return self.channel_settings

    def says(self, text: str, files: Sequence[SentFile] = ()) -> Sequence[Push]:
        spoken = [{"text": text}] if not files else []
        for place, file in enumerate(files):
            spoken.append(self._file(file, text if place == 0 else ""))
        return [self.tells({"message": {**self._envelope(), **each}}) for each in spoken]

    def tells(self, news: Mapping[str, Any]) -> Push:
        """An update, pushed; it waits for getUpdates as well."""
        self._numbers += 1
        update = {"update_id": 870000000 + self._numbers, **news}
        self.updates.append(update)
        secret = str(self.webhook.get("secret_token") or self.channel_settings.get("secret") or "")
        return Push(_json(update), {SECRET: secret, "Content-Type": "application/json"})

    def answers(self, asked: Asked) -> tuple[Said, Sequence[Push]]:
        path = unquote(asked.path)
        if path.startswith(f"/file/bot{TOKEN}/"):
            file = self._files.get(path.rpartition("/")[2])
            return (Said(file.body, headers={"Content-Type": file.content_type}) if file else _no(404, "Not Found")), ()
        if not path.startswith(f"/bot{TOKEN}/"):
            return _no(401, "Unauthorized"), ()
        method = path.rpartition("/")[2]
        is_form = asked.headers.get("content-type", "").startswith("multipart/")
        uploaded = asked.uploaded if is_form else {}
        given = {name: value.body.decode() for name, value in uploaded.items() if not value.name} or (asked.json or {})
        return self._answer(method, given, [value for value in uploaded.values() if value.name]), ()

    def _answer(self, method: str, given: Mapping[str, Any], files: Sequence[SentFile]) -> Said:
        if method in ("getMe", "setWebhook", "getWebhookInfo", "deleteWebhook", "getUpdates", "getFile"):
            return self._about_the_bot(method, given)
        if self.too_many:
            self.too_many -= 1
            return _no(429, "Too Many Requests: retry after 3", {"retry_after": 3})
        if self.is_blocked:
            return _no(403, "Forbidden: bot was blocked by the user")
        if str(given.get("chat_id")) != str(PERSON):
            return _no(400, "Bad Request: chat not found")
        if method == "sendChatAction":
            self.typing += 1
            return _yes(True)
        if method == "deleteMessage":
            self.deleted.append(int(given["message_id"]))
            return _yes(True)
        return self._hear(method, given, files)

    def _hear(self, method: str, given: Mapping[str, Any], files: Sequence[SentFile]) -> Said:
        if method not in ("sendMessage", "sendPhoto", "sendDocument", "editMessageText"):
            return _no(404, "Not Found: method not found")
        if method == "sendPhoto" and files and len(files[0].body) < 16:
            return _no(400, "Bad Request: IMAGE_PROCESS_FAILED")
        text = str(given.get("text") or given.get("caption") or "")
        envelope = self._envelope()
        number = int(given.get("message_id") or envelope["message_id"])
        self.heard.put(Heard(text, tuple((file.name, file.body) for file in files), str(number)))
        return _yes({**envelope, "message_id": number, "from": BOT, "text": text})

    def _about_the_bot(self, method: str, given: Mapping[str, Any]) -> Said:
        match method:
            case "getMe":
                return _yes(BOT)
            case "setWebhook":
                self.webhook = dict(given)
            case "deleteWebhook":
                self.webhook = {"url": ""}
            case "getWebhookInfo":
                told = {name: value for name, value in self.webhook.items() if name != "secret_token"}
                return _yes({"has_custom_certificate": False, "pending_update_count": 0, **told})
            case "getUpdates" if self.webhook["url"]:
                return _no(
                    409,
                    "Conflict: can't use getUpdates method while webhook is active; "
                    "use deleteWebhook to delete the webhook first",
                )
            case "getUpdates":
                # Asking for the next one forgets those before it.
                self.updates = [each for each in self.updates if each["update_id"] >= int(given.get("offset", 0))]
                return _yes(self.updates[: int(given.get("limit", 100))])
            case "getFile":
                file = self._files.get(str(given.get("file_id")))
                if file is None or len(file.body) > _MOST_DOWNLOADED:
                    return _no(400, "Bad Request: file is too big" if file else "Bad Request: invalid file_id")
                return _yes({"file_id": given["file_id"], "file_path": f"documents/{given['file_id']}"})
        return _yes(True)

    def _envelope(self) -> dict[str, Any]:
        self._numbers += 1
        first, _space, last = self.person.partition(" ")
        named = {"id": PERSON, "first_name": first, "last_name": last}
        return {
            "message_id": self._numbers,
            "from": {**named, "is_bot": False, "language_code": "en"},
            "chat": {**named, "type": "private"},
            "date": int(clock.now().timestamp()),
        }

    def _file(self, file: SentFile, caption: str) -> dict[str, Any]:
        self._numbers += 1
        key = f"file{self._numbers}"
        self._files[key] = file
        told: dict[str, Any] = {"file_id": key, "file_unique_id": f"u{key}", "file_size": len(file.body)}
        words = {"caption": caption} if caption else {}
        if file.content_type == "image/jpeg":
            return {"photo": [{**told, "width": 1280, "height": 960}], **words}
        return {"document": {**told, "file_name": file.name, "mime_type": file.content_type}, **words}


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
