"""What this room keeps of a customer."""

from django.utils.translation import gettext_lazy as _

from rapport.backbone.personal_data import DELETE, declare
from rapport.exchange import models

declare(
    models.SyncedRecord,
    subject="customer",
    fields={
        "ours": _("details as another system has them"),
        "theirs": _("details as another system has them"),
        "label": _("what another system calls them"),
        "their_id": _("their number elsewhere"),
        "problem": _("what kept them from being in step"),
    },
    plain="noun state",
    erase=DELETE,
)
