"""A visitor of a site with the chat on it, played on this machine as the widget is one.

WORDS             writes, where they last wrote or in a new conversation
/rate 5 WORDS     answers how it went, from 1 to 5, with words or without
/new WORDS        begins another conversation

The page with the widget is really there, at the simulator's own address, for a browser beside it.
"""

import base64
import hashlib
import hmac
import html
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit

from rapport.channels.kinds.chat.page import PageStage
from rapport.channels.simulating import Asked, CannotSay, Heard, Push, Said, SentFile, Simulator
from rapport.kit import clock

USER, EMAIL = "kim-17", "kim@studio.example"
_RATE, _NEW = "/rate", "/new"
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Studio lamps</title>
<h1>Studio lamps</h1><p>Played by <code>rapport channel simulate chat</code>. The chat is in the corner.</p>
<script async src="{script}" data-key="{key}"></script></html>"""


class ChatSimulator(Simulator):
    identity_secret: ClassVar[str] = "simulated-identity-secret"  # noqa: S105  # of nobody

    def __init__(self) -> None:
        super().__init__()
        self.token = self.visitor = self.exchange = ""
        # The last event that the stream told of: where it goes on after a break.
        self.after = 0
        # Brings a file by its address; set by the stage.
        self.fetch: Callable[[str], bytes] = lambda _address: b""
        self._shown: dict[str, str] = {}

    @property
    def hint(self) -> str:
        return f"The same chat for your browser is on {self.api}/. /rate 5 WORDS answers how it went, /new begins anew."

    def stage(self, *, port: int = 0) -> PageStage:
        return PageStage(self, port=port)

    def settings(self, api: str) -> Mapping[str, Any]:
        secret = {"identity_secret": self.identity_secret}
        return {"origins": [api], "takes_files": True, "mail_after": 5, "ask_email": "optional", **secret}

    def arrives(self) -> Sequence[Push]:
        """Who they are, signed as the site's own server does: one visitor, however often this is run."""
        signed = hmac.new(self.identity_secret.encode(), USER.encode(), hashlib.sha256).hexdigest()
        user = {"id": USER, "name": self.person, "email": EMAIL, "hash": signed}
        looks = {"url": f"{self.api}/", "title": "Studio lamps"}
        return [self.asks("session", {"user": user, "language": "en", **looks})]

    def says(self, text: str, files: Sequence[SentFile] = ()) -> Sequence[Push]:
        if text == _RATE or text.startswith(f"{_RATE} "):
            score, _space, comment = text.removeprefix(_RATE).strip().partition(" ")
            number = int(score) if score.isdecimal() else 0
            if not self.exchange:
                raise CannotSay("There is no conversation yet to rate.")
            return [self.asks("rating", {"exchange": self.exchange, "score": number, "comment": comment})]
        if text == _NEW or text.startswith(f"{_NEW} "):
            self.exchange, text = "", text.removeprefix(_NEW).lstrip()
        if not text.strip() and not files:
            raise CannotSay("There are no words in this message.")
        self.exchange = self.exchange or secrets.token_hex(6)
        carried = [
            {"name": file.name, "type": file.content_type, "data": base64.b64encode(file.body).decode()}
            for file in files
        ]
        return [self._posts("message", exchange=self.exchange, text=text, files=carried)]

    def types(self, text: str) -> Push:
        """What they are writing, before they send it."""
        self.exchange = self.exchange or secrets.token_hex(6)
        return self.asks("here", {"exchange": self.exchange, "typing": text})

    def told(self, push: Push, answer: bytes) -> Sequence[Push]:
        """Where they left off last time, from what the session says; then what was said there."""
        said = json.loads(answer) if answer.startswith(b"{") else {}
        match push.path.rpartition("/")[2]:
            case "session" if "token" in said:
                self.token, self.visitor, self.after = said["token"], said["visitor"], said["after"]
                return [self.looks_back()]
            case "history" if "conversations" in said:
                return self._looked_back(said)
            case "messages" if said.get("rate"):
                self._show("rate", "It is asked how it went: /rate 5 WORDS")
        return ()

    def looks_back(self, exchange: str = "") -> Push:
        return self.asks("history", None, query={"exchange": exchange or self.exchange})

    def hears(self, event: str, said: Mapping[str, Any]) -> Sequence[Push]:
        """One event of the stream; answers what the page says to it."""
        exchange = str(said.get("exchange") or "")
        match event:
            case "message" | "changed":
                return self._take(said)
            case "typing" if said.get("by"):
                self._show("typing", f"{said['by']} is typing")
            case "read":
                self._show("read", "It was read")
            case "agent" if said.get("word"):
                self._show("agent", f"{said['word']} has joined")
            case "state":
                self._show("state", f"The conversation is {said.get('word')}")
            case "rate":
                self.exchange = exchange or self.exchange
                self._show("rate", "It is asked how it went: /rate 5 WORDS")
            case "reset":
                return [self.looks_back()]
        return ()

    def answers(self, asked: Asked) -> tuple[Said, Sequence[Push]]:
        """The page that the visitor is on."""
        if asked.path != "/":
            return Said("There is only one page here.", 404, {"Content-Type": "text/plain"}), ()
        desk = urlsplit(self.push_url)
        page = _PAGE.format(script=html.escape(f"{desk.scheme}://{desk.netloc}/widget.js"), key=html.escape(self._key))
        return Said(page, headers={"Content-Type": "text/html; charset=utf-8"}), ()

    def asks(self, what: str, said: Mapping[str, Any] | None, *, query: Mapping[str, str] | None = None) -> Push:
        """A request of the page: posted with a body, looked up without one."""
        body = b"" if said is None else json.dumps(said, ensure_ascii=False).encode()
        path = f"/chat/{self._key}/{what}"
        return Push(body, self.headers, "GET" if said is None else "POST", query or {}, path)

    @property
    def headers(self) -> dict[str, str]:
        token = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return {"Content-Type": "application/json", "Origin": self.api, **token}

    @property
    def _key(self) -> str:
        return urlsplit(self.push_url).path.rstrip("/").rpartition("/")[2]

    def _posts(self, what: str, **said: Any) -> Push:
        """Named by the page, so that what is sent twice is there once."""
        named = {"type": what, "id": secrets.token_hex(12), "visitor": self.visitor, "at": clock.now().isoformat()}
        return self.asks("messages", {**named, **said})

    def _looked_back(self, said: Mapping[str, Any]) -> Sequence[Push]:
        self.after = max(self.after, said["after"])
        if "messages" not in said:
            is_open = (each["exchange"] for each in said["conversations"] if not each["closed"])
            self.exchange = next(is_open, "")
            return [self.looks_back()] if self.exchange else ()
        own = [place for place, each in enumerate(said["messages"]) if each["me"]]
        return [push for each in said["messages"][own[-1] if own else 0 :] for push in self._take(each)]

    def _take(self, said: Mapping[str, Any]) -> Sequence[Push]:
        """Something of ours reaches the page: shown once, and reported as delivered and read."""
        name, text = str(said["id"]), str(said["text"])
        before = self._shown.get(name)
        if said["me"] or before == ("" if said["gone"] else text):
            return ()
        self._shown[name] = "" if said["gone"] else text
        if before is not None:
            words = "It was taken back" if said["gone"] else f"It was changed: {text}"
            self._show("changed", words)
            return ()
        self.exchange = str(said["exchange"]) or self.exchange
        files = tuple((str(each["name"]), self.fetch(str(each["url"]))) for each in said["files"])
        self.heard.put(Heard(text, files, name))
        return [self._posts(state, about=[name]) for state in ("delivered", "read")]

    def _show(self, sign: str, words: str) -> None:
        self.heard.put(Heard(words, sign=sign))
