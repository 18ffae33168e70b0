"""The list of orders, and one order."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from rapport.customers.queries import visible_to as customers_visible_to
from rapport.sales.models import OrderStatus
from rapport.sales.orders.queries import numbered, sources, visible_to
from rapport.sales.pages import rows_of, words_of
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission

TONES = {
    OrderStatus.PENDING: "warn",
    OrderStatus.PAID: "good",
    OrderStatus.PARTLY_REFUNDED: "warn",
    OrderStatus.REFUNDED: "",
    OrderStatus.CANCELLED: "",
}


@require_safe
@needs(Permission.READ)
def orders(request: AgentRequest) -> HttpResponse:
    """Newest first; `q` is a number, `status` and `customer` narrow it."""
    found, query = visible_to(request.user), words_of(request)
    status = request.GET.get("status", "")
    status = status if status in OrderStatus.values else ""
    said = request.GET.get("customer", "")
    pk = int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else 0
    customer = customers_visible_to(request.user).filter(pk=pk).first() if pk else None
    if query:
        found = numbered(found, query)
    if status:
        found = found.filter(status=status)
    if customer:
        found = found.filter(customer=customer)
    page = rows_of(request, found.select_related("customer"), order=("-placed_at", "-id"))
    kept = {"q": query, "status": status, "customer": customer.pk if customer else ""}
    shown = {
        "page": page,
        "tones": TONES,
        "sources": sources(),
        "here": urlencode({name: value for name, value in kept.items() if value}),
        "query": query,
        "status": status,
        "statuses": _statuses(kept),
        "customer": customer,
        "without_customer": urlencode({name: kept[name] for name in ("q", "status") if kept[name]}),
        "may_connect": request.user.may(Permission.MANAGE_CHANNELS),
    }
    return render(request, "sales/_order_rows.html" if request.htmx else "sales/orders.html", shown)


@require_safe
@needs(Permission.READ)
def order(request: AgentRequest, pk: int) -> HttpResponse:
    """What was in it, what went back, and whose it is."""
    found = get_object_or_404(visible_to(request.user).select_related("customer", "customer__company"), pk=pk)
    lines = list(found.lines.select_related("product"))
    shown = {
        "order": found,
        "tone": TONES[OrderStatus(found.status)],
        "lines": [(line, found.priced(line)) for line in lines],
        "refunds": [(refund, refund.money_of(found)) for refund in found.refunds.all()],
        "sources": sources(),
    }
    return render(request, "sales/order.html", shown)


def _statuses(kept: Mapping[str, object]) -> list[tuple[str, str, str]]:
    """Each with its words and its address."""
    found = []
    for value, label in OrderStatus.choices:
        said = {name: held for name, held in {**kept, "status": value}.items() if held}
        found.append((value, str(label), urlencode(said)))
    return found
