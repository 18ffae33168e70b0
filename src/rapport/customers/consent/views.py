"""What an agent sees and notes of consent, and its settings."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rapport.customers import queries as customers
from rapport.customers.consent import arranging, queries, recording
from rapport.customers.consent.models import Purpose
from rapport.customers.consent.types import Basis, Channel, How, State
from rapport.customers.errors import CannotArrange
from rapport.customers.going_back import back_to
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission

_CHOOSABLE = (State.GIVEN, State.WITHDRAWN)


@require_POST
@needs(Permission.REPLY)
def customer_consent(request: AgentRequest, pk: int) -> HttpResponse:
    """Note what a customer said, or ask them to confirm by mail."""
    customer = get_object_or_404(customers.visible_to(request.user), pk=pk)
    purpose = queries.purpose_called(request.POST.get("purpose", ""))
    channel, state = request.POST.get("channel", ""), request.POST.get("state", "")
    try:
        if purpose is None:
            raise CannotArrange(_("Choose what it is about."))
        if "ask" in request.POST:
            recording.ask(customer, purpose=purpose, by=request.user)
            messages.success(request, _("A letter asks them to confirm. Until they do, nothing is sent to them."))
        elif channel in Channel.values and state in _CHOOSABLE:
            said = request.POST.get("text", "")
            recording.record(
                customer, purpose=purpose, channel=channel, state=state, how=How.AGENT, text=said, by=request.user
            )
            messages.success(request, _("Noted."))
        else:
            raise CannotArrange(_("Choose what they said, and by which way."))
    except CannotArrange as error:
        messages.error(request, str(error))
    return back_to(request, "customer", pk)


@require_http_methods(["GET", "HEAD"])
@needs(Permission.MANAGE_FIELDS)
def settings_consent(request: AgentRequest) -> HttpResponse:
    context = {"page": "consent", "purposes": queries.every_purpose()}
    return render(request, "customers/consent/settings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.MANAGE_FIELDS)
def purpose(request: AgentRequest, pk: int | None = None) -> HttpResponse:
    """A new one without `pk`."""
    found = get_object_or_404(Purpose, pk=pk) if pk else None
    mistake = ""
    said = {name: getattr(found, name, "") for name in ("name", "description", "basis")}
    if request.method == "POST":
        said = {name: request.POST.get(name, "") for name in said}
        try:
            arranging.save_purpose(found, **said, is_retired="is_retired" in request.POST)
            messages.success(request, _("Saved."))
            return redirect("settings_consent")
        except CannotArrange as error:
            mistake = str(error)
    context = {
        "page": "consent",
        "purpose": found,
        "said": said if said["basis"] else {**said, "basis": Basis.OPT_IN},
        "is_service": found is not None and found.is_service,
        "mistake": mistake,
        "bases": [each for each in Basis.choices if each[0] != Basis.SERVICE],
    }
    return render(request, "customers/consent/purpose.html", context, status=422 if mistake else 200)
