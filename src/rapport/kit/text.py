"""Plain text: cleaning it, shortening it, and guessing its language."""

import re
import unicodedata

ELLIPSIS = "…"

# Control characters but tab, line feed and carriage return; lone surrogates. PostgreSQL refuses NUL and surrogates.
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# What reorders or hides text around it: a sender's name must not turn the line it stands in.
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACES = re.compile(r"\s+")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA_OR_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_LETTERS = re.compile(r"[^\W\d_]")
# One Chinese character says about as much as three Latin letters, so few of them make a text Chinese.
_HAN_WEIGHT = 3
# Where a text is best divided, the best first.
_GOOD_ENDS = ("\n\n", "\n", ". ", "。", " ")


def storable(text: str) -> str:
    """Without the characters that a database or a terminal cannot take; lines and tabs stay."""
    return _UNSTORABLE.sub("", text)


def one_line(text: str) -> str:
    """On one line, without control or direction characters, single spaces between words."""
    return _SPACES.sub(" ", _INVISIBLE.sub("", storable(text.replace("\x0b", " ").replace("\x0c", " ")))).strip()


def shortened(text: str, length: int) -> str:
    """At most `length` characters, cut at a word where one ends nearby, with an ellipsis where something was cut."""
    if len(text) <= length:
        return text
    if length <= 1:
        return ELLIPSIS[:length]
    cut = text[: length - 1]
    # Never between a letter and its accent.
    while len(cut) > 1 and unicodedata.combining(text[len(cut)]):
        cut = cut[:-1]
    word_end = cut.rfind(" ")
    if word_end >= length * 2 // 3:
        cut = cut[:word_end]
    return cut.rstrip() + ELLIPSIS


def pieces(text: str, most: int) -> list[str]:
    """A text in pieces of so many bytes at most, each ended where a paragraph, a sentence or a word ends."""
    found: list[str] = []
    rest = text
    while len(rest.encode()) > most:
        head = rest.encode()[:most].decode(errors="ignore")
        ends = (at + len(mark) for mark in _GOOD_ENDS if (at := head.rfind(mark)) >= len(head) // 2)
        cut = next(ends, len(head))
        found.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*found, rest] if rest else found


def language_of(text: str) -> str:
    """ "zh" or "en", by the script most of it is written in; "" when it is in neither or says too little."""
    han = len(_HAN.findall(text))
    others = len(_LETTERS.findall(text)) - han
    if _KANA_OR_HANGUL.search(text) or han + others < 2:
        return ""
    if han * _HAN_WEIGHT > others:
        return "zh"
    latin = len(re.findall(r"[A-Za-z]", text))
    return "en" if latin * 10 >= others * 9 else ""
