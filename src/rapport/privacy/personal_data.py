"""What the audit trail keeps of a customer."""

from django.utils.translation import gettext_lazy as _

from rapport.backbone.personal_data import ByAddress, declare, keep
from rapport.privacy import models

declare(
    models.Entry,
    subject=(ByAddress("label", within=True), ByAddress("changes", within=True)),
    fields={"label": _("what a thing was called"), "changes": _("what it said before and after")},
    plain="agent_name via address action kind digest",
    erase=keep("The audit trail is never changed: it proves who did what, the forgetting included."),
)
