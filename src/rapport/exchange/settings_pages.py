"""Where the settings of this room are found."""

from django.utils.translation import gettext_lazy as _

from rapport.exchange.syncing.queries import failing
from rapport.team.settings_area import SettingsPage, add
from rapport.team.types import Permission

DATA_GROUP = _("Data")

add(SettingsPage("move-in", _("Move in"), "truck", "move_in", DATA_GROUP, Permission.MANAGE_TEAM))
add(SettingsPage("import", _("Import"), "upload", "table_imports", DATA_GROUP, Permission.MANAGE_FIELDS))
add(SettingsPage("export", _("Export"), "download", "settings_export", DATA_GROUP, Permission.EXPORT))
add(
    SettingsPage(
        "systems",
        _("Connected systems"),
        "swap",
        "settings_systems",
        DATA_GROUP,
        Permission.EXPORT,
        failing,
        is_alarm=True,
    )
)
