"""Quiet hours, in the agent's own time."""

import zoneinfo
from datetime import datetime, timedelta, tzinfo

from django.utils import timezone

from rapport.team.models import Agent


def quiet_until(agent: Agent, now: datetime) -> datetime | None:
    """When the quiet hours that it is in now end; None while it is not quiet. They may go past midnight."""
    start, end = agent.quiet_from, agent.quiet_until
    if start is None or end is None or start == end:
        return None
    here = now.astimezone(_zone(agent))
    time = here.time()
    is_quiet = start <= time < end if start < end else time >= start or time < end
    if not is_quiet:
        return None
    day = here.date() if time < end else here.date() + timedelta(days=1)
    return datetime.combine(day, end, tzinfo=here.tzinfo)


def _zone(agent: Agent) -> tzinfo:
    try:
        return zoneinfo.ZoneInfo(agent.time_zone) if agent.time_zone else timezone.get_default_timezone()
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return timezone.get_default_timezone()
