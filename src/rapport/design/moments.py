"""Moments and durations in words, in the reader's language and time zone."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format, get_format
from django.utils.translation import get_language, npgettext
from django.utils.translation import gettext as _

from rapport.kit import clock

SOON = timedelta(hours=1)
VERY_SOON = timedelta(minutes=15)


class TimeLeft(NamedTuple):
    """What is left until something is due: its words, and how much they should stand out."""

    text: str
    tone: str


def short(moment: datetime) -> str:
    """As a list shows it: 14:22 today, Tue this week, 3 Nov this year, 2025-11-03 before."""
    local, today = timezone.localtime(moment), timezone.localtime(clock.now()).date()
    days = (today - local.date()).days
    if days == 0:
        return _written(local, "TIME_FORMAT")
    if 0 < days < 7:
        return _written(local, "D")
    if local.year == today.year:
        return _written(local, "SHORT_MONTH_DAY")
    return _written(local, "SHORT_DATE_FORMAT")


def full(moment: datetime) -> str:
    return _written(timezone.localtime(moment), "DATETIME_FORMAT")


def _written(local: datetime, form: str) -> str:
    return _to_the_minute(local.replace(second=0, microsecond=0, tzinfo=None), form, get_language() or "")


@lru_cache(maxsize=8192)
def _to_the_minute(local: datetime, form: str, language: str) -> str:
    # Writing a date costs 40 µs, and a list is shown again and again with the same fifty.
    if form == "SHORT_MONTH_DAY":
        form = get_format("MONTH_DAY_FORMAT", language).replace("F", "M")
    return date_format(local, form)


def day(moment: datetime | date) -> str:
    """As a day line shows it: Today, Yesterday, Tuesday 17 November, 3 November 2025."""
    on = timezone.localtime(moment).date() if isinstance(moment, datetime) else moment
    today = timezone.localtime(clock.now()).date()
    if on == today:
        return _("Today")
    if on == today - timedelta(days=1):
        return _("Yesterday")
    if on.year != today.year:
        return date_format(on, "DATE_FORMAT")
    return _("%(weekday)s %(day)s") % {
        "weekday": date_format(on, "l"),
        "day": date_format(on, "MONTH_DAY_FORMAT"),
    }


def duration(length: timedelta) -> str:
    """A length of time in at most two units: 45 s, 38 min, 1 h 20 min, 2 days."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 60:
        return npgettext("duration", "%(count)d s", "%(count)d s", seconds) % {"count": seconds}
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if hours < 1:
        return npgettext("duration", "%(count)d min", "%(count)d min", minutes) % {"count": minutes}
    if days >= 2:
        return npgettext("duration", "%(count)d day", "%(count)d days", days) % {"count": days}
    if minutes % 60 == 0 or hours >= 4:
        return npgettext("duration", "%(count)d h", "%(count)d h", hours) % {"count": hours}
    return _("%(hours)d h %(minutes)02d") % {"hours": hours, "minutes": minutes % 60}


def left(due: datetime, *, before: str = "{t}", after: str = "") -> TimeLeft:
    """Only what is due within the hour stands out; later than that is plain text.

    `before` and `after` are the sentences until it is due and from then on; {t} in them stands for the length of time.
    """
    remaining = due - clock.now()
    if remaining < timedelta(0):
        late = after or _("Late by %(duration)s").replace("%(duration)s", "{t}")
        return TimeLeft(late.replace("{t}", duration(-remaining)), "bad")
    tone = "bad" if remaining < VERY_SOON else "warn" if remaining < SOON else "plain"
    return TimeLeft(before.replace("{t}", duration(remaining)), tone)


def ago(moment: datetime) -> str:
    passed = clock.now() - moment
    if passed < timedelta(minutes=1):
        return _("just now")
    return _("%(duration)s ago") % {"duration": duration(passed)}


def words_for_scripts() -> dict[str, str]:
    """The same words for the elements that keep ticking in the browser; {n} stands for a number."""
    return {
        "seconds": npgettext("duration", "%(count)d s", "%(count)d s", 2).replace("%(count)d", "{n}"),
        "minutes": npgettext("duration", "%(count)d min", "%(count)d min", 2).replace("%(count)d", "{n}"),
        "hours": npgettext("duration", "%(count)d h", "%(count)d h", 2).replace("%(count)d", "{n}"),
        "day": npgettext("duration", "%(count)d day", "%(count)d days", 1).replace("%(count)d", "{n}"),
        "days": npgettext("duration", "%(count)d day", "%(count)d days", 2).replace("%(count)d", "{n}"),
        "hoursMinutes": _("%(hours)d h %(minutes)02d").replace("%(hours)d", "{n}").replace("%(minutes)02d", "{m}"),
        "late": _("Late by %(duration)s").replace("%(duration)s", "{t}"),
        "ago": _("%(duration)s ago").replace("%(duration)s", "{t}"),
        "justNow": _("just now"),
        "undo": _("Undo"),
        "tryAgain": _("Try again"),
        "copied": _("Copied"),
        "failed": _("That did not work. Check your connection and try again."),
        "sending": _("Sending"),
        "sendingIn": _("Sending in %(count)d s").replace("%(count)d", "{n}"),
    }
