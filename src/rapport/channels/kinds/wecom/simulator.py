"""WeCom played on this machine: one person in WeChat, one customer service account."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from rapport.channels.simulating import Asked, Heard, Push, Said, SentFile, Simulator
from rapport.channels.tencent import sealed, signature
from rapport.kit import clock

ACCOUNT = "wkLampwright0000000000000000001"
PERSON = "wmKimPark0000000000000000000001"
SETTINGS = {
    "address": "Lampwright",
    "corp_id": "ww0123456789abcdef",
    "secret": "secret-of-the-application",
    "open_kfid": ACCOUNT,
    "token": "whistle",
    "aes_key": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    "welcome": "",
}
_KINDS = {"image": "image", "audio": "voice", "video": "video"}
_NEW, _BY_API, _BY_PERSON, _ENDED = 0, 1, 3, 4


def _no(code: int, said: str) -> Said:
    return Said({"errcode": code, "errmsg": said})


class WeComSimulator(Simulator):
    failures: ClassVar[Mapping[str, Said]] = {
        "permanent": _no(95001, "send msg count limit"),
        "temporary": _no(-1, "system busy"),
        "too_many": _no(45009, "reach max api daily quota limit"),
    }

    def __init__(self) -> None:
        super().__init__()
        self.access_token = ""
        self.callback_token = ""
        self.waiting: list[dict[str, Any]] = []
        # How many messages one answer brings, and every call of sync_msg as it came.
        self.page = 1000
        self.asked: list[Mapping[str, Any]] = []
        self.state = _NEW
        self.answers_left = 5
        self.recalled: list[str] = []
        self.greetings: list[str] = []
        self.refusals: list[int] = []
        self._files: dict[str, SentFile] = {}

    def settings(self, api: str) -> Mapping[str, Any]:
        self.channel_settings = {**SETTINGS, "api": api}
        return self.channel_settings

    def says(self, text: str, files: Sequence[SentFile] = ()) -> Sequence[Push]:
        self.answers_left = 5
        pushes = [self.tells("text", {"content": text})] if text else []
        for file in files:
            media_id = f"media{secrets.token_hex(4)}"
            self._files[media_id] = file
            pushes.append(self.tells(_KINDS.get(file.content_type.partition("/")[0], "file"), {"media_id": media_id}))
        return pushes

    def tells(self, kind: str, said: Mapping[str, Any], origin: int = 3) -> Push:
        """Something waits from now on; the push says so, and nothing more."""
        self.waiting.append(
            {
                "msgid": secrets.token_hex(16),
                "open_kfid": ACCOUNT,
                "external_userid": PERSON,
                "send_time": int(clock.now().timestamp()),
                "origin": origin,
                "msgtype": kind,
                kind: said,
            }
        )
        return self.rings()

    def happens(self, kind: str, **told: Any) -> Push:
        event = {"event_type": kind, "open_kfid": ACCOUNT, "external_userid": PERSON, **told}
        return self.tells("event", event, origin=4)

    def rings(self, account: str = ACCOUNT, event: str = "kf_msg_or_event") -> Push:
        settings = self.channel_settings
        self.callback_token = f"ENC{secrets.token_hex(8)}"
        stamp, nonce = str(int(clock.now().timestamp())), secrets.token_hex(5)
        xml = (
            f"<xml><ToUserName>{settings['corp_id']}</ToUserName><CreateTime>{stamp}</CreateTime>"
            f"<MsgType>event</MsgType><Event>{event}</Event><Token>{self.callback_token}</Token>"
            f"<OpenKfId>{account}</OpenKfId></xml>"
        )
        encrypted = sealed(xml.encode(), settings["aes_key"], settings["corp_id"])
        query = {
            "msg_signature": signature(settings["token"], stamp, nonce, encrypted),
            "timestamp": stamp,
            "nonce": nonce,
        }
        body = f"<xml><ToUserName>{settings['corp_id']}</ToUserName><Encrypt>{encrypted}</Encrypt></xml>"
        return Push(body.encode(), {"Content-Type": "text/xml"}, query=query)

    def sends(self, asked: Asked) -> bool:
        return asked.path == "/cgi-bin/kf/send_msg"

    def answers(self, asked: Asked) -> tuple[Said, Sequence[Push]]:
        if asked.path == "/cgi-bin/gettoken":
            return self._token(asked.query), ()
        if not self.access_token or asked.query.get("access_token") != self.access_token:
            return _no(40014, "invalid access_token"), ()
        return self._answer(asked), ()

    def _answer(self, asked: Asked) -> Said:
        match asked.path:
            case "/cgi-bin/kf/account/list":
                account = {"open_kfid": ACCOUNT, "name": "Lampwright", "manage_privilege": True}
                return Said({"errcode": 0, "errmsg": "ok", "account_list": [account]})
            case "/cgi-bin/kf/sync_msg":
                return self._sync(asked.json)
            case "/cgi-bin/kf/send_msg":
                return self._hear(asked.json)
            case "/cgi-bin/kf/customer/batchget":
                known = [{"external_userid": PERSON, "nickname": self.person, "gender": 2}]
                return Said({"errcode": 0, "errmsg": "ok", "customer_list": known})
            case "/cgi-bin/media/get":
                return self._file(asked.query.get("media_id", ""))
            case "/cgi-bin/media/upload":
                media_id = f"up{secrets.token_hex(4)}"
                self._files[media_id] = asked.uploaded["media"]
                return Said({"errcode": 0, "errmsg": "ok", "type": asked.query["type"], "media_id": media_id})
        return self._around(asked)

    def _around(self, asked: Asked) -> Said:
        match asked.path:
            case "/cgi-bin/kf/service_state/trans":
                if self.state in (_BY_PERSON, _ENDED):
                    return _no(95016, "invalid service state")
                self.state = asked.json["service_state"]
                return _no(0, "ok")
            case "/cgi-bin/kf/recall_msg":
                self.recalled.append(asked.json["msgid"])
                return _no(0, "ok")
            case "/cgi-bin/kf/send_msg_on_event":
                self.greetings.append(asked.json["text"]["content"])
                return Said({"errcode": 0, "errmsg": "ok", "msgid": "greeting"})
        return _no(40066, "invalid url")

    def _token(self, asked: Mapping[str, str]) -> Said:
        if asked.get("corpid") != SETTINGS["corp_id"]:
            return _no(40013, "invalid corpid")
        if asked.get("corpsecret") != SETTINGS["secret"]:
            return _no(40001, "invalid credential")
        self.access_token = self.access_token or secrets.token_urlsafe(40)
        return Said({"errcode": 0, "errmsg": "ok", "access_token": self.access_token, "expires_in": 7200})

    def _sync(self, asked: Mapping[str, Any]) -> Said:
        self.asked.append(asked)
        if asked.get("token") not in (None, self.callback_token):
            return _no(95007, "invalid msgtoken")
        start = int(str(asked.get("cursor") or "cursor0").removeprefix("cursor"))
        end = min(start + self.page, len(self.waiting))
        told = {"next_cursor": f"cursor{end}", "has_more": int(end < len(self.waiting))}
        return Said({"errcode": 0, "errmsg": "ok", **told, "msg_list": self.waiting[start:end]})

    def _file(self, media_id: str) -> Said:
        file = self._files.get(media_id)
        if file is None:
            return _no(40007, "invalid media_id")
        # Headers of theirs hold UTF-8 as it is.
        name = f'attachment; filename="{file.name}"'.encode().decode("latin-1")
        return Said(file.body, headers={"Content-Disposition": name, "Content-Type": file.content_type})

    def _hear(self, told: Mapping[str, Any]) -> Said:
        if self.refusals:
            return _no(self.refusals.pop(0), "refused")
        if told["touser"] != PERSON:
            return _no(40003, "invalid external_userid")
        if self.state not in (_NEW, _BY_API):
            return _no(95018, "send msg session status invalid")
        if not self.answers_left:
            return _no(95001, "send msg count limit")
        self.answers_left -= 1
        kind = told["msgtype"]
        if kind == "text":
            self.heard.put(Heard(told["text"]["content"], id=told["msgid"]))
        else:
            file = self._files[told[kind]["media_id"]]
            self.heard.put(Heard("", ((file.name, file.body),), told["msgid"]))
        return Said({"errcode": 0, "errmsg": "ok", "msgid": told["msgid"]})
