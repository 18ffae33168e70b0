"""Where the settings of this room are found."""

from django.utils.translation import gettext_lazy as _

from rapport.team.settings_area import SettingsPage, add
from rapport.team.types import Permission

AUTOMATION_GROUP = _("Automation")

add(SettingsPage("macros", _("Macros"), "bolt", "settings_macros", AUTOMATION_GROUP, Permission.REPLY))
