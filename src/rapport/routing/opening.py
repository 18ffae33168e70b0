"""Whether a place is open, in a sentence."""

from datetime import datetime, timedelta

from django.utils import formats
from django.utils.translation import gettext as _

from rapport.kit import clock
from rapport.routing.hours import Hours, is_open, next_change


def now_at(hours: Hours) -> str:
    """Open now, until 17:00. Closed now, opens Monday 09:00. In the time of the place."""
    now = clock.now()
    change = next_change(hours, now)
    if is_open(hours, now):
        return _("Open now, until %(when)s.") % {"when": _when(change, now, hours)} if change else _("Always open.")
    if change is None:
        return _("Closed, and does not open.")
    return _("Closed now, opens %(when)s.") % {"when": _when(change, now, hours)}


def _when(at: datetime, now: datetime, hours: Hours) -> str:
    local, today = at.astimezone(hours.zone), now.astimezone(hours.zone).date()
    said = formats.time_format(local.time(), "TIME_FORMAT")
    if local.date() == today:
        return said
    if local.date() - today == timedelta(days=1) and not (local.hour or local.minute):
        return _("midnight")
    if local.date() - today < timedelta(days=7):
        return _("%(day)s %(time)s") % {"day": formats.date_format(local, "l"), "time": said}
    return _("%(day)s %(time)s") % {"day": formats.date_format(local, "MONTH_DAY_FORMAT"), "time": said}
