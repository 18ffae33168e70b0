"""Finding the searched words again in a text, and marking them."""

import functools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from rapport.conversations.searching.language import parse, words_in

_RUNS = re.compile(r"[^\W_]+")
_BEFORE, _LENGTH = 40, 160
_LONGEST = 100_000


@dataclass(frozen=True)
class Terms:
    """The words a reader looks for, ready to be found whatever their accents and capitals."""

    patterns: tuple[re.Pattern[str], ...] = ()

    @classmethod
    def of(cls, query: str) -> "Terms":
        """What a search looks for, without what it leaves out."""
        return cls.for_words(word.text for word in words_in(parse(query)))

    @classmethod
    def for_words(cls, words: Iterable[str]) -> "Terms":
        runs = [_RUNS.findall(_fold(word)) for word in dict.fromkeys(words)]
        # A Latin word is found from its beginning; Chinese has no word boundaries to stand on.
        found = [(r"\b" if each[0].isascii() else "") + r"[\W_]+".join(map(re.escape, each)) for each in runs if each]
        return cls(tuple(re.compile(each) for each in sorted(found, key=len, reverse=True)))

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where they are, none over another, in order."""
        folded = _fold(text)
        found = sorted(match.span() for pattern in self.patterns for match in pattern.finditer(folded))
        apart: list[tuple[int, int]] = []
        for start, end in found:
            if not apart or start >= apart[-1][1]:
                apart.append((start, end))
            elif end > apart[-1][1]:
                apart[-1] = (apart[-1][0], end)
        return apart

    def count_in(self, text: str) -> int:
        """How many of the words a text has."""
        folded = _fold(text[:_LONGEST])
        return sum(1 for pattern in self.patterns if pattern.search(folded))


def marked(text: str, terms: Terms) -> SafeString:
    """The text as safe HTML with each found word in <mark>."""
    parts: list[str] = []
    end = 0
    for start, stop in terms.spans(text):
        parts += [escape(text[end:start]), "<mark>", escape(text[start:stop]), "</mark>"]
        end = stop
    return mark_safe("".join([*parts, escape(text[end:])]))  # noqa: S308  # every piece was escaped


def snippet(text: str, terms: Terms, length: int = _LENGTH) -> SafeString:
    """One line around the first word found, marked."""
    line = " ".join(text[:_LONGEST].split())
    spans = terms.spans(line)
    # A Chinese character says as much as three letters, and takes the room of two.
    before = _BEFORE if not spans or line[spans[0][0]].isascii() else _BEFORE // 3
    start = max(0, spans[0][0] - before) if spans else 0
    if start:
        start = line.find(" ", start, start + before // 2) + 1 or start
    cut = line[start : start + length]
    shown = ("…" if start else "") + cut + ("…" if start + length < len(line) else "")
    return marked(shown, terms)


def _fold(text: str) -> str:
    """Lower case without accents, character for character, so that positions stay true."""
    return text.lower() if text.isascii() else "".join(map(_folded, text))


@functools.cache
def _folded(character: str) -> str:
    return unicodedata.normalize("NFD", character)[0].lower()[:1] or character
