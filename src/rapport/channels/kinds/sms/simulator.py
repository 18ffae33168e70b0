"""Twilio's text messages played on this machine, with one phone."""

import itertools
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from rapport.channels.simulating import Asked, Heard, Push, Said, SentFile, Simulator
from rapport.channels.twilio import signature

ACCOUNT = "AC" + "0123456789abcdef" * 2
NUMBER, PERSON = "+15550783881", "+16505551234"


def _refusal(code: int, said: str, status: int = 400) -> Said:
    info = f"https://www.twilio.com/docs/errors/{code}"
    return Said({"code": code, "message": said, "more_info": info, "status": status}, status)


class SmsSimulator(Simulator):
    """It delivers what it takes; `refuses` and `fails` make it say no, now or afterwards."""

    auth_token: ClassVar[str] = "simulated-auth-token"  # noqa: S105  # of nobody

    failures: ClassVar[Mapping[str, Said]] = {
        "permanent": _refusal(21610, "Attempt to send to unsubscribed recipient"),
        "temporary": _refusal(20500, "Internal Server Error", 500),
        "too_many": _refusal(20429, "Too Many Requests", 429),
    }

    def __init__(self) -> None:
        super().__init__()
        self.refuses: list[int] = []
        self.fails: list[int] = []
        self.asked: list[Asked] = []
        self.media: dict[str, SentFile] = {}
        self.sms_url = ""
        self.has_opted_out = False
        self._numbers = itertools.count(1)

    def settings(self, api: str) -> Mapping[str, Any]:
        return {
            "address": NUMBER,
            "provider": "twilio",
            "account_sid": ACCOUNT,
            "auth_token": self.auth_token,
            "file_way": "mms",
            "api": api,
        }

    def says(self, text: str, files: Sequence[SentFile] = ()) -> Sequence[Push]:
        word = text.strip().upper()
        self.has_opted_out = word == "STOP" or (self.has_opted_out and word != "START")
        media: dict[str, str] = {}
        for place, file in enumerate(files):
            path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages/MM{place}/Media/{self._sid('ME')}"
            self.media[path] = file
            media |= {f"MediaUrl{place}": f"{self.api}{path}", f"MediaContentType{place}": file.content_type}
        sid = self._sid("MM" if files else "SM")
        told = {
            "MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "SmsStatus": "received", "From": PERSON,
            "To": NUMBER, "Body": text, "NumMedia": str(len(files)), "NumSegments": "1", "FromCity": "REDWOOD CITY",
            "FromState": "CA", "FromCountry": "US", **media,
        }  # fmt: skip
        return [self.push(told)]

    def push(self, told: Mapping[str, str]) -> Push:
        """A form as Twilio pushes it, signed for the address that it goes to."""
        fields = [("AccountSid", ACCOUNT), ("ApiVersion", "2010-04-01"), *told.items()]
        signed = signature(self.push_url, fields, self.auth_token)
        kind = "application/x-www-form-urlencoded; charset=UTF-8"
        return Push(urlencode(fields).encode(), {"X-Twilio-Signature": signed, "Content-Type": kind})

    def sends(self, asked: Asked) -> bool:
        return asked.path.endswith("/Messages.json")

    def answers(self, asked: Asked) -> tuple[Said, Sequence[Push]]:
        self.asked.append(asked)
        base = f"/2010-04-01/Accounts/{ACCOUNT}"
        if not asked.headers.get("authorization", "").startswith("Basic "):
            return _refusal(20003, "Authenticate", 401), ()
        match (asked.method, asked.path.removeprefix(base)):
            case ("GET", _) if asked.path in self.media:
                file = self.media[asked.path]
                return Said(file.body, headers={"Content-Type": file.content_type}), ()
            case ("GET", ".json"):
                return Said({"sid": ACCOUNT, "status": "active", "friendly_name": "Lampwright"}), ()
            case ("GET", "/IncomingPhoneNumbers.json"):
                return Said({"incoming_phone_numbers": self._owned(asked.query.get("PhoneNumber", ""))}), ()
            case ("POST", "/IncomingPhoneNumbers/PN1.json"):
                self.sms_url = asked.form["SmsUrl"]
                return Said(self._owned(NUMBER)[0]), ()
            case ("POST", "/Messages.json"):
                return self._take(dict(parse_qsl(asked.body.decode())), parse_qsl(asked.body.decode()))
        return _refusal(20404, f"The requested resource {asked.path} was not found", 404), ()

    def _owned(self, number: str) -> list[dict[str, Any]]:
        able = {"sms": True, "mms": True, "voice": True}
        told = {"sid": "PN1", "phone_number": NUMBER, "sms_url": self.sms_url, "sms_method": "POST"}
        return [{**told, "capabilities": able}] if number == NUMBER else []

    def _take(self, told: Mapping[str, str], fields: Sequence[tuple[str, str]]) -> tuple[Said, Sequence[Push]]:
        if self.refuses:
            return _refusal(self.refuses.pop(0), "Refused by the simulator"), ()
        if self.has_opted_out:
            return self.failures["permanent"], ()
        sid = self._sid("SM")
        links = [value for name, value in fields if name == "MediaUrl"]
        self.heard.put(Heard("\n".join([*filter(None, [told.get("Body", "")]), *links]), id=sid))
        answer = {"sid": sid, "status": "queued", "to": told["To"], "from": told.get("From"), "error_code": None}
        return Said(answer, 201), self._reports(sid, told) if told.get("StatusCallback") else ()

    def _reports(self, sid: str, told: Mapping[str, str]) -> list[Push]:
        about = {"MessageSid": sid, "SmsSid": sid, "To": told["To"], "From": told.get("From", NUMBER)}
        if self.fails:
            code = str(self.fails.pop(0))
            return [self.push({**about, "MessageStatus": "undelivered", "ErrorCode": code})]
        states = ("queued", "sent", "delivered")
        return [self.push({**about, "SmsStatus": state, "MessageStatus": state}) for state in states]

    def _sid(self, prefix: str) -> str:
        return f"{prefix}{int(time.time()):08x}{next(self._numbers):08x}{secrets.token_hex(8)}"
