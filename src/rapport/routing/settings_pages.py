"""Where the settings of this room are found."""

from django.utils.translation import gettext_lazy as _

from rapport.team.settings_area import PERSONAL_GROUP, SettingsPage, add
from rapport.team.types import Permission

SERVICE_GROUP = _("Service")

add(SettingsPage("hours", _("Business hours"), "clock", "settings_hours", SERVICE_GROUP, Permission.MANAGE_ROUTING))
add(SettingsPage("promises", _("Promises"), "check", "settings_promises", SERVICE_GROUP, Permission.MANAGE_ROUTING))
add(
    SettingsPage("assignment", _("Assignment"), "swap", "settings_assignment", SERVICE_GROUP, Permission.MANAGE_ROUTING)
)
add(SettingsPage("skills", _("Skills"), "star", "settings_skills", SERVICE_GROUP, Permission.MANAGE_ROUTING))
add(SettingsPage("here", _("Who is here"), "users", "here", SERVICE_GROUP, Permission.SEE_EVERYTHING))
add(SettingsPage("away", _("Away"), "snooze", "away", PERSONAL_GROUP, Permission.REPLY))
