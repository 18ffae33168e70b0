"""One person with two records: finding them, making the two one, and taking that back.

Everything that belongs to a customer moves, in whichever room it lives: whatever has a foreign key to them. Where the
other record has its own, such as a value of the same field, both stay where they are. The record that went up in the
other stays as a signpost, so that old addresses lead on, and undoing needs nothing but what was noted.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from rapport.backbone.events import announce
from rapport.customers.announcements import CustomersMerged, CustomersUnmerged
from rapport.customers.errors import CannotMerge
from rapport.customers.models import Customer, CustomerMerge, Identity, IdentityKind, Likeness
from rapport.customers.moving import give_back, take_up
from rapport.kit import clock
from rapport.team.models import Agent

UNDO_FOR = timedelta(days=30)
_FILLED = ("name", "email", "phone", "company_id", "job_title", "owner_id", "language", "time_zone", "location")
_OWN = (CustomerMerge, Customer, Likeness)
_MOST_ALIKE = 5


@dataclass(frozen=True)
class Alike:
    """Somebody who may be the same person, and why, as a phrase."""

    customer: Customer
    because: str


@transaction.atomic
def merge(origin: Customer, *, into: Customer, by: Agent | None) -> CustomerMerge:
    """Everything of `origin` is `into`'s from now on. Raises CannotMerge."""
    if origin.pk == into.pk:
        raise CannotMerge(_("This is the customer you are at. Choose another one."))
    held = {each.pk: each for each in _held(origin.pk, into.pk)}
    origin, into = held[origin.pk], held[into.pk]
    if origin.merged_into_id or into.merged_into_id:
        raise CannotMerge(_("One of them is part of another customer already."))
    before = take_up(origin, into, fills=_FILLED, left_out=_OWN)
    into.save(update_fields=[*before["filled"], "updated_at"])
    origin.merged_into = into
    origin.save(update_fields=["merged_into", "updated_at"])
    # Whoever went up in the first goes along.
    Customer.objects.filter(merged_into=origin).update(merged_into=into)
    made = CustomerMerge.objects.create(origin=origin, destination=into, by=by, before=before)
    for subject in (into.pk, origin.pk):
        news = CustomersMerged(into.pk, origin=origin.pk, merge=made.pk, by=by.pk if by else None)
        announce(news, subject=f"customer:{subject}")
    return made


@transaction.atomic
def unmerge(merged: CustomerMerge, *, by: Agent) -> Customer:
    """Two again; answers the one that comes back. What came since stays where it came. Raises CannotMerge."""
    merged = CustomerMerge.objects.select_for_update().get(pk=merged.pk)
    if merged.undone_at is not None:
        raise CannotMerge(_("They are two customers already."))
    if merged.at < clock.now() - UNDO_FOR:
        raise CannotMerge(_("This was %(days)d days ago and can no longer be taken back.") % {"days": UNDO_FOR.days})
    held = {each.pk: each for each in _held(merged.origin_id, merged.destination_id)}
    origin, into = held[merged.origin_id], held[merged.destination_id]
    if origin.merged_into_id != into.pk:
        raise CannotMerge(_("They became part of another customer since. Take that back first."))
    undone = give_back(merged.before, origin, into, left_out=_OWN)
    into.save(update_fields=[*undone, "updated_at"])
    origin.merged_into = None
    origin.save(update_fields=["merged_into", "updated_at"])
    merged.undone_at, merged.undone_by = clock.now(), by
    merged.save(update_fields=["undone_at", "undone_by"])
    refuse_likeness(origin, into, by=by)
    for subject in (into.pk, origin.pk):
        news = CustomersUnmerged(into.pk, origin=origin.pk, merge=merged.pk, by=by.pk)
        announce(news, subject=f"customer:{subject}")
    return origin


def standing(customer: Customer) -> Customer:
    """The record that has everything of theirs now: mostly itself."""
    return customer.merged_into or customer


def merges_of(customer: Customer) -> list[CustomerMerge]:
    """What went up in this record and can still be taken back, newest first."""
    recent = CustomerMerge.objects.filter(destination=customer, undone_at=None, at__gte=clock.now() - UNDO_FOR)
    return list(recent.select_related("origin", "by"))


def note_likeness(one: Customer, other: Customer, *, value: str) -> None:
    """One of them said to be known by what the other is known by. Not said again once it was refused."""
    if one.pk != other.pk:
        pair = sorted((one, other), key=lambda each: each.pk)
        Likeness.objects.get_or_create(one=pair[0], other=pair[1], defaults={"value": value[:320]})


@transaction.atomic
def refuse_likeness(one: Customer, other: Customer, *, by: Agent) -> None:
    """They are two people: do not ask again."""
    pair = sorted((one, other), key=lambda each: each.pk)
    Likeness.objects.update_or_create(
        one=pair[0], other=pair[1], defaults={"refused_at": clock.now(), "refused_by": by}
    )


def alike(customer: Customer) -> list[Alike]:
    """Others who may be the same person, the likeliest first. Three queries."""
    pairs = Likeness.objects.filter(Q(one=customer) | Q(other=customer)).select_related("one", "other")
    refused, found = set(), {}
    for pair in pairs:
        other = pair.other if pair.one_id == customer.pk else pair.one
        if pair.refused_at:
            refused.add(other.pk)
        elif not other.merged_into_id:
            found[other.pk] = Alike(other, _("Both gave %(value)s.") % {"value": pair.value})
    for other in _namesakes(customer):
        found.setdefault(other.pk, Alike(other, _("They have the same name.")))
    return [each for pk, each in found.items() if pk not in refused][:_MOST_ALIKE]


def is_thin(customer: Customer) -> bool:
    """Whether nothing is known of them but accounts at providers: then proof of who they are makes them somebody."""
    known = Identity.objects.filter(customer=customer)
    return not known.exclude(kind=IdentityKind.HANDLE).exists()


def _namesakes(customer: Customer) -> list[Customer]:
    """Who is called the same, first and last name; a first name alone says nothing."""
    name = " ".join(customer.name.split())
    if " " not in name and (name.isascii() or len(name) < 2):
        return []
    lowered = Customer.objects.alias(lowered=Lower("name")).filter(lowered=name.lower(), merged_into=None)
    others = lowered.exclude(pk=customer.pk).select_related("company").order_by("id")[: 2 * _MOST_ALIKE]
    # Two companies have two people of that name.
    return [
        each for each in others if not (each.company_id and customer.company_id) or each.company == customer.company
    ]


def _held(*pks: int) -> models.QuerySet[Customer]:
    return Customer.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
