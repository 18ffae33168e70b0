"""Settings of what is promised to whom."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rapport.routing import actions, queries, showing
from rapport.routing.forms import PolicyForm
from rapport.routing.models import Calendar, ServicePolicy
from rapport.routing.types import CannotSetUp
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission


@require_safe
@needs(Permission.MANAGE_ROUTING)
def policies(request: AgentRequest) -> HttpResponse:
    """In the order in which they are asked."""
    context = {
        "policies": showing.policies(queries.policies()),
        "has_hours": Calendar.objects.exists(),
        "page": "promises",
    }
    return render(request, "routing/policies.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.MANAGE_ROUTING)
def policy(request: AgentRequest, pk: int | None = None) -> HttpResponse:
    """A new one without `pk`."""
    found = get_object_or_404(ServicePolicy, pk=pk) if pk else None
    form = PolicyForm(request.POST or None, policy=found)
    if form.is_valid():
        try:
            if found:
                actions.change_policy(found, **form.cleaned_data)
            else:
                actions.make_policy(**form.cleaned_data)
        except CannotSetUp as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("Saved. What is due is reckoned again."))
            return redirect("settings_promises")
    context = {"form": form, "policy": found, "page": "promises"}
    return render(request, "routing/policy.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Permission.MANAGE_ROUTING)
def place(request: AgentRequest, pk: int) -> HttpResponse:
    """One place `up` or `down`."""
    found = get_object_or_404(ServicePolicy, pk=pk)
    actions.shift_policy(found, by=-1 if request.POST.get("to") == "up" else 1)
    return redirect("settings_promises")


@require_POST
@needs(Permission.MANAGE_ROUTING)
def deletion(request: AgentRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ServicePolicy, pk=pk)
    actions.delete_policy(found)
    messages.success(request, _("%(name)s is deleted.") % {"name": found.name})
    return redirect("settings_promises")
