"""Where the settings of this room are found."""

from django.utils.translation import gettext_lazy as _

from rapport.team.settings_area import TEAM_GROUP, SettingsPage, add
from rapport.team.types import Permission

add(SettingsPage("audit", _("Audit trail"), "history", "settings_audit", TEAM_GROUP, Permission.MANAGE_TEAM))
