"""Finding the searched words again in a text, and marking them."""

import re
import unicodedata
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_PIECES = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')
_BEFORE, _LENGTH = 40, 160


@dataclass(frozen=True)
class Terms:
    """The words a reader looks for, ready to be found whatever their accents and capitals."""

    pattern: re.Pattern[str] | None

    @classmethod
    def of(cls, query: str) -> "Terms":
        pieces = [phrase or word for minus, phrase, word in _PIECES.findall(query[:400]) if not minus]
        words = [_fold(piece).strip("\"'*()") for piece in pieces]
        # A Latin word is found from its beginning; Chinese has no word boundaries to stand on.
        found = [(r"\b" if word[0].isascii() and word[0].isalnum() else "") + re.escape(word) for word in words if word]
        return cls(re.compile("|".join(sorted(found, key=len, reverse=True))) if found else None)

    def spans(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in self.pattern.finditer(_fold(text))] if self.pattern else []


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
    line = " ".join(text[:100_000].split())
    spans = terms.spans(line)
    start = max(0, spans[0][0] - _BEFORE) if spans else 0
    if start:
        start = line.find(" ", start, start + _BEFORE // 2) + 1 or start
    cut = line[start : start + length]
    shown = ("…" if start else "") + cut + ("…" if start + length < len(line) else "")
    return marked(shown, terms)


def _fold(text: str) -> str:
    """Lower case without accents, character for character, so that positions stay true."""
    return "".join(unicodedata.normalize("NFD", character)[0].lower()[:1] or character for character in text)
