"""The audit trail, as a table that goes out by an export."""

from django.utils.translation import gettext_lazy as _

from rapport.backbone.outflow import register
from rapport.backbone.outflow.tables import Table
from rapport.privacy.models import Entry

register(
    Table(
        "audit",
        _("Audit trail"),
        Entry.objects.all,
        "id at agent agent_name via address action kind object label changes digest",
        since="at",
    )
)
