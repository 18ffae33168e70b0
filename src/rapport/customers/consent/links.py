"""Signed addresses of the pages that customers open without signing in."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from rapport.customers.consent.models import ConsentRecord
from rapport.customers.merging import standing
from rapport.customers.models import Customer

# A link stands in mails that people keep, and has to work for as long as the law lets them object.
GOOD_FOR = timedelta(days=2 * 365)
CONFIRM_WITHIN = timedelta(days=30)
_PREFERENCES, _CONFIRMATION = "rapport.preferences", "rapport.consent"


def preferences_url(customer: Customer) -> str:
    """Where they say what they want to hear from us; good for two years."""
    path = reverse("preferences", args=[signing.dumps(customer.pk, salt=_PREFERENCES)])
    return f"{settings.BASE_URL}{path}"


def customer_in(token: str) -> Customer | None:
    """Whose page it is; None when we did not make the link, or too long ago."""
    pk = _read(token, _PREFERENCES, GOOD_FOR)
    found = Customer.objects.select_related("merged_into").filter(pk=pk).first() if pk else None
    return standing(found) if found else None


def confirmation_url(asked: ConsentRecord) -> str:
    path = reverse("consent_confirmation", args=[signing.dumps(asked.pk, salt=_CONFIRMATION)])
    return f"{settings.BASE_URL}{path}"


def question_in(token: str) -> ConsentRecord | None:
    pk = _read(token, _CONFIRMATION, CONFIRM_WITHIN)
    return ConsentRecord.objects.select_related("customer", "purpose").filter(pk=pk).first() if pk else None


def _read(token: str, salt: str, good_for: timedelta) -> int | None:
    try:
        said = signing.loads(token, salt=salt, max_age=good_for)
    except signing.BadSignature:
        return None
    return said if isinstance(said, int) else None
