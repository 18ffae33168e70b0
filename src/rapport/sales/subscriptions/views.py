"""The list of subscriptions."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rapport.sales.models import SubscriptionStatus
from rapport.sales.pages import rows_of
from rapport.sales.subscriptions.queries import visible_to
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission

TONES = {
    SubscriptionStatus.TRIAL: "accent",
    SubscriptionStatus.ACTIVE: "good",
    SubscriptionStatus.PAST_DUE: "bad",
    SubscriptionStatus.PAUSED: "warn",
    SubscriptionStatus.CANCELLED: "",
}


@require_safe
@needs(Permission.READ)
def subscriptions(request: AgentRequest) -> HttpResponse:
    """Those that started last come first; `status` narrows them."""
    found = visible_to(request.user)
    status = request.GET.get("status", "")
    status = status if status in SubscriptionStatus.values else ""
    if status:
        found = found.filter(status=status)
    shown = {
        "page": rows_of(request, found.select_related("customer"), order=("-started_at", "-id")),
        "tones": TONES,
        "here": urlencode({"status": status}) if status else "",
        "status": status,
        "statuses": SubscriptionStatus.choices,
    }
    return render(request, "sales/_subscription_rows.html" if request.htmx else "sales/subscriptions.html", shown)
