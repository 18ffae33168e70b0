"""Settings of the person who is signed in: profile and API tokens. Passwords and passkeys are allauth's pages."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.team import actions, queries
from rapport.team.forms import ProfileForm, TokenForm
from rapport.team.permissions import AgentRequest, needs


@require_GET
@needs()
def settings_home(request: AgentRequest) -> HttpResponse:
    return redirect("profile")


@require_http_methods(["GET", "POST"])
@needs()
def profile(request: AgentRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if form.is_valid():
        actions.prefer(request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("profile")
    return render(request, "team/profile.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
@needs()
def theme(request: AgentRequest) -> HttpResponse:
    """Light, dark, or whatever the device says; sent by the menu at the agent's name."""
    chosen = request.POST.get("theme", "")
    if chosen not in ("light", "dark", "system"):
        return HttpResponse(status=400)
    actions.prefer(request.user, theme="" if chosen == "system" else chosen)
    return HttpResponse(status=204)


@never_cache
@require_http_methods(["GET", "POST"])
@needs()
def tokens(request: AgentRequest) -> HttpResponse:
    """The agent's own tokens. A new one is shown on the answer to its form, and never again."""
    form = TokenForm(request.POST or None)
    context = {"form": form, "tokens": queries.tokens_of(request.user)}
    if form.is_valid():
        made = form.cleaned_data
        context["plain"] = actions.create_token(request.user, scope=made["scope"], name=made["name"], days=made["days"])
        context["form"] = TokenForm()
    failed = form.is_bound and not form.is_valid()
    return render(request, "team/tokens.html", context, status=422 if failed else 200)


@require_POST
@needs()
def token_revocation(request: AgentRequest, token_id: int) -> HttpResponse:
    actions.revoke_token(get_object_or_404(queries.tokens_of(request.user), pk=token_id))
    messages.success(request, _("Revoked. Scripts that use this token stop working now."))
    return redirect("settings_tokens")
