"""What this room itself knows of customers, for rules."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from rapport.customers.lifecycle.models import Standing
from rapport.customers.lifecycle.signals import Signal, Values, register
from rapport.customers.models import Customer
from rapport.kit import clock

_DAY = 86_400.0


def days_known(customer_ids: Sequence[int]) -> Values:
    """Days since we first heard of them."""
    now = clock.now()
    found = Customer.objects.filter(pk__in=customer_ids).values_list("pk", "created_at")
    return {pk: (now - at).total_seconds() / _DAY for pk, at in found}


def days_in_stage(customer_ids: Sequence[int]) -> Values:
    """Days since they came where they stand; nothing for who stands nowhere."""
    now = clock.now()
    found = Standing.objects.filter(customer__in=customer_ids).values_list("customer_id", "since")
    return {pk: (now - at).total_seconds() / _DAY for pk, at in found}


def register_own() -> None:
    register(Signal("known", _("Days since first known"), _("days"), days_known, order=1))
    register(Signal("stage_days", _("Days in the present stage"), _("days"), days_in_stage, order=2))
