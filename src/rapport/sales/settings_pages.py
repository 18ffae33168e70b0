"""Where the settings of this room are found."""

from django.utils.translation import gettext_lazy as _

from rapport.team.settings_area import CUSTOMER_GROUP, SettingsPage, add
from rapport.team.types import Permission

add(SettingsPage("sales", _("Sales"), "filter", "settings_sales", CUSTOMER_GROUP, Permission.MANAGE_FIELDS))
