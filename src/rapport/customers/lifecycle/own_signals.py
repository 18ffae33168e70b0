"""What this room itself knows of customers, for rules."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Count, Max, QuerySet
from django.utils.translation import gettext_lazy as _

from rapport.customers.lifecycle.models import Standing
from rapport.customers.lifecycle.signals import Signal, Values, register
from rapport.customers.models import Customer, CustomerEvent
from rapport.kit import clock

_DAY = 86_400.0
_DEFAULT_WINDOW = 365


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


def days_since_event(customer_ids: Sequence[int]) -> Values:
    """Days since they last did anything that we were told of."""
    now = clock.now()
    rows = _events(customer_ids).values_list("customer").annotate(Max("at"))
    return {pk: (now - at).total_seconds() / _DAY for pk, at in rows}


def events_within(customer_ids: Sequence[int], days: int) -> Values:
    """How many things they did; none is 0."""
    since = clock.now() - timedelta(days=days)
    rows = _events(customer_ids).filter(at__gte=since).values_list("customer").annotate(Count("pk"))
    return dict.fromkeys(customer_ids, 0.0) | {pk: float(count) for pk, count in rows}


def events(customer_ids: Sequence[int]) -> Values:
    return events_within(customer_ids, _DEFAULT_WINDOW)


def register_own() -> None:
    register(Signal("known", _("Days since first known"), _("days"), days_known, order=1))
    register(Signal("stage_days", _("Days in the present stage"), _("days"), days_in_stage, order=2))
    register(Signal("last_event", _("Days since the last event"), _("days"), days_since_event, order=20))
    register(Signal("events", _("Events"), _("events"), events, within=events_within, order=21))


def _events(customer_ids: Sequence[int]) -> QuerySet[CustomerEvent]:
    return CustomerEvent.objects.filter(customer__in=customer_ids).order_by()
