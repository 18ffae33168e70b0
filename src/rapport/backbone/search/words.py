"""One splitter for what is written and what is asked, so that a search finds exactly what is there.

Latin and similar scripts are cut at everything that is no letter or digit, without case and accents. A run of Chinese,
Japanese or Korean characters becomes its overlapping pairs and its last character: a word of two characters is then
one word of the index, and nothing is missed or found too much (jieba misses single characters, trigrams every word
of two).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+")
_IS_CJK = re.compile(rf"[{_CJK}]")
# Optional minus, then words in quotes or anything up to a space. “ ” and 「 」 quote too.
_TERMS = re.compile(r'(?<!\S)(-?)(?:["“”「]([^"“”」]*)["“”」]?|(\S+))')

MAX_WORDS = 60_000
_MAX_WORD = 60
_MAX_QUERY = 300
_MAX_TERMS = 12
UNFINISHED_FROM = 4


@dataclass(frozen=True)
class Phrase:
    """Words that follow each other; with `open_end` the last one may be only the beginning of a word.

    A mark stands beside the text: who wrote it, which files came with it, when.
    """

    words: tuple[str, ...]
    open_end: bool = False
    is_mark: bool = False

    @property
    def is_unfinished(self) -> bool:
        """Whether it is a word that goes on, not a Chinese character of which the index has only pairs."""
        return self.open_end and not self.is_mark and not _IS_CJK.search(self.words[-1])


@dataclass(frozen=True)
class OneOf:
    """Any of these."""

    phrases: tuple[Phrase, ...]


@dataclass(frozen=True)
class Query:
    """All of `wanted` and none of `unwanted`."""

    wanted: tuple[Phrase | OneOf, ...]
    unwanted: tuple[Phrase | OneOf, ...] = ()


def words_of(text: str) -> list[str]:
    """The index words of a text, in order."""
    found: list[str] = []
    for run in _runs(text):
        if _IS_CJK.match(run):
            found.extend(run[i : i + 2] for i in range(len(run)))
        else:
            found.append(run[:_MAX_WORD])
        if len(found) >= MAX_WORDS:
            return found[:MAX_WORDS]
    return found


def marks_of(kind: str, text: str) -> list[str]:
    """A text as marks of a kind, such as "by": its words with the kind before each."""
    return [kind + word for word in words_of(text)]


def marked(kind: str, text: str) -> Phrase | None:
    """What finds these words among the marks of a kind; the last may be unfinished."""
    said = phrase(text, may_be_unfinished=True)
    return Phrase(tuple(kind + word for word in said.words), said.open_end, is_mark=True) if said else None


def parse(query: str) -> Query | None:
    """What a person typed, as phrases; None when it asks for nothing."""
    wanted: dict[Phrase, None] = {}
    unwanted: dict[Phrase, None] = {}
    terms = list(_TERMS.finditer(query[:_MAX_QUERY]))[:_MAX_TERMS]
    for term in terms:
        minus, quoted, plain = term.groups()
        is_last = term is terms[-1] and quoted is None and not minus
        said = phrase(plain if quoted is None else quoted, may_be_unfinished=is_last)
        if said:
            (unwanted if minus else wanted)[said] = None
    return Query(tuple(wanted), tuple(unwanted)) if wanted else None


def phrase(text: str, *, may_be_unfinished: bool = False) -> Phrase | None:
    """The words of a text in this order; None when it has none."""
    runs = list(_runs(text))
    if not runs:
        return None
    words = [word for run in runs[:-1] for word in words_of(run)]
    last = runs[-1]
    if not _IS_CJK.match(last):
        unfinished = may_be_unfinished and len(last) >= UNFINISHED_FROM
        return Phrase((*words, last[:_MAX_WORD]), open_end=unfinished)
    if len(last) == 1:
        # It may be the first character of any pair, or stand last in its run.
        return Phrase((*words, last), open_end=True)
    return Phrase((*words, *(last[i : i + 2] for i in range(len(last) - 1))))


def _runs(text: str) -> Iterator[str]:
    return (match.group() for match in _RUNS.finditer(_folded(text)))


def _folded(text: str) -> str:
    """Without case, accents and width: "Müller" and "ＭＵＬＬＥＲ" are both "muller"."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(character for character in apart if not unicodedata.combining(character))
    return unicodedata.normalize("NFKC", plain).casefold()
