"""From a push about a call to what happened. Pure: a push is read the same way years later.

Fields are those of "TwiML for Programmable Voice" (request parameters), "<Dial>", "<Enqueue>", "<Record>" and "Call
resource" (twilio.com/docs/voice, API version 2010-04-01, November 2026).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.kinds.voice.asking import Question, question_in, with_steps
from rapport.channels.parcels import Fetched, unpack
from rapport.channels.types import Address, Event, Happened, Part

# What a missed call is not.
_CARED_FOR = ("call.answered", "call.message_left", "call.voicemail", "call.callback_wanted")
TRANSCRIPT = "transcript"


def parcels(body: bytes, query: str) -> Sequence[bytes]:
    """What is worth keeping of a push: nothing of the many questions in which nothing happens."""
    asked = question_in(body, query)
    if asked.more.get("who") == "agent":
        return ()
    if asked.step == "recorded":
        # That there is a message is known at once, the message itself only when Twilio has it ready.
        return (with_steps(body, query, step="message"), with_steps(body, query))
    if _is_end(asked):
        return (with_steps(body, query, step="ended"), with_steps(body, query, step="missed"))
    kept = with_steps(body, query)
    return (kept,) if read(kept) else ()


def read(body: bytes) -> list[Event]:
    """Raises CannotRead."""
    bare, files = unpack(body)
    asked = question_in(bare)
    known = _EVENTS.get("status" if _is_end(asked) else asked.step)
    found = known(asked, files) if known else None
    return [found] if found else []


def _is_end(asked: Question) -> bool:
    """Twilio's last word on a call that came in, at the address that is set for the number."""
    is_over = asked.told.get("CallStatus") in ("completed", "busy", "failed", "no-answer", "canceled")
    return not asked.step and is_over and asked.told.get("Direction", "inbound") == "inbound"


def minutes(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}"


def _happened(asked: Question, what: str, said: str, **more: Any) -> Happened:
    name = f"twilio:{asked.sid}:{what}"
    detail: Mapping[str, Any] = {"direction": "in", **more.pop("detail", {})}
    return Happened(name, Address(_name(asked), asked.caller), asked.sid, what, said, detail=detail, **more)


def _name(asked: Question) -> str:
    """What the carrier says of who owns the number (caller name lookup), if it is asked."""
    return asked.told.get("CallerName", "").strip().title() if not asked.more.get("call") else ""


def _ringing(asked: Question, _files: Mapping[str, Fetched]) -> Event | None:
    if asked.told.get("Direction", "inbound") != "inbound" or asked.told.get("CallStatus") != "ringing":
        return None
    return _happened(asked, "call.ringing", _("Rings."))


def _answered(asked: Question, _files: Mapping[str, Fetched]) -> Event | None:
    is_accepted = asked.digit == "1" if asked.step == "accept" else True
    if asked.step == "agent" and asked.told.get("CallStatus") != "in-progress":
        return None
    if not is_accepted:
        return None
    agent = asked.more.get("agent", "")
    said = _("The call was answered at %(number)s.") % {"number": agent}
    return _happened(asked, "call.answered", said, subject=_("Phone call"), begins=True, detail={"agent": agent})


def _waits(asked: Question, _files: Mapping[str, Fetched]) -> Event | None:
    # Only the first announcement is news.
    if asked.number("QueueTime") > 10:
        return None
    return _happened(asked, "call.waiting", _("Waits in line."), detail={"place": asked.number("QueuePosition")})


def _wants_call(asked: Question, _files: Mapping[str, Fetched]) -> Event | None:
    if asked.digit != "1" or not asked.caller:
        return None
    said = _("They would like to be rung back.")
    return _happened(asked, "call.callback_wanted", said, subject=_("Ring back"), begins=True)


def _message_left(asked: Question, _files: Mapping[str, Fetched]) -> Event:
    return _happened(asked, "call.message_left", _("Left a message."))


def _voicemail(asked: Question, files: Mapping[str, Fetched]) -> Event:
    length = {"length": minutes(asked.number("RecordingDuration"))}
    said = _("Voicemail, %(length)s minutes.") % length
    parts, troubles = _recording(asked, files, _("voicemail"))
    transcript = files.get(TRANSCRIPT)
    if transcript is not None and transcript.body:
        troubles = [transcript.body.decode(errors="replace"), *troubles]
    if transcript is not None and transcript.problem:
        troubles.append(_("[Not written down: %(problem)s]") % {"problem": transcript.problem})
    detail = {"seconds": asked.number("RecordingDuration")}
    whole = "\n\n".join([said, *troubles])
    more: dict[str, Any] = {"subject": _("Voicemail"), "begins": True, "parts": parts}
    return _happened(asked, "call.voicemail", whole, detail=detail, **more)


def _recorded_call(asked: Question, files: Mapping[str, Fetched]) -> Event | None:
    if asked.told.get("RecordingStatus", "completed") != "completed":
        return None
    parts, troubles = _recording(asked, files, _("call"))
    length = {"length": minutes(asked.number("RecordingDuration"))}
    said = "\n\n".join([_("Recording of the call, %(length)s minutes.") % length, *troubles])
    return _happened(asked, "call.recorded", said, parts=parts, detail={"seconds": asked.number("RecordingDuration")})


def _recording(asked: Question, files: Mapping[str, Fetched], name: str) -> tuple[tuple[Part, ...], list[str]]:
    url = asked.told.get("RecordingUrl", "")
    fetched = files.get(url)
    problem = fetched.problem if fetched else _("it has not been fetched")
    if fetched is None or problem:
        return (), [_("[The recording is missing: %(problem)s]") % {"problem": problem}]
    suffix = "mp3" if fetched.content_type == "audio/mpeg" else "wav"
    return (Part(f"{name}.{suffix}", fetched.content_type, fetched.body),), []


def _transcript(asked: Question, _files: Mapping[str, Fetched]) -> Event | None:
    text = asked.told.get("TranscriptionText", "").strip()
    if asked.told.get("TranscriptionStatus") != "completed" or not text:
        return None
    return _happened(asked, "call.transcript", _("Written down by a machine: %(text)s") % {"text": text})


def _ended(asked: Question, _files: Mapping[str, Fetched]) -> Event:
    seconds = asked.number("CallDuration")
    said = _("The call ended after %(length)s minutes.") % {"length": minutes(seconds)}
    return _happened(asked, "call.ended", said, detail={"seconds": seconds})


def _missed(asked: Question, _files: Mapping[str, Fetched]) -> Event:
    more: dict[str, Any] = {"subject": _("Missed call"), "begins": True, "unless": _CARED_FOR}
    return _happened(asked, "call.missed", _("Missed call."), **more)


def _dialling(asked: Question, _files: Mapping[str, Fetched]) -> Event:
    return _happened(asked, "call.dialling", _("The agent is on the phone; the customer is rung."), detail=_OUT)


def _reached(asked: Question, _files: Mapping[str, Fetched]) -> Event | None:
    if asked.told.get("CallStatus") != "in-progress":
        return None
    return _happened(asked, "call.answered", _("The customer answered."), detail=_OUT)


def _bridged(asked: Question, _files: Mapping[str, Fetched]) -> Event:
    if asked.told.get("DialCallStatus") in ("completed", "answered"):
        seconds = asked.number("DialCallDuration")
        said = _("They talked for %(length)s minutes.") % {"length": minutes(seconds)}
        return _happened(asked, "call.ended", said, detail={**_OUT, "seconds": seconds})
    is_busy = asked.told.get("DialCallStatus") == "busy"
    said = _("The customer's line was busy.") if is_busy else _("The customer did not answer.")
    return _happened(asked, "call.unanswered", said, detail=_OUT)


def _rung(asked: Question, _files: Mapping[str, Fetched]) -> Event | None:
    """What became of the call to the agent's own phone."""
    if asked.told.get("CallStatus") not in ("busy", "failed", "no-answer", "canceled"):
        return None
    return _happened(asked, "call.unanswered", _("The agent's phone was not answered."), detail=_OUT)


_OUT: Mapping[str, Any] = {"direction": "out"}
_EVENTS: Mapping[str, Callable[[Question, Mapping[str, Fetched]], Event | None]] = {
    "": _ringing,
    "accept": _answered,
    "agent": _answered,
    "taken": _answered,
    "wait": _waits,
    "waiting": _wants_call,
    "offered": _wants_call,
    "message": _message_left,
    "recorded": _voicemail,
    "recording": _recorded_call,
    "transcript": _transcript,
    "status": _ended,
    "ended": _ended,
    "missed": _missed,
    "bridge": _dialling,
    "reached": _reached,
    "bridged": _bridged,
    "rung": _rung,
}
