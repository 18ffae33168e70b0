"""This room's entries in the settings."""

from django.utils.translation import gettext_lazy as _

from rapport.backbone.jobs import dead_letters
from rapport.channels import traffic
from rapport.team.settings_area import CHANNEL_GROUP, SettingsPage, add
from rapport.team.types import Permission

for key, label, icon, name, count in (
    ("channels", _("Channels"), "plug", "settings_channels", traffic.unhealthy_count),
    ("deliveries", _("Incoming"), "inbox", "settings_deliveries", traffic.quarantined_count),
    ("outbox", _("Outgoing"), "send", "settings_outbox", traffic.failed_count),
    ("blocked_senders", _("Blocked senders"), "ban", "settings_blocked_senders", None),
    ("jobs", _("Jobs"), "refresh", "settings_jobs", lambda: dead_letters().count()),
):
    add(
        SettingsPage(
            *(key, label, icon, name, CHANNEL_GROUP, Permission.MANAGE_CHANNELS, count),
            is_alarm=key in ("channels", "deliveries"),
        )
    )
