"""The settings page: whether there is a portal, and by which form its guests begin."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rapport.portal import actions, letters, queries
from rapport.portal.forms import PolicyForm
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.MANAGE_CHANNELS)
def settings_portal(request: AgentRequest) -> HttpResponseBase:
    form = PolicyForm(request.POST or None, instance=queries.policy())
    if request.method == "POST" and form.is_valid():
        actions.set_policy(**form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("settings_portal")
    context = {
        "form": form,
        "page": "portal",
        "url": settings.BASE_URL + reverse("portal_home"),
        "mailbox": letters.mailbox_for(),
        "is_open": queries.policy().is_open,
    }
    return render(request, "portal/settings.html", context, status=422 if form.errors else 200)
