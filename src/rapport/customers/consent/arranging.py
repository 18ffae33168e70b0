"""Setting up what customers may agree to."""

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from rapport.customers.consent.models import Purpose
from rapport.customers.consent.queries import every_purpose
from rapport.customers.consent.types import Basis
from rapport.customers.errors import CannotArrange
from rapport.kit import clock

MOST = 20


@transaction.atomic
def save_purpose(
    purpose: Purpose | None, *, name: str, description: str, basis: str, is_retired: bool = False
) -> Purpose:
    """Its key stays, and so does that service messages are always sent. Raises CannotArrange."""
    known = every_purpose()
    name, description = " ".join(name.split())[:80], " ".join(description.split())[:300]
    if purpose is None:
        if not name:
            raise CannotArrange(_("A purpose needs a name."), "name")
        if len(known) >= MOST:
            raise CannotArrange(_("There may be %(most)d purposes.") % {"most": MOST}, "name")
        place = (Purpose.objects.aggregate(last=Max("position"))["last"] or 0) + 1
        purpose = Purpose(key=_new_key(name, {each.key for each in known}), position=place)
    if not purpose.is_service or purpose.pk is None:
        if basis not in (Basis.OPT_IN, Basis.OPT_OUT):
            raise CannotArrange(_("Choose when it may be sent."), "basis")
        purpose.basis = basis
        retired_at = purpose.retired_at or clock.now()
        purpose.retired_at = retired_at if is_retired else None
    purpose.name, purpose.description = name, description
    purpose.save()
    return purpose


def _new_key(name: str, taken: set[str]) -> str:
    key = slugify(name).replace("-", "_")[:24] or "purpose"
    return next(each for each in (key, *(f"{key}_{number}" for number in range(2, 99))) if each not in taken)
