"""Words of a text in any language of the desk, without a dictionary.

Words between spaces are folded to lower case without accents, and lose a plural s. Chinese, Japanese and Korean have
no spaces that help: a run of such characters becomes its characters and the pairs of neighbours, which finds as much
as a segmenter does. Source: J.-Y. Nie et al. (2000), On the use of words and n-grams for Chinese information retrieval.
"""

import re
import unicodedata

# Han with its extensions, kana and hangul.
CJK = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
_TOKEN = re.compile(rf"[{CJK}]+|[^\W{CJK}]+(?:['’._/@-][^\W{CJK}]+)*")
_CJK = re.compile(rf"[{CJK}]")
_JOINT = re.compile(r"[._/@-]")
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u200b-\u200f\u2060\ufeff]")
_MARK = re.compile(r"[\u0300-\u036f]")
_SENTENCE = re.compile(r"(?<=[.!?;:])\s+|(?<=[。！？；…])|\n+")

# What an English and a Chinese sentence is built with, whatever it is about.
STOP_WORDS = frozenset(
    "a about after again all also am an and any are as at be because been before being but by can could did do does"
    " doing done for from get go got had has have having he her here hers hi hello him his how i if in into is it its"
    " just let like ll may me might more most much must my no nor not now of off on once one only or other our out over"
    " please re same shall she should so some such than thank thanks that the their them then there these they thing"
    " this those to too up us ve very want was we were what when where which while who whom why will with would yet"
    " you your yours i'm i've i'd i'll don't can't didn't doesn't isn't wasn't it's won't what's that's couldn't"
    " haven't hasn't there's im ive dont".split()
)
CHINESE_STOP_CHARACTERS = frozenset(
    "的了是我你他她它们在有和就不都而及与着或也还个这那吗呢吧啊呀哦嘛么之于把被让给对从到为以很太再又才只会能可要想"
    "请您说去来上下里中得地过没"
)


def normal(text: str) -> str:
    """Full-width letters as usual ones, one space between words, and no character that cannot be seen."""
    if not text.isascii():
        # Half of a character, as broken exports have it, is no character.
        text = unicodedata.normalize("NFKC", text.encode("utf-8", "replace").decode())
    return " ".join(_UNSEEN.sub("", text).split())


def words(text: str) -> list[str]:
    """The words of a text, in order, as they are counted: `Orders 订单` gives order, 订, 单, 订单.

    A number that is joined to others, such as an order id, is kept whole and in parts.
    """
    found: list[str] = []
    for token in raw_words(text):
        if _CJK.match(token):
            found += token
            found += [token[place : place + 2] for place in range(len(token) - 1)]
        else:
            found += _parts(token)
    return found


def raw_words(text: str) -> list[str]:
    """The words between spaces and the runs of characters without spaces, in lower case."""
    return _TOKEN.findall(_folded(text))


def is_cjk(text: str) -> bool:
    """Whether the text has a Chinese, Japanese or Korean character."""
    return _CJK.search(text) is not None


def sentences(text: str) -> list[str]:
    """The sentences of a text in either punctuation, none of them empty."""
    return [part for piece in _SENTENCE.split(text) if (part := piece.strip())]


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    # Accents are marks of their own in the decomposed form; marks of other scripts stay.
    return unicodedata.normalize("NFC", _MARK.sub("", unicodedata.normalize("NFD", folded)))


def _parts(token: str) -> list[str]:
    stem = _singular(token.removesuffix("'s"))
    if not _JOINT.search(token):
        return [stem]
    parts = [_singular(part) for part in _JOINT.split(token) if part]
    return [token, *parts] if any(character.isdigit() for character in token) else parts


def _singular(word: str) -> str:
    """The word without its plural s. Source: D. Harman (1991), How effective is suffixing?, JASIS 42(1), 7-15."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(("us", "ss", "is")):
        return word
    if word.endswith("ies"):
        return word if word.endswith(("eies", "aies")) else word[:-3] + "y"
    if word.endswith("es"):
        return word if word.endswith(("aes", "ees", "oes")) else word[:-1]
    return word[:-1]
