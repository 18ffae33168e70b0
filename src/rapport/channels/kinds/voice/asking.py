"""A question of Twilio's: which call, at which step of it, and what was pressed.

The step and what it needs to know stand in the address that we gave Twilio, which it signs with the rest. Before a push
is stored they are written into its form, under names of ours, so that what is stored says everything by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from rapport.channels.twilio import form_in

_OURS = "Desk."
# How Twilio writes a number that is withheld (support page "Why am I getting calls from these strange numbers?").
_WITHHELD = {"+266696687", "+7378742833", "+2562533", "+8656696", "+464", "anonymous", "unknown", "restricted"}


@dataclass(frozen=True)
class Question:
    told: Mapping[str, str]
    more: Mapping[str, str]

    @property
    def step(self) -> str:
        return self.more.get("step", "")

    @property
    def sid(self) -> str:
        """The call of the customer, where this comes from an agent's leg of it."""
        return self.more.get("call") or self.told["CallSid"]

    @property
    def caller(self) -> str:
        """Whom it is with; empty when they keep their number to themselves."""
        number = self.more.get("from") or self.told.get("From", "")
        return "" if number.lower() in _WITHHELD else number

    @property
    def digit(self) -> str:
        return self.told.get("Digits", "")[:1]

    def number(self, name: str) -> int:
        written = self.told.get(name, "")
        return int(written) if written.isdigit() else 0


def question_in(body: bytes, query: str = "") -> Question:
    """Raises CannotRead."""
    told = form_in(body, "CallSid")
    inside = {name.removeprefix(_OURS): value for name, value in told.items() if name.startswith(_OURS)}
    return Question(told, {**inside, **dict(parse_qsl(query, keep_blank_values=True))})


def with_steps(body: bytes, query: str, **more: str) -> bytes:
    """The form with what stood in the address, for keeping."""
    ours = {f"{_OURS}{name}": value for name, value in {**dict(parse_qsl(query)), **more}.items()}
    return body + (b"&" + urlencode(ours).encode() if ours else b"")
