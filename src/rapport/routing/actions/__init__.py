"""Every change of what is promised and of who takes what."""

from rapport.routing.actions.absence import bring_back, come_back, give_back, give_back_late, go_away, hand_on_if_away
from rapport.routing.actions.reckoning import recalculate, reckon
from rapport.routing.actions.schemes import (
    change_scheme,
    delete_scheme,
    delete_skill,
    make_scheme,
    save_skill,
    set_capacity,
    shift_scheme,
)
from rapport.routing.actions.setting_up import (
    change_calendar,
    change_policy,
    delete_calendar,
    delete_policy,
    make_calendar,
    make_policy,
    shift_policy,
)
from rapport.routing.actions.sharing import consider, serve, settle, take_up
from rapport.routing.actions.watching import look

__all__ = [
    "bring_back",
    "change_calendar",
    "change_policy",
    "change_scheme",
    "come_back",
    "consider",
    "delete_calendar",
    "delete_policy",
    "delete_scheme",
    "delete_skill",
    "give_back",
    "give_back_late",
    "go_away",
    "hand_on_if_away",
    "look",
    "make_calendar",
    "make_policy",
    "make_scheme",
    "recalculate",
    "reckon",
    "save_skill",
    "serve",
    "set_capacity",
    "settle",
    "shift_policy",
    "shift_scheme",
    "take_up",
]
