"""What a caller hears next. One function for each step; every step can be reached by the address that names it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from rapport.channels.kinds.voice import lines
from rapport.channels.kinds.voice.asking import Question
from rapport.channels.kinds.voice.lines import Choice, Group
from rapport.channels.kinds.voice.twiml import Script
from rapport.channels.kinds.voice.words import words

if TYPE_CHECKING:
    from rapport.channels.office import Desk

_TRIES = 2
_DUAL = "record-from-answer-dual"
_RING_SECONDS, _LONGEST_MESSAGE, _LONGEST_WAIT = 25, 180, 900


@dataclass(frozen=True)
class Turn:
    """One question, and all that its answer is made from."""

    asked: Question
    settings: Mapping[str, Any]
    desk: "Desk"
    script: Script

    @property
    def groups(self) -> list[Group]:
        return lines.groups_in(str(self.settings.get("people") or ""))

    @property
    def choices(self) -> list[Choice]:
        return lines.choices_in(str(self.settings.get("menu") or ""), self.groups)

    @property
    def is_recorded(self) -> bool:
        """Only after the caller was told, and where they are asked, only after they agreed."""
        return self.asked.more.get("rec") == "1"

    @property
    def carried(self) -> dict[str, str]:
        """What the next step has to know of those before."""
        return {name: self.asked.more[name] for name in ("rec", "group") if self.asked.more.get(name)}

    def say(self, name: str) -> Script:
        return self.script.say(words(name, self.settings))

    def number(self, name: str, usual: int) -> str:
        return str(self.settings.get(name) or usual)


def answer(turn: Turn) -> Script | None:
    """None where Twilio only tells us something."""
    known = _STEPS.get(turn.asked.step)
    return known(turn) if known else None


def _begin(turn: Turn) -> Script:
    if turn.asked.more.get("who") == "agent":
        return _take_next(turn)
    if turn.asked.told.get("Direction", "inbound") != "inbound":
        return turn.script
    if not turn.desk.is_open:
        return _leave_message(turn, "closed")
    turn.say("greeting")
    match turn.settings.get("recording"):
        case "announce":
            return turn.say("consent").go("menu", rec="1")
        case "press":
            return turn.script.ask(words("consent_press", turn.settings), "consent")
    return _menu(turn)


def _consent(turn: Turn) -> Script:
    return turn.script.go("menu", rec="1" if turn.asked.digit == "1" else "0")


def _menu(turn: Turn) -> Script:
    """Asks what they want; what was pressed comes back as the step "choice"."""
    if not turn.choices:
        return _connect(turn, lines.group_of("", turn.groups))
    tries = turn.asked.more.get("tries", "0")
    return turn.script.ask(words("menu_words", turn.settings), "choice", tries=tries, **turn.carried)


def _choose(turn: Turn) -> Script:
    chosen = next((choice for choice in turn.choices if choice.digit == turn.asked.digit), None)
    if chosen is None:
        tries = turn.asked.more.get("tries", "0")
        count = int(tries) + 1 if tries.isdigit() else _TRIES
        if count < _TRIES:
            return turn.script.go("menu", tries=str(count), **turn.carried)
        return _connect(turn, lines.group_of("", turn.groups))
    match chosen.does:
        case lines.VOICEMAIL:
            return _leave_message(turn)
        case lines.SAY:
            return turn.script.say(chosen.about).go("menu", **turn.carried)
        case lines.NUMBER:
            return _connect(turn, Group("", (chosen.about,)))
    return _connect(turn, lines.group_of(chosen.about, turn.groups))


def _connect(turn: Turn, group: Group | None) -> Script:
    """Their phones ring, all at once or one after another; in a queue they are rung by nobody but take the next."""
    if group is None:
        return _offer(turn)
    if turn.settings.get("way") == "queue" and group in turn.groups:
        turn.say("connecting")
        return _enqueue(turn, group.name)
    written = turn.asked.more.get("place", "")
    place = int(written) if written.isdigit() else 0
    if not place:
        turn.say("connecting")
    in_turn = turn.settings.get("way") == "turn"
    numbers = group.numbers[place : place + 1] if in_turn else group.numbers
    onward = {"place": str(place + 1)} if in_turn and place + 1 < len(group.numbers) else {}
    named = {"group": group.name} if group.name else {}
    if not group.name and group not in turn.groups:
        onward = {}
    return _dial(turn, numbers, {**turn.carried, **named, **onward})


def _dial(turn: Turn, numbers: tuple[str, ...], carried: Mapping[str, str]) -> Script:
    script, asked = turn.script, turn.asked
    recorded = {"record": _DUAL, "recordingStatusCallback": script.at("recording")} if turn.is_recorded else {}
    dial = script.do(
        "Dial",
        action=script.at("dialled", **carried),
        method="POST",
        timeout=turn.number("ring_seconds", _RING_SECONDS),
        answerOnBridge="true",
        **recorded,
    )
    # Twilio shows the caller's number on the agents' phones unless it is told otherwise.
    about = {"call": asked.sid, "from": asked.caller}
    for number in numbers:
        agent = {**about, "agent": number}
        if turn.settings.get("screening", True):
            script.do("Number", number, dial, url=script.at("screen", **agent), method="POST")
        else:
            script.do(
                *("Number", number, dial),
                statusCallback=script.at("agent", **agent),
                statusCallbackEvent="answered",
                statusCallbackMethod="POST",
            )
    return script


def _screen(turn: Turn) -> Script:
    """On the agent's phone, so that a mailbox of theirs does not take the call."""
    from_whom = turn.asked.more.get("from") or _("a number that is withheld")
    told = _("Call from {number}. Press 1 to take it.").replace("{number}", " ".join(from_whom))
    about = {name: turn.asked.more.get(name, "") for name in ("call", "from", "agent")}
    return turn.script.ask(told, "accept", **about).hang_up()


def _accept(turn: Turn) -> Script:
    """An empty answer joins the two."""
    return turn.script if turn.asked.digit == "1" else turn.script.hang_up()


def _after_dialling(turn: Turn) -> Script:
    if turn.asked.told.get("DialCallStatus") in ("completed", "answered"):
        return turn.script.hang_up()
    if turn.asked.more.get("place"):
        return _connect(turn, lines.group_of(turn.asked.more.get("group", ""), turn.groups))
    return _offer(turn)


def _enqueue(turn: Turn, group: str) -> Script:
    about = {**turn.carried, "group": group}
    where = {"waitUrl": turn.script.at("wait", **about), "waitUrlMethod": "POST"}
    turn.script.do("Enqueue", queue_name(turn, group), action=turn.script.at("left", **about), method="POST", **where)
    return turn.script


def queue_name(turn: Turn, group: str) -> str:
    number = str(turn.settings.get("address") or "").lstrip("+")
    return f"rapport {number} {group}".strip()[:64]


def _wait(turn: Turn) -> Script:
    """Said while they wait, again and again; in between there is music, or quiet."""
    asked = turn.asked
    if asked.number("QueueTime") >= int(turn.number("longest_wait", _LONGEST_WAIT)):
        turn.script.do("Leave")
        return turn.script
    told = words("waiting", turn.settings).replace("{place}", str(asked.number("QueuePosition") or 1))
    turn.script.ask(told, "waiting", seconds="2", **turn.carried)
    return turn.script


def _waiting(turn: Turn) -> Script:
    if turn.asked.digit == "1" and turn.asked.caller:
        return turn.say("callback_words").hang_up()
    music = str(turn.settings.get("music") or "")
    if music:
        return turn.script.say(music).go("wait", **turn.carried)
    turn.script.do("Pause", length="20")
    return turn.script.go("wait", **turn.carried)


def _left(turn: Turn) -> Script:
    if turn.asked.told.get("QueueResult") in ("bridged", "hangup", "redirected"):
        return turn.script.hang_up()
    return _offer(turn)


def _take_next(turn: Turn) -> Script:
    """An agent rings the number from their own phone: they are joined with whoever waits longest."""
    script, agent = turn.script, turn.asked.told.get("From", "")
    group = next((each for each in turn.groups if agent in each.numbers), None)
    # Not recorded: what was announced, or agreed to, is not known to this call.
    dial = script.do("Dial", timeout="10")
    taken = script.at("taken", agent=agent)
    script.do("Queue", queue_name(turn, group.name if group else ""), dial, url=taken, method="POST")
    return script.say(_("Nobody is waiting.")).hang_up()


def _taken(turn: Turn) -> Script:
    """On the caller's phone, before they are joined."""
    return turn.script


def _offer(turn: Turn) -> Script:
    if not turn.asked.caller or not turn.settings.get("callbacks", True):
        return _leave_message(turn)
    return turn.script.ask(words("offer", turn.settings), "offered", **turn.carried)


def _offered(turn: Turn) -> Script:
    if turn.asked.digit == "1" and turn.asked.caller:
        return turn.say("callback_words").hang_up()
    return _leave_message(turn)


def _leave_message(turn: Turn, first: str = "") -> Script:
    if first:
        turn.say(first)
    if not turn.settings.get("voicemail", True):
        return turn.say("thanks").hang_up()
    turn.say("voicemail_words")
    transcribed = {}
    if turn.settings.get("transcription") == "twilio":
        transcribed = {"transcribe": "true", "transcribeCallback": turn.script.at("transcript")}
    turn.script.do(
        "Record",
        action=turn.script.at("recorded"),
        method="POST",
        maxLength=turn.number("longest_message", _LONGEST_MESSAGE),
        playBeep="true",
        **transcribed,
    )
    return turn.say("thanks").hang_up()


def _recorded(turn: Turn) -> Script:
    return turn.say("thanks").hang_up()


def _bridge(turn: Turn) -> Script:
    """An agent is on the phone whom we rang: now their customer is rung, from the number that customers know."""
    script = turn.script.say(words("connecting", turn.settings))
    to = turn.asked.more.get("from", "")
    dial = script.do(
        "Dial",
        action=script.at("bridged", **{"from": to}),
        method="POST",
        callerId=str(turn.settings.get("address") or ""),
        timeout="40",
        answerOnBridge="true",
    )
    script.do(
        *("Number", to, dial),
        statusCallback=script.at("reached", **{"call": turn.asked.sid, "from": to}),
        statusCallbackEvent="answered",
        statusCallbackMethod="POST",
    )
    return script


def _bridged(turn: Turn) -> Script:
    return turn.script.hang_up()


_STEPS: Mapping[str, Callable[[Turn], Script]] = {
    "": _begin,
    "consent": _consent,
    "menu": _menu,
    "choice": _choose,
    "screen": _screen,
    "accept": _accept,
    "dialled": _after_dialling,
    "wait": _wait,
    "waiting": _waiting,
    "left": _left,
    "taken": _taken,
    "offered": _offered,
    "recorded": _recorded,
    "bridge": _bridge,
    "bridged": _bridged,
}
