"""WeChat played on this machine: one follower of one Official Account, in safe mode unless told otherwise."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from xml.sax.saxutils import escape

from rapport.channels.simulating import Asked, Heard, Push, Said, SentFile, Simulator
from rapport.channels.tencent import sealed, signature
from rapport.kit import clock

ACCOUNT = "gh_0123456789ab"
OPEN_ID = "oLampwright0000000000000000K"
SETTINGS = {
    "address": "lampwright-service",
    "app_id": "wx0123456789abcdef",
    "app_secret": "0123456789abcdef0123456789abcdef",
    "mode": "safe",
    "token": "whistle",
    "aes_key": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    "menu_keys": "TALK_TO_US",
}
_KINDS = {"image": "image", "audio": "voice", "video": "video"}


def _no(code: int, said: str) -> Said:
    return Said({"errcode": code, "errmsg": said})


class WeChatSimulator(Simulator):
    failures: ClassVar[Mapping[str, Said]] = {
        "permanent": _no(45015, "response out of time limit or subscription is canceled"),
        "temporary": _no(-1, "system error"),
        "too_many": _no(45011, "api minute-quota reach limit, must slower, retry next minute"),
    }

    def __init__(self) -> None:
        super().__init__()
        self.tokens: list[str] = []
        self.typing = 0
        # The number of the next refusals of what is sent, first come first served.
        self.refusals: list[int] = []
        self.answers_left = 5
        self._files: dict[str, SentFile] = {}
        self._numbers = 23000000000000000

    def settings(self, api: str) -> Mapping[str, Any]:
        self.channel_settings = {**SETTINGS, "api": api}
        return self.channel_settings

    def says(self, text: str, files: Sequence[SentFile] = ()) -> Sequence[Push]:
        self.answers_left = 5
        # A follower sends a picture, or words; never both at once.
        pushes = [self.tells(MsgType="text", Content=text, MsgId=self._number())] if text else []
        for file in files:
            kind = _KINDS.get(file.content_type.partition("/")[0], "file")
            media_id = f"media{self._number()}"
            self._files[media_id] = file
            pushes.append(self.tells(MsgType=kind, MediaId=media_id, MsgId=self._number()))
        return pushes

    def tells(self, **told: Any) -> Push:
        now = int(clock.now().timestamp())
        known = {"ToUserName": ACCOUNT, "FromUserName": OPEN_ID, "CreateTime": now, **told}
        xml = f"<xml>{''.join(f'<{name}>{escape(str(value))}</{name}>' for name, value in known.items())}</xml>"
        return self.pushes(xml.encode())

    def pushes(self, xml: bytes) -> Push:
        """Signed and, in safe mode, encrypted as WeChat does it."""
        settings = self.channel_settings
        token, stamp, nonce = settings["token"], str(int(clock.now().timestamp())), secrets.token_hex(5)
        query = {"signature": signature(token, stamp, nonce), "timestamp": stamp, "nonce": nonce, "openid": OPEN_ID}
        headers = {"Content-Type": "text/xml"}
        if settings["mode"] == "plain":
            return Push(xml, headers, query=query)
        encrypted = sealed(xml, settings["aes_key"], settings["app_id"])
        query |= {"encrypt_type": "aes", "msg_signature": signature(token, stamp, nonce, encrypted)}
        body = f"<xml><ToUserName>{ACCOUNT}</ToUserName><Encrypt>{encrypted}</Encrypt></xml>"
        return Push(body.encode(), headers, query=query)

    def sends(self, asked: Asked) -> bool:
        return asked.path == "/cgi-bin/message/custom/send"

    def answers(self, asked: Asked) -> tuple[Said, Sequence[Push]]:
        if asked.path == "/cgi-bin/stable_token":
            return self._token(asked.json), ()
        if asked.path.startswith("/video/"):
            film = self._files[asked.path.rpartition("/")[2]]
            return Said(film.body, headers={"Content-Type": film.content_type}), ()
        if not asked.path.startswith("/cgi-bin/"):
            return Said("not found", status=404), ()
        if not self.tokens or asked.query.get("access_token") != self.tokens[-1]:
            return _no(40001, "invalid credential, access_token is invalid or not latest"), ()
        return self._answer(asked), ()

    def _answer(self, asked: Asked) -> Said:
        match asked.path:
            case "/cgi-bin/get_api_domain_ip":
                return Said({"ip_list": ["101.226.103.1"]})
            case "/cgi-bin/openapi/quota/get":
                quota = {"daily_limit": 500000, "used": 0, "remain": 500000}
                return Said({"errcode": 0, "errmsg": "ok", "quota": quota})
            case "/cgi-bin/user/info":
                return Said({"subscribe": 1, "openid": OPEN_ID, "language": "zh_CN", "remark": "Kim, Studio Park"})
            case "/cgi-bin/media/get":
                return self._file(asked.query.get("media_id", ""))
            case "/cgi-bin/media/upload":
                return self._keep(asked)
            case "/cgi-bin/message/custom/typing":
                self.typing += 1
                return _no(0, "ok") if self.typing == 1 else _no(45081, "already in typing")
            case "/cgi-bin/message/custom/send":
                return self._hear(asked.json)
        return _no(40066, "invalid url")

    def _token(self, asked: Mapping[str, Any]) -> Said:
        if asked.get("appid") != SETTINGS["app_id"]:
            return _no(40013, "invalid appid")
        if asked.get("secret") != SETTINGS["app_secret"]:
            return _no(40125, "invalid appsecret")
        if not self.tokens or asked.get("force_refresh"):
            self.tokens.append(f"80_{secrets.token_urlsafe(40)}")
        return Said({"access_token": self.tokens[-1], "expires_in": 7200})

    def _file(self, media_id: str) -> Said:
        file = self._files.get(media_id)
        if file is None:
            return _no(40007, "invalid media_id")
        if file.content_type.startswith("video/"):
            return Said({"video_url": f"{self.api}/video/{media_id}"})
        disposition = {"Content-Disposition": f'attachment; filename="{media_id}"', "Content-Type": file.content_type}
        return Said(file.body, headers=disposition)

    def _keep(self, asked: Asked) -> Said:
        media_id = f"up{self._number()}"
        self._files[media_id] = asked.uploaded["media"]
        return Said({"type": asked.query["type"], "media_id": media_id, "created_at": 1764230400})

    def _hear(self, told: Mapping[str, Any]) -> Said:
        if self.refusals:
            return _no(self.refusals.pop(0), "refused")
        if told["touser"] != OPEN_ID:
            return _no(40003, "invalid openid")
        if not self.answers_left:
            return _no(45047, "out of response count limit")
        self.answers_left -= 1
        kind = told["msgtype"]
        if kind == "text":
            self.heard.put(Heard(told["text"]["content"]))
        else:
            file = self._files[told[kind]["media_id"]]
            self.heard.put(Heard("", ((file.name, file.body),)))
        return _no(0, "ok")

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers
