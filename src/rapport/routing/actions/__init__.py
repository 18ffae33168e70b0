"""Every change of what is promised: clocks are reckoned, watched, and set up."""

from rapport.routing.actions.reckoning import recalculate, reckon
from rapport.routing.actions.setting_up import (
    change_calendar,
    change_policy,
    delete_calendar,
    delete_policy,
    make_calendar,
    make_policy,
    shift_policy,
)
from rapport.routing.actions.watching import look

__all__ = [
    "change_calendar",
    "change_policy",
    "delete_calendar",
    "delete_policy",
    "look",
    "make_calendar",
    "make_policy",
    "recalculate",
    "reckon",
    "shift_policy",
]
