"""What is done with deals."""

from rapport.sales.deals.actions.activities import finish, plan, unfinish
from rapport.sales.deals.actions.changing import UNCHANGED, change, replace_lines
from rapport.sales.deals.actions.moving import move, take_back
from rapport.sales.deals.actions.opening import open_deal
from rapport.sales.deals.actions.setting_up import (
    add_reason,
    change_settings,
    delete_pipeline,
    ready,
    rename_reason,
    retire_reason,
    save_pipeline,
)

__all__ = [
    "UNCHANGED",
    "add_reason",
    "change",
    "change_settings",
    "delete_pipeline",
    "finish",
    "move",
    "open_deal",
    "plan",
    "ready",
    "rename_reason",
    "replace_lines",
    "retire_reason",
    "save_pipeline",
    "take_back",
    "unfinish",
]
