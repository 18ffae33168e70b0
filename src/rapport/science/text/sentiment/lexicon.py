"""How much good and bad a text says by a word list of our own, in English and Chinese.

Words count by their strength; a word of degree before them makes them stronger or weaker, a negation turns them round
and says less, what follows "but" counts for more than what is before it, and faces count like words.
Source of the rules: Taboada et al. (2011), Lexicon-based methods for sentiment analysis, Computational Linguistics
37(2), 267-307. The words are written for this desk.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from rapport.science.text.sentiment import chinese, english
from rapport.science.text.words import CJK, normal

_EMOTICON = r"[:;=][-~^]?[)D(|/\\]|<3|\^_?\^|[TQ]_[TQ]"
_ELEMENT = re.compile(rf"[{CJK}]+|[^\W{CJK}_]+(?:['’][^\W{CJK}_]+)*|{_EMOTICON}|[^\w\s]")
_CJK = re.compile(rf"[{CJK}]")

FACES = {
    2.0: "😀😃😄😁😊🙂😍🥰😘🤩🥳😎🤗👍👏🙌💯❤♥💕💖🎉🌹💐✨😋🙏🫶👌💪☺😇",
    -2.0: "😠😡🤬😤👎💩😞😔😟🙁☹😣😖😫😩😢😭😱😒🙄🤮🤢💔😑😓😰🤦🖕😾",
}
EMOTICONS = {
    2.0: ":D :-D <3",
    1.5: ":) :-) =) ^^ ^_^",
    1.0: ";) ;-)",
    -0.5: ":|",
    -1.0: ":/ :-/ :\\",
    -1.5: ":( :-( =(",
    -2.0: "T_T Q_Q",
}

STRONG, WEAK, TURNED = 1.5, 0.6, -0.75
BEFORE_BUT, AFTER_BUT = 0.5, 1.3
# A negation or a word of degree reaches over so many words that say nothing themselves.
REACH = 3
_LONGEST_PHRASE, _LONGEST_CHINESE = 5, 7


class Evidence(NamedTuple):
    """What speaks for good and for bad in a text, both 0 or more; one plain word is about 2."""

    good: float
    bad: float


class _Word(NamedTuple):
    """One word as the rules see it: how it feels, and what it does to the words after it."""

    value: float = 0.0
    degree: float = 1.0
    negates: bool = False
    turns: bool = False
    ends: bool = False


_PLAIN, _END = _Word(), _Word(ends=True)


def evidence(text: str) -> Evidence:
    """The good and the bad in a text."""
    values = _values(list(_read(normal(text))))
    loud = 1.0 + 0.1 * min(3, text.count("!") + text.count("！"))
    return Evidence(loud * sum(v for v in values if v > 0), loud * -sum(v for v in values if v < 0))


def _values(words: list[_Word]) -> list[float]:
    """What each word that feels says in its context, in order."""
    found: list[float] = []
    turn = max((place for place, word in enumerate(words) if word.turns), default=-1)
    context = _Context()
    for place, word in enumerate(words):
        if word.value:
            weight = 1.0 if turn < 0 else BEFORE_BUT if place < turn else AFTER_BUT
            found.append(weight * context.applied(word.value))
        context.read(word)
    return found


class _Context:
    """The words of degree and negation that are still open."""

    def __init__(self) -> None:
        self._degree, self._negated, self._since = 1.0, False, 0

    def applied(self, value: float) -> float:
        return value * self._degree * (TURNED if self._negated else 1.0)

    def read(self, word: _Word) -> None:
        if word.value or word.ends or word.turns:
            self._close()
        elif word.negates:
            self._negated, self._since = not self._negated, 0
        elif word.degree != 1.0:
            self._degree *= word.degree
        else:
            self._since += 1
            if self._since > REACH:
                self._close()

    def _close(self) -> None:
        self._degree, self._negated, self._since = 1.0, False, 0


def _read(text: str) -> Iterator[_Word]:
    """The words of a text by their rules; phrases are found before the words in them."""
    elements = _ELEMENT.findall(text)
    place = 0
    while place < len(elements):
        element = elements[place]
        if _CJK.match(element):
            yield from _read_chinese(element)
            place += 1
        elif element[0].isalnum():
            taken, word = _read_english(elements[place : place + _LONGEST_PHRASE])
            yield word
            place += taken
        else:
            yield _signs().get(element, _PLAIN)
            place += 1


def _read_english(ahead: list[str]) -> tuple[int, _Word]:
    known = _english()
    folded = [element.lower().replace("’", "'") for element in ahead]
    for taken in range(len(folded), 0, -1):
        if word := known.get(" ".join(folded[:taken])):
            return taken, word
    return 1, _PLAIN


def _read_chinese(run: str) -> Iterator[_Word]:
    known, place = _chinese(), 0
    while place < len(run):
        for taken in range(min(_LONGEST_CHINESE, len(run) - place), 0, -1):
            if word := known.get(run[place : place + taken]):
                yield word
                place += taken
                break
        else:
            yield _PLAIN
            place += 1


@cache
def _english() -> Mapping[str, _Word]:
    known = {word: _Word(degree=STRONG) for word in english.STRONGER} | {w: _Word(degree=WEAK) for w in english.WEAKER}
    known |= {word: _Word(negates=True) for word in english.NEGATIONS} | {w: _Word(turns=True) for w in english.TURNS}
    known |= _weighted(english.GOOD, 1) | _weighted(english.BAD, -1)
    return known | _phrases(english.GOOD_PHRASES, 1) | _phrases(english.BAD_PHRASES, -1)


@cache
def _chinese() -> Mapping[str, _Word]:
    known = {word: _Word(degree=STRONG) for word in chinese.STRONGER} | {w: _Word(degree=WEAK) for w in chinese.WEAKER}
    known |= {word: _Word(negates=True) for word in chinese.NEGATIONS} | {w: _Word(turns=True) for w in chinese.TURNS}
    return known | _weighted(chinese.GOOD, 1) | _weighted(chinese.BAD, -1)


@cache
def _signs() -> Mapping[str, _Word]:
    ends = dict.fromkeys(".!?;,。！？；，…~～", _END)
    faces = {face: _Word(value) for value, several in FACES.items() for face in several}
    return ends | faces | {face: _Word(value) for value, several in EMOTICONS.items() for face in several.split()}


def _weighted(lists: Mapping[int, str], sign: int) -> dict[str, _Word]:
    """Words by their strength, the weaker lists first so that a word in two counts as the stronger."""
    return {word: _Word(float(sign * strength)) for strength in sorted(lists) for word in lists[strength].split()}


def _phrases(lists: Mapping[float, str], sign: int) -> dict[str, _Word]:
    found = {phrase: strength for strength, several in lists.items() for phrase in several.split(",")}
    return {" ".join(phrase.split()): _Word(sign * strength) for phrase, strength in found.items()}
