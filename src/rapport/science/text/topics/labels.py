"""Words and phrases that tell one topic from the others, readable in English and Chinese."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from rapport.science.text.words import CHINESE_STOP_CHARACTERS, STOP_WORDS, is_cjk, normal, raw_words

# A term of a topic stands in so many texts at least, where there are that many.
_OFTEN = 2
_LONGEST_CHINESE = 4


def terms_of(text: str) -> Iterator[str]:
    """What a topic may be called after: words, pairs of words, and two to four Chinese characters in a row.

    None begins or ends with a word or character that only builds sentences.
    """
    before = ""
    for token in raw_words(normal(text)):
        if is_cjk(token):
            before = ""
            yield from _chinese(token)
        elif token in STOP_WORDS or token.isdigit() or len(token) < 2:
            before = ""
        else:
            yield token
            if before:
                yield f"{before} {token}"
            before = token


def distinctive(texts: Sequence[str], topics: NDArray[np.intp], count: int, words: int) -> list[list[str]]:
    """For each of `count` topics its `words` most distinctive terms, the best first; a topic without any has none.

    A term that is in f texts of a topic of n, and in F of all topics, scores f/n log(1 + A/F), with A the mean number
    of terms of a topic. Source: Grootendorst (2022), BERTopic: neural topic modeling with a class-based TF-IDF
    procedure; terms are counted once a text, so that one long text does not name its topic.
    """
    counted = [Counter[str]() for _ in range(count)]
    for text, topic in zip(texts, topics, strict=True):
        if topic >= 0:
            counted[topic].update(set(terms_of(text)))
    everywhere = Counter[str]()
    for terms in counted:
        everywhere.update(terms)
    mean = sum(everywhere.values()) / max(count, 1)
    sizes = np.bincount(topics[topics >= 0], minlength=count)
    return [_best(terms, everywhere, mean, int(size), words) for terms, size in zip(counted, sizes, strict=True)]


def _best(terms: Counter[str], everywhere: Counter[str], mean: float, size: int, words: int) -> list[str]:
    least = _OFTEN if any(times >= _OFTEN for times in terms.values()) else 1
    scored = {
        # Of terms that say the same, the longer is easier to read.
        term: times / size * float(np.log1p(mean / everywhere[term])) * (1 + 0.1 * _length(term))
        for term, times in terms.items()
        if times >= least
    }
    chosen: list[str] = []
    for term in sorted(scored, key=lambda term: (-scored[term], term)):
        if not any(_overlap(term, other) for other in chosen):
            chosen.append(term)
        if len(chosen) == words:
            break
    return chosen


def _chinese(run: str) -> Iterator[str]:
    for size in range(2, _LONGEST_CHINESE + 1):
        for start in range(len(run) - size + 1):
            if run[start] not in CHINESE_STOP_CHARACTERS and run[start + size - 1] not in CHINESE_STOP_CHARACTERS:
                yield run[start : start + size]


def _length(term: str) -> int:
    return len(term) if is_cjk(term) else term.count(" ") + 1


def _overlap(term: str, other: str) -> bool:
    """Whether one says again what the other says: shared words, a plural, or shared Chinese characters in a row."""
    if is_cjk(term) and is_cjk(other):
        return any(term[start : start + 2] in other for start in range(len(term) - 1))
    return bool({word.removesuffix("s") for word in term.split()} & {word.removesuffix("s") for word in other.split()})
