"""What this room keeps of a customer."""

from django.utils.translation import gettext_lazy as _

from rapport.backbone.personal_data import ANONYMISE, DELETE, declare
from rapport.surveys import models

declare(models.Invitation, subject=("customer", "conversation__customer"), plain="token_hash language", erase=DELETE)
declare(
    models.Rating,
    subject=("customer", "conversation__customer"),
    fields={"comment": _("what they said to a rating")},
    plain="scale external_id",
    erase=ANONYMISE,
)
