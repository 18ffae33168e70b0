"""Where the settings of this room are found."""

from django.utils.translation import gettext_lazy as _

from rapport.team.settings_area import SettingsPage, add
from rapport.team.types import Permission

SERVICE_GROUP = _("Service")

add(SettingsPage("hours", _("Business hours"), "clock", "settings_hours", SERVICE_GROUP, Permission.MANAGE_ROUTING))
add(SettingsPage("promises", _("Promises"), "check", "settings_promises", SERVICE_GROUP, Permission.MANAGE_ROUTING))
