"""A conversation as plain turns, and which languages they are written in."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Author = Literal["customer", "agent", "bot"]
AUTHORS = ("customer", "agent", "bot")

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]+")
_OTHER = re.compile(r"[\u0370-\u1fff\u3040-\u30ff\uac00-\ud7af]")
# Words without which hardly any English sentence of some length does, other than those of its neighbours.
_ENGLISH = frozenset(
    "the an and or to of is are were be been it its this that you we they he she my your our us not "
    "do does did have has had can could will would please thanks thank for on at with from by as if but so hi hello "
    "yes what when how why where who there here just still up out get got any".split()
)


@dataclass(frozen=True)
class Turn:
    """What somebody wrote at once. `author` is "customer", "agent" or "bot"; `at` may be unknown."""

    author: Author
    text: str
    at: datetime | None = None

    def __post_init__(self) -> None:
        if self.author not in AUTHORS:
            raise ValueError(f"A turn is by {', '.join(AUTHORS)}, not by {self.author!r}.")
        if not isinstance(self.text, str):
            raise ValueError("The text of a turn is text.")


@dataclass(frozen=True)
class Conversation:
    """Turns in their order, and what is known about them: names, and how often it was opened again."""

    turns: tuple[Turn, ...]
    customer: str = ""
    agent: str = ""
    team: str = ""
    reopened: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "turns", tuple(_turn(one) for one in self.turns))

    def by(self, *authors: str) -> list[int]:
        """The places of the turns of these authors that say something."""
        return [place for place, turn in enumerate(self.turns) if turn.author in authors and turn.text.strip()]


def as_conversation(given: Conversation | Iterable[Any]) -> Conversation:
    """A conversation from itself, or from its turns: Turn, (author, text[, at]) or a mapping with these names."""
    if isinstance(given, Conversation):
        return given
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        raise ValueError("A conversation is a sequence of turns, each with an author and a text.")
    return Conversation(tuple(given))


def as_conversations(given: Iterable[Any]) -> list[Conversation]:
    return [as_conversation(one) for one in given]


def _turn(given: Any) -> Turn:
    if isinstance(given, Turn):
        return given
    if isinstance(given, Mapping) and {"author", "text"} <= set(given):
        return Turn(given["author"], given["text"], given.get("at"))
    if isinstance(given, Sequence) and not isinstance(given, str) and len(given) in (2, 3):
        return Turn(*given)
    raise ValueError("A turn needs an author and a text, as Turn(author, text, at).")


def languages(text: str) -> tuple[str, ...]:
    """Which of "en" and "zh" a text is written in, both where they are mixed; none for any other language."""
    chinese, latin = len(_CHINESE.findall(text)), _LATIN.findall(text)
    other = len(_OTHER.findall(text))
    if other > chinese + len(latin):
        return ()
    found = []
    if chinese and chinese >= 0.2 * len(latin) and not re.search(r"[\u3040-\u30ff]", text):
        found.append("zh")
    if latin and len(latin) >= 0.4 * chinese and _is_english(latin):
        found.append("en")
    return tuple(found)


def _is_english(words: list[str]) -> bool:
    known = sum(word.lower() in _ENGLISH for word in words)
    return len(words) < 6 or known >= 0.12 * len(words)
