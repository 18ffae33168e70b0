"""The spans of a day as people and scripts write them: "09:00" to "17:00", up to 24:00."""

from collections.abc import Iterable, Sequence
from datetime import time
from itertools import pairwise

from django.utils.dateparse import parse_time
from django.utils.translation import gettext as _

from rapport.routing.hours import DAY, Span

MOST_SPANS = 8


def read_day(pairs: Iterable[tuple[str, str]]) -> list[list[int]]:
    """Minutes of the day, sorted, touching spans made one. Raises ValueError, in words for whoever wrote them."""
    spans = sorted(_span(*pair) for pair in pairs)
    if len(spans) > MOST_SPANS:
        raise ValueError(_("More than %(most)d spans in a day are too many.") % {"most": MOST_SPANS})
    for before, after in pairwise(spans):
        if after[0] < before[1]:
            raise ValueError(_("Two spans overlap at %(time)s.") % {"time": written(after[0])})
    return [list(span) for span in _joined(spans)]


def written(minute: int) -> str:
    """Midnight at the end of a day is 00:00, as the clock of a browser writes it."""
    minute %= DAY
    return time(minute // 60, minute % 60).strftime("%H:%M")


def _span(opens: str, closes: str) -> Span:
    if not opens or not closes:
        raise ValueError(_("Say both when you open and when you close."))
    start, end = _minute(opens), _minute(closes) or DAY
    if end <= start:
        said = {"opens": opens, "closes": closes}
        raise ValueError(
            _("%(closes)s is not later than %(opens)s. What goes past midnight goes on the next day, from 00:00.")
            % said
        )
    return start, end


def _minute(said: str) -> int:
    if said == "24:00":
        return DAY
    try:
        at = parse_time(said)
    except ValueError:
        at = None
    if at is None:
        raise ValueError(_("“%(said)s” is no time of day. Write it like 09:30.") % {"said": said})
    return at.hour * 60 + at.minute


def _joined(spans: Sequence[Span]) -> list[Span]:
    joined: list[Span] = []
    for opens, closes in spans:
        if joined and joined[-1][1] == opens:
            joined[-1] = (joined[-1][0], closes)
        else:
            joined.append((opens, closes))
    return joined
