"""What Twilio is told to do next: TwiML (twilio.com/docs/voice/twiml, November 2026)."""

from dataclasses import dataclass, field
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, SubElement, tostring

from rapport.channels.types import Answer

_LONGEST_SAID = 4000
# How long it waits for a digit after the last word.
_PATIENCE = "5"


@dataclass
class Script:
    """Verbs, one after another. `address` is where the answer to each of them is asked for."""

    address: str
    language: str = ""
    voice: str = ""
    root: Element = field(default_factory=lambda: Element("Response"))

    def say(self, words: str, into: Element | None = None) -> "Script":
        """Words, or a recording where they are its address."""
        place = self.root if into is None else into
        if not words.strip():
            return self
        if words.strip().startswith(("https://", "http://")):
            SubElement(place, "Play").text = words.strip()
            return self
        said = {"language": self.language, "voice": self.voice}
        SubElement(place, "Say", {name: value for name, value in said.items() if value}).text = words[:_LONGEST_SAID]
        return self

    def ask(self, words: str, step: str, *, seconds: str = _PATIENCE, **more: str) -> "Script":
        """Words, and one digit; the same place is asked when nothing is pressed."""
        action = {"action": self.at(step, **more), "numDigits": "1", "timeout": seconds, "actionOnEmptyResult": "true"}
        self.say(words, SubElement(self.root, "Gather", {**action, "method": "POST"}))
        return self

    def go(self, step: str, **more: str) -> "Script":
        SubElement(self.root, "Redirect", {"method": "POST"}).text = self.at(step, **more)
        return self

    def do(self, verb: str, text: str = "", into: Element | None = None, /, **attributes: str) -> Element:
        made = SubElement(self.root if into is None else into, verb, attributes)
        if text:
            made.text = text
        return made

    def hang_up(self) -> "Script":
        SubElement(self.root, "Hangup")
        return self

    def at(self, step: str, **more: str) -> str:
        return f"{self.address}?{urlencode({'step': step, **more})}"

    @property
    def answer(self) -> Answer:
        body = tostring(self.root, encoding="unicode")
        return Answer(f'<?xml version="1.0" encoding="UTF-8"?>{body}', "text/xml; charset=utf-8")
