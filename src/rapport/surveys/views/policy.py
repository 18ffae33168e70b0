"""The settings page: whether, how often and with which words customers are asked."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rapport.surveys import actions, letters, queries
from rapport.surveys.forms import PolicyForm
from rapport.team.permissions import AgentRequest, needs
from rapport.team.queries import organisation
from rapport.team.types import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.MANAGE_CHANNELS)
def settings_ratings(request: AgentRequest) -> HttpResponseBase:
    form = PolicyForm(request.POST or None, instance=queries.policy())
    if request.method == "POST" and form.is_valid():
        actions.set_policy(**form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("settings_ratings")
    context = {
        "form": form,
        "page": "ratings",
        "question": letters.question(_("Delivery of order 1043")),
        "company": organisation().name,
    }
    return render(request, "surveys/policy.html", context, status=400 if form.errors else 200)
