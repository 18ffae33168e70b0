"""Twilio's calls played on this machine: one phone that follows the TwiML, and the API by which calls are begun.

call                    a whole call: rings, presses nothing, nobody answers, hangs up
call press 1, answer    the same with a script: press DIGIT, answer, nobody, busy, wait, voicemail WORDS, hang up
ring                    rings and stays on the line; then a line at a time of the same words
"""

import io
import itertools
import secrets
import time
import wave
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree.ElementTree import Element, ParseError, fromstring

from rapport.channels.simulating import Asked, Heard, Push, Said, SentFile, Simulator
from rapport.channels.twilio import signature

ACCOUNT = "AC" + "0123456789abcdef" * 2
NUMBER, PERSON, AGENT = "+15550783881", "+16505551234", "+15005550006"
_MOST_STEPS = 40


def _refusal(code: int, said: str, status: int = 400) -> Said:
    return Said({"code": code, "message": said, "status": status}, status)


class VoiceSimulator(Simulator):
    auth_token: ClassVar[str] = "simulated-auth-token"  # noqa: S105  # of nobody

    failures: ClassVar[Mapping[str, Said]] = {
        "permanent": _refusal(21215, "Account not authorized to call"),
        "temporary": _refusal(20500, "Internal Server Error", 500),
        "too_many": _refusal(20429, "Too Many Requests", 429),
    }

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Asked] = []
        self.voice_url = ""
        self.recordings: dict[str, bytes] = {}
        # How often a recording is not ready yet.
        self.not_ready = 0
        # The agent whom we ring, and then the customer, do this: "completed", "no-answer", "busy".
        self.agent_does, self.customer_does = "completed", "completed"
        self._call = ""
        self._script: list[str] = []
        self._stays = False
        self._waits_for: Element | None = None
        self._seconds = 0
        self._steps = 0
        self._numbers = itertools.count(1)

    def settings(self, api: str) -> Mapping[str, Any]:
        return {
            "address": NUMBER,
            "account_sid": ACCOUNT,
            "auth_token": self.auth_token,
            "people": f"Support: {AGENT}",
            "way": "all",
            "screening": True,
            "language": "en-US",
            "recording": "never",
            "menu": "1 = people Support\n2 = voicemail",
            "callbacks": True,
            "voicemail": True,
            "transcription": "off",
            "api": api,
        }

    def says(self, text: str, files: Sequence[SentFile] = ()) -> Sequence[Push]:
        words = [each.strip() for each in text.split(",")]
        if files:
            self.recordings["next"] = files[0].body
        if self._call and self._waits_for is not None:
            self._script += words
            return list(self._go_on())
        begins = words[0].split(" ", 1)
        self._stays = begins[0] == "ring"
        first = begins[1:] if begins[0] in ("call", "ring") else ["nobody", "press 2", f"voicemail {text}"]
        self._script = [*first, *words[1:]]
        if files and not any(each.startswith("voicemail") for each in self._script):
            self._script.append("voicemail")
        self._call, self._seconds, self._steps, self._waits_for = self._sid("CA"), 0, 0, None
        return [self.push({"CallStatus": "ringing"})]

    def push(self, told: Mapping[str, str], url: str = "", *, call: str = "") -> Push:
        """A form as Twilio pushes it, signed for the address that it goes to."""
        who = {"From": PERSON, "To": NUMBER, "Direction": "inbound", "CallStatus": "in-progress"}
        whole = {"CallSid": call or self._call, "AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", **who, **told}
        query = urlsplit(url).query
        asked = f"{self.push_url}?{query}" if query else self.push_url
        fields = list(whole.items())
        signed = {"X-Twilio-Signature": signature(asked, fields, self.auth_token)}
        kind = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
        return Push(urlencode(fields).encode(), {**signed, **kind}, query=dict(parse_qsl(query)))

    def told(self, push: Push, answer: bytes) -> Sequence[Push]:
        """Follows what the product answered to a push, as Twilio does."""
        if not self._call or b"<Response" not in answer:
            return ()
        try:
            root = fromstring(answer)  # noqa: S314  # our own
        except ParseError:
            return ()
        self._steps += 1
        if self._steps > _MOST_STEPS:
            return list(self._end())
        return list(self._follow(list(root)))

    def _follow(self, verbs: Sequence[Element]) -> Iterator[Push]:
        for verb in verbs:
            self._hear(verb)
            match verb.tag:
                case "Gather" | "Dial" | "Record" | "Enqueue":
                    self._waits_for = verb
                    yield from self._go_on()
                    return
                case "Redirect":
                    yield self.push({}, verb.text or "")
                    return
                case "Hangup" | "Leave":
                    break
        yield from self._end()

    def _hear(self, verb: Element) -> None:
        for each in verb.iter():
            if each.tag in ("Say", "Play"):
                self._seconds += 4
                self.heard.put(Heard(each.text or "", id=self._call))
            elif each.tag == "Number":
                self.heard.put(Heard(f"[{each.text} rings]", id=self._call))
            elif each.tag == "Record":
                self.heard.put(Heard("[tone]", id=self._call))

    def _go_on(self) -> Iterator[Push]:
        """The caller does the next thing of the script; on the line with none left, they wait to be told one."""
        verb = self._waits_for
        if verb is None or (self._stays and not self._script):
            return
        does = self._script[0] if self._script else ""
        if does in ("hang up", "hangup"):
            yield from self._end()
            return
        self._waits_for = None
        match verb.tag:
            case "Gather":
                yield self._gathered(verb, does)
            case "Dial":
                yield from self._dialled(verb, does)
            case "Record":
                yield from self._recorded(verb, does)
            case "Enqueue":
                told = {"QueuePosition": "1", "QueueTime": "0", "CurrentQueueSize": "1", "AvgQueueTime": "0"}
                yield self.push(told, verb.get("waitUrl", ""))

    def _gathered(self, verb: Element, does: str) -> Push:
        digit = ""
        if does.startswith("press "):
            digit = self._script.pop(0).removeprefix("press ").strip()
        elif does == "wait":
            self._script.pop(0)
        self._seconds += 5
        return self.push({"Digits": digit}, verb.get("action", ""))

    def _dialled(self, verb: Element, does: str) -> Iterator[Push]:
        if does in ("answer", "nobody", "busy"):
            self._script.pop(0)
        self._seconds += 20
        action, call = verb.get("action", ""), self._call
        number = verb.find("Number")
        if does == "answer" and number is not None:
            leg = {"From": NUMBER, "To": number.text or "", "Direction": "outbound-dial", "ParentCallSid": call}
            taken = number.get("url", "").replace("step=screen", "step=accept")
            if taken:
                yield self.push({**leg, "Digits": "1"}, taken, call=self._sid("CA"))
            else:
                yield self.push(leg, number.get("statusCallback", ""), call=self._sid("CA"))
            self._seconds += 90
            talked = {"DialCallStatus": "completed", "DialCallDuration": "90", "DialCallSid": self._sid("CA")}
            if verb.get("record"):
                yield self._recording(verb.get("recordingStatusCallback", ""), 90)
            yield self.push(talked, action)
            return
        yield self.push({"DialCallStatus": "busy" if does == "busy" else "no-answer"}, action)

    def _recorded(self, verb: Element, does: str) -> Iterator[Push]:
        if not does.startswith("voicemail"):
            yield from self._end()
            return
        self._script.pop(0)
        self._seconds += 12
        yield self.push({**self._kept(12), "Digits": "hangup", "CallStatus": "completed"}, verb.get("action", ""))
        if verb.get("transcribeCallback"):
            words = does.removeprefix("voicemail").strip() or "Hello."
            told = {"TranscriptionStatus": "completed", "TranscriptionText": words, "TranscriptionSid": self._sid("TR")}
            yield self.push(told, verb.get("transcribeCallback", ""))

    def _recording(self, url: str, seconds: int) -> Push:
        told = {**self._kept(seconds), "RecordingStatus": "completed", "RecordingChannels": "2"}
        return self.push(told, url)

    def _kept(self, seconds: int) -> dict[str, str]:
        sid = self._sid("RE")
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/{sid}"
        self.recordings[path] = self.recordings.pop("next", b"") or _silence()
        return {"RecordingSid": sid, "RecordingUrl": f"{self.api}{path}", "RecordingDuration": str(seconds)}

    def _end(self) -> Iterator[Push]:
        """The call is over: Twilio's last word on it."""
        call, self._call, self._waits_for, self._script = self._call, "", None, []
        if call:
            yield self.push({"CallStatus": "completed", "CallDuration": str(self._seconds)}, call=call)

    def sends(self, asked: Asked) -> bool:
        return asked.path.endswith("/Calls.json")

    def answers(self, asked: Asked) -> tuple[Said, Sequence[Push]]:
        self.asked.append(asked)
        if not asked.headers.get("authorization", "").startswith("Basic "):
            return _refusal(20003, "Authenticate", 401), ()
        base = f"/2010-04-01/Accounts/{ACCOUNT}"
        match (asked.method, asked.path.removeprefix(base)):
            case ("GET", _) if asked.path.removesuffix(".mp3") in self.recordings:
                if self.not_ready:
                    self.not_ready -= 1
                    return _refusal(20404, "The requested resource was not found", 404), ()
                sound = self.recordings[asked.path.removesuffix(".mp3")]
                kind = "audio/wav" if sound.startswith(b"RIFF") else "audio/mpeg"
                return Said(sound, headers={"Content-Type": kind}), ()
            case ("GET", ".json"):
                return Said({"sid": ACCOUNT, "status": "active"}), ()
            case ("GET", "/IncomingPhoneNumbers.json"):
                told = {"sid": "PN1", "phone_number": NUMBER, "voice_url": self.voice_url}
                able = {"capabilities": {"voice": True}, "status_callback": self.voice_url}
                owned = [{**told, **able}] if asked.query.get("PhoneNumber") == NUMBER else []
                return Said({"incoming_phone_numbers": owned}), ()
            case ("POST", "/IncomingPhoneNumbers/PN1.json"):
                self.voice_url = asked.form["VoiceUrl"]
                return Said({"sid": "PN1"}), ()
            case ("POST", "/Calls.json"):
                return self._ring(asked.form)
        return _refusal(20404, f"The requested resource {asked.path} was not found", 404), ()

    def _ring(self, told: Mapping[str, str]) -> tuple[Said, Sequence[Push]]:
        sid, customer = self._sid("CA"), dict(parse_qsl(urlsplit(told["Url"]).query)).get("from", "")
        leg = {"From": told["From"], "To": told["To"], "Direction": "outbound-api"}
        self.heard.put(Heard(f"[{told['To']} rings, then {customer}]", id=sid))
        said = Said({"sid": sid, "status": "queued", "direction": "outbound-api"}, 201)
        if self.agent_does != "completed":
            return said, [self.push({**leg, "CallStatus": self.agent_does}, told["StatusCallback"], call=sid)]
        pushes = [self.push(leg, told["Url"], call=sid)]
        bridged = urlencode({"step": "bridged", "from": customer})
        if self.customer_does == "completed":
            reached = urlencode({"step": "reached", "call": sid, "from": customer})
            child = {"From": told["From"], "To": customer, "Direction": "outbound-dial", "ParentCallSid": sid}
            pushes.append(self.push(child, f"?{reached}", call=self._sid("CA")))
        ended = {"DialCallStatus": self.customer_does, "DialCallDuration": "200"}
        return said, [*pushes, self.push({**leg, **ended}, f"?{bridged}", call=sid)]

    def _sid(self, prefix: str) -> str:
        return f"{prefix}{int(time.time()):08x}{next(self._numbers):08x}{secrets.token_hex(8)}"


def _silence() -> bytes:
    """A second of nothing, as a file that every player opens."""
    made = io.BytesIO()
    with wave.open(made, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(b"\x80" * 8000)
    return made.getvalue()
