"""What must be so for a rule to act: lines about the conversation, and about what its customer wrote.

Kept as a filter is: `{"version": 1, "match": "all", "conditions": [{"field": "tag", "op": "is", "value": ["refund"]}]}`
Lines about the conversation are the filter's own; `text`, `sender`, `domain` and `language` ask about the letter that
set the rule off, else about the customer's last one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

from django.utils.translation import gettext as _

from rapport.automation.errors import Mistaken
from rapport.automation.types import MOST_CONDITIONS
from rapport.backbone.filtering.reading import value_of
from rapport.backbone.filtering.wording import group, line
from rapport.conversations.filtering import Filter, FilterError, Subject, Vocabulary
from rapport.conversations.filtering.subjects import PERSONAL
from rapport.conversations.models import Conversation, Message
from rapport.conversations.querysets import ConversationQuerySet
from rapport.conversations.types import Direction
from rapport.kit.text import language_of

# Something that every filter understands, in the place of a line that is ours.
_ANY_LINE = {"field": "status", "op": "is", "value": ["open"]}


def own_subjects() -> dict[str, Subject]:
    """What can be asked about a letter."""
    subjects = (
        Subject("text", _("What the customer wrote"), "words", own_ops=("has", "has_not")),
        Subject("sender", _("The sender's address"), "words", own_ops=("is", "is_not", "has", "has_not")),
        Subject("domain", _("The sender's domain"), "words", own_ops=("is", "is_not")),
        Subject("language", _("The customer's language"), "choice", _languages, own_ops=("is", "is_not")),
    )
    return {subject.name: subject for subject in subjects}


def _languages() -> list[tuple[str, str]]:
    return [("en", _("English")), ("zh", _("Chinese"))]


class Remembering(Vocabulary):
    """A vocabulary that looks choices up once, for a page that describes many rules."""

    @cached_property
    def _standing(self) -> dict[str, Subject]:
        standing = super()._standing
        return {
            name: replace(subject, choices=cache(subject.choices)) if subject.choices else subject
            for name, subject in standing.items()
        }

    @property
    def every(self) -> list[Subject]:
        """All that a condition of a rule can be about, our own first."""
        return [*own_subjects().values(), *(each for each in self.offered if each.name not in PERSONAL)]


@dataclass(frozen=True)
class Line:
    """One line about the letter."""

    subject: Subject
    op: str
    value: Any

    def holds(self, letter: "Letter") -> bool:
        is_so = _HOLDS[self.subject.name](letter, self.op.removesuffix("_not"), self.value)
        return is_so != self.op.endswith("_not")

    def describe(self) -> str:
        return line(self.subject, self.op, self.value)

    def as_json(self) -> dict[str, Any]:
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return {"field": self.subject.name, "op": self.op, "value": value}


@dataclass(frozen=True)
class Letter:
    """What a customer wrote, and who."""

    text: str = ""
    sender: str = ""
    language: str = ""

    @classmethod
    def of(cls, conversation: Conversation, message: Message | None) -> "Letter":
        customer = conversation.customer
        text = (message.visible_text or message.text) if message else ""
        return cls(
            f"{message.subject}\n{text}".casefold() if message else "",
            ((message.author_address if message else "") or customer.email).strip().lower(),
            customer.language[:2].lower() or language_of(text),
        )


@dataclass(frozen=True)
class Conditions:
    """All of them, or any, have to be true; without a line every conversation fits."""

    match: str = "all"
    filter: Filter = field(default_factory=lambda: Filter("all"))
    lines: tuple[Line, ...] = ()

    @classmethod
    def parse(cls, said: Any, vocabulary: Vocabulary | None = None) -> "Conditions":
        """Raises Mistaken with the sentence for whoever wrote it; its line is counted as written."""
        said = said or {}
        if not isinstance(said, Mapping) or not isinstance(said.get("conditions", []), list):
            raise Mistaken(_("The conditions have to be a list."), field="conditions")
        written = said.get("conditions", [])
        if len(written) > MOST_CONDITIONS:
            most = {"count": MOST_CONDITIONS}
            raise Mistaken(_("At most %(count)d conditions fit.") % most, field="conditions")
        known = own_subjects()
        ours = {at: each for at, each in enumerate(written) if isinstance(each, Mapping) and each.get("field") in known}
        try:
            meant = [_ANY_LINE if at in ours else each for at, each in enumerate(written)]
            whole = Filter.parse({**said, "conditions": meant}, vocabulary)
        except FilterError as error:
            raise Mistaken(str(error), field="conditions") from error
        if any(each.subject.name in PERSONAL for each in whole.lines()):
            raise Mistaken(
                _("A rule is nobody: it is neither mentioned, nor does it follow anything."), field="conditions"
            )
        kept = tuple(each for at, each in enumerate(whole.conditions) if at not in ours)
        lines = tuple(_own_line(at + 1, each, known) for at, each in ours.items())
        return cls(whole.match, replace(whole, conditions=kept), lines)

    def matches(self, conversation: Conversation, message: Message | None) -> bool:
        """Whether it fits as it is kept now; at most one query."""
        letter = Letter.of(conversation, message) if self.lines else Letter()
        if self.match == "any" and any(each.holds(letter) for each in self.lines):
            return True
        if self.match == "all" and not all(each.holds(letter) for each in self.lines):
            return False
        if not self.filter.conditions:
            return self.match == "all" or not self.lines
        return self.filter.matches(conversation, None)

    def narrow(self, conversations: ConversationQuerySet) -> ConversationQuerySet:
        """Those that may fit; ask `matches` of each, unless there are no lines about letters."""
        if self.match == "any" and self.lines:
            return conversations
        return self.filter.apply(conversations, None)

    def describe(self) -> str:
        if not (self.lines or self.filter.conditions):
            return _("Every conversation")
        return group(self.match, [each.describe() for each in (*self.filter.conditions, *self.lines)])

    def as_json(self) -> dict[str, Any]:
        return {
            "version": 1,
            "match": self.match,
            "conditions": [each.as_json() for each in (*self.filter.conditions, *self.lines)],
        }


def letter_in(conversation: Conversation, message: int | None = None) -> Message | None:
    """The message of this id if the customer wrote it, else their last one."""
    received = conversation.messages.filter(direction=Direction.IN)
    named = received.filter(pk=message).first() if message else None
    return named or received.exclude(is_automatic=True).order_by("-pk").first()


def _own_line(number: int, said: Mapping[str, Any], known: dict[str, Subject]) -> Line:
    subject, op = known[said["field"]], said.get("op")
    try:
        if op not in subject.ops:
            told = {"label": subject.label, "ops": ", ".join(subject.ops)}
            raise ValueError(_("%(label)s can be asked for with: %(ops)s.") % told)
        return Line(subject, op, value_of(subject, op, said.get("value")))
    except ValueError as error:
        told = {"line": str(number), "reason": str(error)}
        raise Mistaken(_("Line %(line)s: %(reason)s") % told, field="conditions") from error


def _in_text(letter: Letter, _op: str, value: str) -> bool:
    return all(word in letter.text for word in value.casefold().split())


def _from(letter: Letter, op: str, value: str) -> bool:
    value = value.lower()
    return letter.sender == value if op == "is" else value in letter.sender


def _from_domain(letter: Letter, _op: str, value: str) -> bool:
    domain, wanted = letter.sender.rpartition("@")[2], value.lower().lstrip("@")
    return domain == wanted or domain.endswith(f".{wanted}")


def _in_language(letter: Letter, _op: str, value: tuple[str, ...]) -> bool:
    return letter.language in value


_HOLDS: dict[str, Callable[[Letter, str, Any], bool]] = {
    "text": _in_text,
    "sender": _from,
    "domain": _from_domain,
    "language": _in_language,
}
