"""What this room keeps of a customer."""

from django.utils.translation import gettext_lazy as _

from rapport.automation import models
from rapport.backbone.personal_data import DELETE, ByAddress, declare

declare(
    models.Run,
    subject="conversation__customer",
    fields={"did": _("what a rule did"), "error": _("why it could not")},
    erase=DELETE,
)
declare(
    models.Parcel,
    subject=ByAddress("body", within=True),
    fields={"body": _("what was handed to another system")},
    plain="key kind state",
    erase=DELETE,
)
declare(
    models.Try,
    subject=ByAddress("said", within=True),
    fields={"said": _("what the other system answered")},
    erase=DELETE,
)
