"""A moment to come that somebody named, in words or exactly."""

from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rapport.design import moments
from rapport.kit import clock
from rapport.kit.moments_in_words import NotAMoment, Past, moment_in_words


def understood(words: str) -> datetime:
    """The moment these words name, in the reader's own time. Raises ValueError with a sentence for them."""
    try:
        exact = parse_datetime(words.strip())
        if exact:
            return timezone.make_aware(exact) if timezone.is_naive(exact) else exact
        return moment_in_words(words, now=timezone.localtime(clock.now()))
    except Past:
        raise ValueError(_("That moment is over. Name one that is still to come.")) from None
    except (NotAMoment, ValueError, OverflowError):
        raise ValueError(_("This is no moment that we know. Try “Friday 9”, “in 3 hours” or “end of month”.")) from None


def in_full(moment: datetime) -> str:
    """The day of the week, the day and the time, in the reader's own zone."""
    day = date_format(timezone.localtime(moment), "l")
    return _("%(weekday)s, %(moment)s") % {"weekday": day, "moment": moments.full(moment)}
