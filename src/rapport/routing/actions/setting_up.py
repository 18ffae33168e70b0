"""Setting up hours and policies. Whatever changes, the open clocks are reckoned again a moment later."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.backbone.ordering import behind_all, shift
from rapport.conversations.models import Inbox
from rapport.routing.actions.reckoning import recalculate
from rapport.routing.models import Calendar, Holiday, ServicePolicy
from rapport.routing.types import CannotSetUp
from rapport.team.models import Team


@transaction.atomic
def make_calendar(
    *,
    name: str,
    holidays: Mapping[date, str] | None = None,
    teams: Iterable[Team] = (),
    inboxes: Iterable[Inbox] = (),
    **fields: Any,
) -> Calendar:
    """The first one is the default, whatever is said. Raises CannotSetUp."""
    is_default = bool(fields.pop("is_default", False)) or not Calendar.objects.filter(is_default=True).exists()
    made = Calendar(name=name)
    return _save(made, holidays or {}, teams, inboxes, is_default=is_default, **fields)


@transaction.atomic
def change_calendar(
    calendar: Calendar,
    *,
    holidays: Mapping[date, str] | None = None,
    teams: Iterable[Team] | None = None,
    inboxes: Iterable[Inbox] | None = None,
    **fields: Any,
) -> Calendar:
    """Fields left out stay as they are. Raises CannotSetUp when nothing would be the default any more."""
    if calendar.is_default and fields.get("is_default") is False:
        raise CannotSetUp(_("Some hours must count for everyone else. Make others the default instead."))
    return _save(calendar, holidays, teams, inboxes, **fields)


@transaction.atomic
def delete_calendar(calendar: Calendar) -> None:
    """Whoever had it goes by the default. Raises CannotSetUp for the default itself while there are others."""
    if calendar.is_default and Calendar.objects.exclude(pk=calendar.pk).exists():
        raise CannotSetUp(_("These hours are the default. Make others the default first."))
    calendar.delete()
    recalculate.enqueue()


@transaction.atomic
def make_policy(*, name: str, **fields: Any) -> ServicePolicy:
    """Behind all others. Raises CannotSetUp."""
    return change_policy(ServicePolicy(name=name, position=behind_all(ServicePolicy.objects.all())), **fields)


@transaction.atomic
def change_policy(policy: ServicePolicy, **fields: Any) -> ServicePolicy:
    """Fields left out stay as they are. Raises CannotSetUp for a name that another one has."""
    for name, value in fields.items():
        setattr(policy, name, value)
    if ServicePolicy.objects.filter(name__iexact=policy.name).exclude(pk=policy.pk).exists():
        raise CannotSetUp(_("Another policy is called that."))
    policy.save()
    recalculate.enqueue()
    return policy


@transaction.atomic
def delete_policy(policy: ServicePolicy) -> None:
    """Promises that are over keep their figures; the open ones go by another policy, or end."""
    policy.delete()
    recalculate.enqueue()


@transaction.atomic
def shift_policy(policy: ServicePolicy, *, by: int) -> None:
    """One place up (-1) or down (1); at the end of the list nothing happens."""
    shift(ServicePolicy.objects.all(), policy.pk, by=by)
    recalculate.enqueue()


def _save(
    calendar: Calendar,
    holidays: Mapping[date, str] | None,
    teams: Iterable[Team] | None,
    inboxes: Iterable[Inbox] | None,
    **fields: Any,
) -> Calendar:
    for name, value in fields.items():
        setattr(calendar, name, value)
    if Calendar.objects.filter(name__iexact=calendar.name).exclude(pk=calendar.pk).exists():
        raise CannotSetUp(_("Other hours are called that."))
    if not calendar.is_always_open and not any(calendar.week):
        raise CannotSetUp(_("Say when you are open, on one day at least, or choose around the clock."))
    if calendar.is_default:
        Calendar.objects.exclude(pk=calendar.pk).filter(is_default=True).update(is_default=False)
    calendar.save()
    if holidays is not None:
        calendar.holidays.all().delete()
        Holiday.objects.bulk_create(
            Holiday(calendar=calendar, day=day, name=name) for day, name in sorted(holidays.items())
        )
    _give(calendar, teams, inboxes)
    recalculate.enqueue()
    return calendar


def _give(calendar: Calendar, teams: Iterable[Team] | None, inboxes: Iterable[Inbox] | None) -> None:
    """A team and an inbox have one calendar each: whoever gets this one gives up another."""
    if teams is not None:
        given: Sequence[Any] = list(teams)
        Calendar.teams.through.objects.filter(team__in=given).exclude(calendar=calendar).delete()
        calendar.teams.set(given)
    if inboxes is not None:
        given = list(inboxes)
        Calendar.inboxes.through.objects.filter(inbox__in=given).exclude(calendar=calendar).delete()
        calendar.inboxes.set(given)
