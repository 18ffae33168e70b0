"""This room's entries in the settings."""

from django.utils.translation import gettext_lazy as _

from rapport.team.settings_area import CUSTOMER_GROUP, SettingsPage, add
from rapport.team.types import Permission

_MANAGE = (CUSTOMER_GROUP, Permission.MANAGE_FIELDS)
add(SettingsPage("life_cycle", _("Life cycle"), "swap", "settings_life_cycle", *_MANAGE))
add(SettingsPage("tasks", _("Tasks and checklists"), "check-circle", "settings_tasks", *_MANAGE))
add(SettingsPage("consent", _("Consent"), "shield", "settings_consent", *_MANAGE))
