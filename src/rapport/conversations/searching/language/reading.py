"""From what was typed to a tree. It never raises, whatever that was."""

import re
import unicodedata
from dataclasses import dataclass

from rapport.conversations.searching.language.operators import DAYS, NAMES
from rapport.conversations.searching.language.tree import All, Any, Asked, Node, Word, together, turned

LONGEST = 1000
MOST_TERMS = 24
_DEEPEST = 6
_LONGEST_VALUE = 100
_QUOTED = r'["“”「」『』]([^"“”「」『』]*)["“”「」『』]?'
_SPACE = re.compile(r"\s+")
_MINUS = re.compile(r"[-\u2212](?=[^\s\-\u2212])")
_DASHES = re.compile(r"[-\u2212]{2,}|[-\u2212](?=\s|$)")
_PHRASE = re.compile(_QUOTED)
_OPERATOR = re.compile(r"([A-Za-z]{2,10}|[\u4e00-\u9fff]{1,4}):")
_NUMBER = re.compile(r'#(\d{1,9})(?![^\s()"“”「」『』])')
_PLAIN = re.compile(r'[^\s()"“”「」『』]+')
_EITHER = re.compile(r'(?:OR|或者?|\|\|?)(?![^\s()"“”「」『』])')
_AS_WELL = re.compile(r'(?:AND|并且|&&?)(?![^\s()"“”「」『』])')
_WITHOUT = re.compile(r"NOT\s+(?=[^\s()])")
# "last week" and "3 days" belong together behind an operator that asks for a day.
_TWO_WORDS = re.compile(r'(?i)(last|this|past|\d+)\s+([a-z]+)(?![^\s()"“”「」『』])')


def parse(typed: str) -> Node:
    """What was asked; `All()` when it was nothing."""
    return _Reader(unicodedata.normalize("NFKC", typed[:LONGEST]).strip()[:LONGEST]).everything()


@dataclass
class _Reader:
    text: str
    at: int = 0
    terms: int = 0

    def everything(self) -> Node:
        parts: list[Node] = []
        while self.at < len(self.text):
            parts.append(self.several(depth=0))
            self.take(re.compile(r"\)"))  # one that closes nothing
        return together(All, parts)

    def several(self, depth: int) -> Node:
        """Terms up to the end or a closing bracket, those with OR between them as one."""
        parts: list[Node] = []
        is_either = False
        while (part := self.term(depth)) is not None:
            if is_either and parts:
                parts[-1] = together(Any, [parts[-1], part]) if part != All() else parts[-1]
            elif part != All():
                parts.append(part)
            self.take(_AS_WELL)
            is_either = bool(self.take(_EITHER))
        return together(All, parts)

    def term(self, depth: int) -> Node | None:
        """The next term, None where there is none; All() for what asks nothing."""
        self.take(_SPACE)
        if self.at >= len(self.text) or (self.text[self.at] == ")" and depth):
            return None
        if self.text[self.at] == ")":
            self.at += 1
            return All()
        if self.take(_DASHES):
            return All()
        if self.terms >= MOST_TERMS:
            self.at = len(self.text)
            return None
        if self.take(_MINUS) or self.take(_WITHOUT):
            return turned(self.term(depth) or All())
        if self.text[self.at] == "(":
            return self.bracket(depth)
        self.terms += 1
        return self.phrase() or self.operator() or self.word()

    def bracket(self, depth: int) -> Node:
        self.at += 1
        if depth >= _DEEPEST:
            return All()
        inner = self.several(depth + 1)
        if self.at < len(self.text):
            self.at += 1
        return inner

    def phrase(self) -> Node | None:
        found = self.take(_PHRASE)
        if not found:
            return None
        text = " ".join(found[1].split())
        return Word(text, is_quoted=True) if text else All()

    def operator(self) -> Node | None:
        if number := self.take(_NUMBER):
            return Asked("number", number[1])
        found = _OPERATOR.match(self.text, self.at)
        name = NAMES.get(found[1].lower()) if found else None
        if found is None or name is None:
            return None
        self.at = found.end()
        value = self.value(name)
        return Asked(name, value[:_LONGEST_VALUE].strip()) if value else Word(found[1])

    def value(self, name: str) -> str:
        """What stands behind the colon, or is the next word: "from: kim"."""
        self.take(_SPACE)
        if self.at >= len(self.text) or self.text[self.at] in "()":
            return ""
        if found := self.take(_PHRASE):
            return " ".join(found[1].split())
        if name in DAYS and (found := self.take(_TWO_WORDS)):
            return " ".join(found[0].split())
        if any(pattern.match(self.text, self.at) for pattern in (_EITHER, _AS_WELL, _MINUS)) or self.is_operator():
            return ""
        found = self.take(_PLAIN)
        return found[0] if found else ""

    def is_operator(self) -> bool:
        found = _OPERATOR.match(self.text, self.at)
        return bool(found and found[1].lower() in NAMES)

    def word(self) -> Node:
        if self.take(_EITHER) or self.take(_AS_WELL):
            return All()
        found = self.take(_PLAIN)
        text = found[0] if found else ""
        return Word(text) if text != "NOT" and any(character.isalnum() for character in text) else All()

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What stands here, behind spaces for what may follow a term."""
        at = self.at
        if pattern in (_EITHER, _AS_WELL) and (space := _SPACE.match(self.text, at)):
            at = space.end()
        found = pattern.match(self.text, at)
        if found:
            self.at = found.end()
        return found
