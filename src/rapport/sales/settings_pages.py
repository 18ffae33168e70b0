"""This room's entries in the settings."""

from django.utils.translation import gettext_lazy as _

from rapport.team.settings_area import SettingsPage, add
from rapport.team.types import Permission

SALES_GROUP = _("Sales")

add(SettingsPage("sales", _("Pipelines and quotes"), "filter", "settings_sales", SALES_GROUP, Permission.MANAGE_FIELDS))
