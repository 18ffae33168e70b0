"""Choices of languages and time zones, as people read them."""

import zoneinfo
from datetime import datetime
from functools import cache

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from rapport.kit import clock

# What a language calls itself: the person who needs it may not read the one that is shown.
OWN_NAMES = {"en": "English", "zh-hans": "简体中文"}


def language_choices() -> list[tuple[str, str]]:
    return [(code, OWN_NAMES.get(code, str(name))) for code, name in settings.LANGUAGES]


@cache
def _zones() -> tuple[str, ...]:
    areas = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    return tuple(sorted(name for name in zoneinfo.available_timezones() if name.startswith(areas)))


def time_zone_choices() -> list[tuple[str, str]]:
    """Every zone by its city and its present distance from UTC, from west to east."""
    now = clock.now()
    named = sorted(_zones(), key=lambda zone: (_minutes(zone, now), zone))
    return [("UTC", "UTC"), *((zone, f"{zone.replace('_', ' ')} ({_offset(_minutes(zone, now))})") for zone in named)]


def is_time_zone(name: str) -> bool:
    return name == "UTC" or name in _zones()


def _minutes(zone: str, now: datetime) -> int:
    offset = now.astimezone(zoneinfo.ZoneInfo(zone)).utcoffset()
    return int(offset.total_seconds() // 60) if offset else 0


def _offset(minutes: int) -> str:
    sign = "−" if minutes < 0 else "+"
    return f"UTC{sign}{abs(minutes) // 60}:{abs(minutes) % 60:02}"


THEMES = [("", _("Same as this device")), ("light", _("Light")), ("dark", _("Dark"))]
UNDO_SECONDS = [(0, _("Send at once")), (5, _("5 seconds")), (10, _("10 seconds")), (20, _("20 seconds"))]
