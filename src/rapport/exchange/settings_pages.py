"""This room's entries in the settings."""

from django.utils.translation import gettext_lazy as _

from rapport.team.settings_area import SettingsPage, add
from rapport.team.types import Permission

DATA_GROUP = _("Data")

add(SettingsPage("move-in", _("Move in"), "truck", "move_in", DATA_GROUP, Permission.MANAGE_TEAM))
