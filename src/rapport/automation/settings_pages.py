"""Where the settings of this room are found."""

from django.utils.translation import gettext_lazy as _

from rapport.automation.queries import disabled_webhooks, paused_rules
from rapport.team.settings_area import SettingsPage, add
from rapport.team.types import Permission

AUTOMATION_GROUP = _("Automation")

add(SettingsPage("macros", _("Macros"), "bolt", "settings_macros", AUTOMATION_GROUP, Permission.REPLY))
add(
    SettingsPage(
        "rules",
        _("Rules"),
        "swap",
        "settings_rules",
        AUTOMATION_GROUP,
        Permission.MANAGE_AUTOMATION,
        paused_rules,
        is_alarm=True,
    )
)
add(
    SettingsPage(
        "webhooks",
        _("Webhooks"),
        "plug",
        "settings_webhooks",
        AUTOMATION_GROUP,
        Permission.MANAGE_AUTOMATION,
        disabled_webhooks,
        is_alarm=True,
    )
)
