"""This room's entries in the settings."""

from django.utils.translation import gettext_lazy as _

from rapport.team.settings_area import CHANNEL_GROUP, CUSTOMER_GROUP, PERSONAL_GROUP, SettingsPage, add
from rapport.team.types import Permission

add(SettingsPage("signature", _("Signature"), "signature", "settings_signature", PERSONAL_GROUP, Permission.REPLY))
for_letters = ("inboxes", _("Signatures and answers"), "signature", "settings_inboxes", CHANNEL_GROUP)
add(SettingsPage(*for_letters, Permission.MANAGE_CHANNELS))
add(SettingsPage("fields", _("Fields"), "list", "settings_fields", CUSTOMER_GROUP, Permission.MANAGE_FIELDS))
add(SettingsPage("tags", _("Tags"), "tag", "settings_tags", CUSTOMER_GROUP, Permission.MANAGE_FIELDS))
