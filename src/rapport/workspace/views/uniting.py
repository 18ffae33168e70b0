"""Making one customer of two records: choosing the other, seeing what comes of it, and taking it back."""

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rapport.conversations.models import Conversation
from rapport.customers import merging
from rapport.customers.errors import CannotMerge
from rapport.customers.models import Customer, CustomerMerge
from rapport.customers.queries import called, visible_to
from rapport.kit.text import storable
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission

_MOST = 20


@require_http_methods(["GET", "POST"])
@needs(Permission.REPLY)
def unite(request: AgentRequest, pk: int) -> HttpResponse:
    """GET answers whom to choose from, with `other` what would come of it; POST does it.

    With `swap` the other one becomes part of this one.
    """
    customer = _customer(request, pk)
    said = request.POST if request.method == "POST" else request.GET
    if not said.get("other", "").isdecimal():
        return _choices(request, customer)
    other = _customer(request, int(said["other"][:18]))
    origin, into = (other, customer) if said.get("swap") else (customer, other)
    if request.method == "GET":
        return _preview(request, customer, other, origin, into)
    try:
        merging.merge(origin, into=into, by=request.user)
    except CannotMerge as error:
        flash.error(request, str(error))
        return redirect("customer_merge", customer.pk)
    flash.success(request, _("%(name)s is one customer now.") % {"name": into.display_name})
    return redirect("customer", into.pk)


@require_POST
@needs(Permission.REPLY)
def separate(request: AgentRequest, pk: int) -> HttpResponse:
    """Two again."""
    merged = get_object_or_404(CustomerMerge, pk=pk, destination__in=visible_to(request.user))
    try:
        origin = merging.unmerge(merged, by=request.user)
    except CannotMerge as error:
        flash.error(request, str(error))
        return redirect("customer", merged.destination_id)
    flash.success(request, _("%(name)s is a customer of their own again.") % {"name": origin.display_name})
    return redirect("customer", merged.destination_id)


@require_POST
@needs(Permission.REPLY)
def keep_apart(request: AgentRequest, pk: int) -> HttpResponse:
    """They are two people: they are not suggested again."""
    customer = _customer(request, pk)
    other = request.POST.get("other", "")
    merging.refuse_likeness(customer, _customer(request, int(other) if other.isdecimal() else 0), by=request.user)
    return redirect("customer", customer.pk)


def _customer(request: AgentRequest, pk: int) -> Customer:
    found: Customer = get_object_or_404(visible_to(request.user).select_related("company"), pk=pk)
    return found


def _choices(request: AgentRequest, customer: Customer) -> HttpResponse:
    words = storable(request.GET.get("q", "")).strip()[:200]
    others = visible_to(request.user).exclude(pk=customer.pk).select_related("company")
    shown = {
        "customer": customer,
        "alike": merging.alike(customer),
        "words": words,
        "found": list(called(others, words)[:_MOST]) if words else [],
    }
    return render(request, "workspace/customer_merge.html", shown)


def _preview(
    request: AgentRequest, customer: Customer, other: Customer, origin: Customer, into: Customer
) -> HttpResponse:
    shown = {
        "customer": customer,
        "other": other,
        "origin": origin,
        "into": into,
        "is_swapped": into == customer,
        "sides": [_side(each) for each in (origin, into)],
        "days": merging.UNDO_FOR.days,
    }
    return render(request, "workspace/customer_merge_preview.html", shown)


def _side(customer: Customer) -> dict[str, object]:
    """What one of the two has."""
    return {
        "customer": customer,
        "identities": list(customer.identities.all()),
        "conversations": Conversation.objects.filter(customer=customer).count(),
    }
