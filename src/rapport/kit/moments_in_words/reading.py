"""From words to a moment."""

import re
import unicodedata
from datetime import datetime

from rapport.kit.moments_in_words import chinese, english
from rapport.kit.moments_in_words.calendar import NotAMoment, Past, later, put_together

__all__ = ["NotAMoment", "Past", "moment_in_words"]

LONGEST = 80
_HAN = re.compile(r"[\u4e00-\u9fff]")


def moment_in_words(words: str, *, now: datetime) -> datetime:
    """The moment to come that these words name, in the time zone of `now`, which must have one.

    Raises NotAMoment for words that name none, and its subclass Past for a moment that is over.
    """
    text = " ".join(unicodedata.normalize("NFKC", words).lower().split())
    if not text or len(text) > LONGEST:
        raise NotAMoment
    is_chinese = bool(_HAN.search(text))
    if is_chinese:
        text = text.replace(" ", "").replace(",", "").replace("在", "")
    language = chinese if is_chinese else english
    ahead = language.hours_ahead(text)
    try:
        if ahead is not None:
            found = later(now, ahead)
        else:
            day, rest = language.day_in(text, now)
            found = put_together(day, language.clock_in(rest, has_day=day is not None), now)
    except OverflowError:
        raise NotAMoment from None
    if found <= now:
        raise Past
    return found
