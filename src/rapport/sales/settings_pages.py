"""This room's entries in the settings."""

from django.utils.translation import gettext_lazy as _

from rapport.sales.shops.queries import unread_count
from rapport.team.settings_area import SettingsPage, add
from rapport.team.types import Permission

SALES_GROUP = _("Sales")

add(
    SettingsPage(
        "shops",
        _("Shops"),
        "cart",
        "settings_shops",
        SALES_GROUP,
        Permission.MANAGE_CHANNELS,
        unread_count,
        is_alarm=True,
    )
)

add(SettingsPage("sales", _("Pipelines and quotes"), "filter", "settings_sales", SALES_GROUP, Permission.MANAGE_FIELDS))
