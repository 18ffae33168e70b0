"""Tasks as people write them: "Call Kim in two weeks", "两周后打电话"."""

import re
from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from rapport.customers.errors import CannotArrange
from rapport.kit import clock
from rapport.kit.moments_in_words import NotAMoment, Past, moment_in_words

_HAN = re.compile(r"[\u4e00-\u9fff]")
_NINE = 9
# Alone they are rather a part of what is to be done: "Prepare lunch".
_NO_DAY = frozenset("lunch lunchtime noon night morning evening afternoon midnight may second".split())
_LONGEST_MOMENT = 6


def due_in(words: str) -> datetime | None:
    """The moment these words name, in the reader's own time; None for no words. Raises CannotArrange."""
    words = words.strip()
    if not words:
        return None
    try:
        exact = _morning(words) or parse_datetime(words)
        if exact is not None:
            return timezone.make_aware(exact) if timezone.is_naive(exact) else exact
        return moment_in_words(words, now=timezone.localtime(clock.now()))
    except Past:
        raise CannotArrange(_("That moment is over. Name one that is still to come."), "due") from None
    except (NotAMoment, ValueError, OverflowError):
        told = _("This is no moment that we know. Try “in two weeks”, “Friday 9” or “end of month”.")
        raise CannotArrange(told, "due") from None


def title_and_due(text: str) -> tuple[str, datetime | None]:
    """What is to be done, and the moment that stands at its end or, in Chinese, at its beginning, if one does."""
    text = " ".join(text.split())
    for title, words in _splits(text):
        if words.lower() in _NO_DAY:
            continue
        try:
            due = moment_in_words(words, now=timezone.localtime(clock.now()))
        except NotAMoment:
            continue
        return title.strip(" ,，、:：") or text, due
    return text, None


def _splits(text: str) -> list[tuple[str, str]]:
    """A title and words for a moment, the longest words first."""
    if _HAN.search(text):
        ends = range(min(len(text) - 1, 12), 1, -1)
        return [(text[end:], text[:end]) for end in ends] + [(text[:-end], text[-end:]) for end in ends]
    words = text.split(" ")
    starts = range(max(1, len(words) - _LONGEST_MOMENT), len(words))
    return [(" ".join(words[:start]), " ".join(words[start:])) for start in starts]


def _morning(words: str) -> datetime | None:
    day = parse_date(words) if len(words) <= len("2026-03-09") else None
    return datetime(day.year, day.month, day.day, _NINE) if day else None  # noqa: DTZ001  # made aware by the caller
