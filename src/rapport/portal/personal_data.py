"""What this room keeps of a customer."""

from django.utils.translation import gettext_lazy as _

from rapport.backbone.personal_data import DELETE, ByAddress, declare
from rapport.portal import models

declare(
    models.SignInLink,
    subject=ByAddress("address"),
    fields={"address": _("the address they sign in with")},
    plain="token_hash",
    erase=DELETE,
)
declare(
    models.PortalSession,
    subject=ByAddress("address"),
    fields={"address": _("the address they signed in with")},
    plain="token_hash language",
    erase=DELETE,
)
