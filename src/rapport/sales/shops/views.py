"""The settings of shops: which are connected, how, and what they told."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.sales.models import DeliveryState, Shop
from rapport.sales.shops import connecting, queries
from rapport.sales.shops.forms import ShopForm
from rapport.sales.shops.receiving import read_again
from rapport.sales.shops.seam import ShopKind, kinds
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission

TONES = {
    DeliveryState.NEW: "",
    DeliveryState.DONE: "good",
    DeliveryState.SAME: "",
    DeliveryState.OLDER: "",
    DeliveryState.WAITING: "warn",
    DeliveryState.IGNORED: "",
    DeliveryState.QUARANTINED: "bad",
}
# As much of a delivery as the page shows.
SHOWN_BYTES = 20_000


@require_GET
@needs(Permission.MANAGE_CHANNELS)
def shops(request: AgentRequest) -> HttpResponse:
    found = [(shop, kinds().get(shop.kind)) for shop in queries.shops()]
    return render(request, "sales/shops.html", {"shops": found, "kinds": kinds().values()})


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_CHANNELS)
def new_shop(request: AgentRequest, kind_name: str) -> HttpResponse:
    """The secret goes in; the address to enter at the shop comes next."""
    kind = _kind(kind_name)
    form = ShopForm(kind, request.POST or None, initial={"name": kind.label})
    if form.is_bound and form.is_valid():
        made = connecting.connect(kind, **form.cleaned_data)
        messages.success(request, _("Now enter the address below at the shop."))
        return redirect("settings_shop", made.pk)
    return render(request, "sales/shop.html", {"kind": kind, "form": form}, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_CHANNELS)
def shop(request: AgentRequest, pk: int) -> HttpResponse:
    """Its address here, its secret, and the latest of what it told."""
    found = get_object_or_404(queries.shops(), pk=pk)
    kind = _kind(found.kind)
    form = ShopForm(kind, request.POST or None, shop=found, initial={"name": found.name, "url": found.url})
    if form.is_bound and form.is_valid():
        connecting.change(found, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("settings_shop", pk)
    said = request.GET.get("before", "")
    rows = queries.deliveries_of(found, before=int(said[:18]) if said.isascii() and said.isdecimal() else 0)
    shown = {
        "shop": found,
        "kind": kind,
        "form": form,
        "address": connecting.push_url(found),
        "deliveries": rows[: queries.PAGE],
        "older": rows[queries.PAGE - 1].pk if len(rows) > queries.PAGE else 0,
        "tones": TONES,
    }
    return render(request, "sales/shop.html", shown, status=422 if form.errors else 200)


@require_GET
@needs(Permission.MANAGE_CHANNELS)
def delivery(request: AgentRequest, pk: int, delivery_id: int) -> HttpResponse:
    """What came, as it came."""
    found = get_object_or_404(queries.shops(), pk=pk)
    told = get_object_or_404(found.deliveries.all(), pk=delivery_id)
    body = bytes(told.body)
    shown = {
        "shop": found,
        "delivery": told,
        "tone": TONES[DeliveryState(told.state)],
        "shown": body[:SHOWN_BYTES].decode("utf-8", "replace").replace("\x00", "�"),
        "size": len(body),
        "is_cut": len(body) > SHOWN_BYTES,
    }
    return render(request, "sales/shop_delivery.html", shown)


@require_POST
@needs(Permission.MANAGE_CHANNELS)
def reading(request: AgentRequest, pk: int, delivery_id: int) -> HttpResponse:
    """Read it again."""
    told = get_object_or_404(get_object_or_404(queries.shops(), pk=pk).deliveries.all(), pk=delivery_id)
    read_again(told)
    told.refresh_from_db()
    if told.state == DeliveryState.QUARANTINED:
        messages.error(request, _("It still cannot be read: %(reason)s") % {"reason": told.sentence})
    else:
        messages.success(request, str(told.get_state_display()))
    return redirect("shop_delivery", pk, delivery_id)


@require_POST
@needs(Permission.MANAGE_CHANNELS)
def removal(request: AgentRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Shop, pk=pk)
    connecting.disconnect(found)
    messages.success(request, _("%(name)s is disconnected. Its orders stay.") % {"name": found.name})
    return redirect("settings_shops")


def _kind(name: str) -> ShopKind:
    kind = kinds().get(name)
    if kind is None:
        raise Http404
    return kind
