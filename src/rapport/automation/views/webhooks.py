"""The settings of webhooks: where other systems are told, with which secret, and whether it arrives."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.automation import queries
from rapport.automation.actions import posting
from rapport.automation.actions import webhooks as actions
from rapport.automation.errors import Mistaken
from rapport.automation.models import Parcel, Webhook
from rapport.automation.triggers import KINDS
from rapport.automation.views.macros import back_to, with_undo
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission

LOG_PAGE = 30


@require_GET
@needs(Permission.MANAGE_AUTOMATION)
def webhooks(request: AgentRequest) -> HttpResponse:
    return render(request, "automation/webhooks.html", {"webhooks": queries.webhooks()})


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_AUTOMATION)
def new_webhook(request: AgentRequest) -> HttpResponse:
    return _form(request, None)


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_AUTOMATION)
def webhook(request: AgentRequest, pk: int) -> HttpResponse:
    """The form, the secret, and what was sent there."""
    return _form(request, get_object_or_404(queries.webhooks(), pk=pk))


@require_POST
@needs(Permission.MANAGE_AUTOMATION)
def trial(request: AgentRequest, pk: int) -> HttpResponse:
    """Call it once, now."""
    tried = posting.try_out(get_object_or_404(queries.webhooks(), pk=pk))
    if tried.status is not None and 200 <= tried.status < 300:
        messages.success(request, _("It arrived, and was answered with %(status)d.") % {"status": tried.status})
    elif tried.status is not None:
        messages.error(
            request, _("It was answered with %(status)d. Nothing but 2xx counts.") % {"status": tried.status}
        )
    else:
        messages.error(request, tried.said)
    return redirect("settings_webhook", pk)


@require_POST
@needs(Permission.MANAGE_AUTOMATION)
def secret(request: AgentRequest, pk: int) -> HttpResponse:
    """Another secret; the former one goes on for a day."""
    actions.rotate_secret(get_object_or_404(queries.webhooks(), pk=pk))
    messages.success(request, _("There is a new secret. The former one is valid for another day."))
    return redirect("settings_webhook", pk)


@require_POST
@needs(Permission.MANAGE_AUTOMATION)
def new_try(request: AgentRequest, pk: int, parcel_id: int) -> HttpResponse:
    """Send one message once more, the same as it was."""
    posting.send_again(get_object_or_404(Parcel, pk=parcel_id, webhook__in=queries.webhooks().filter(pk=pk)))
    messages.success(request, _("It is on its way again."))
    return redirect("settings_webhook", pk)


@require_POST
@needs(Permission.MANAGE_AUTOMATION)
def deletion(request: AgentRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.webhooks(), pk=pk)
    actions.delete_webhook(found)
    said = _("“%(name)s” is deleted.") % {"name": found.name}
    messages.success(request, with_undo(said, "webhook_restoration", pk))
    return redirect("settings_webhooks")


@require_POST
@needs(Permission.MANAGE_AUTOMATION)
def restoration(request: AgentRequest, pk: int) -> HttpResponse:
    actions.restore_webhook(get_object_or_404(Webhook, pk=pk))
    return back_to(request, "settings_webhooks")


def _form(request: AgentRequest, found: Webhook | None) -> HttpResponse:
    if request.method != "POST":
        kept = found or Webhook(events=["conversation.created", "message.received"])
        return _shown(request, found, {"name": kept.name, "url": kept.url, "events": kept.events, "is_on": kept.is_on})
    post = request.POST
    said = {
        "name": post.get("name", ""),
        "url": post.get("url", ""),
        "events": post.getlist("events"),
        "is_on": post.get("is_on") == "on",
    }
    try:
        kept = actions.save_webhook(found, by=request.user, **said)
    except Mistaken as error:
        return _shown(request, found, said, error)
    messages.success(request, _("Saved."))
    return redirect("settings_webhook", kept.pk)


def _shown(
    request: AgentRequest, found: Webhook | None, said: dict[str, Any], error: Mistaken | None = None
) -> HttpResponse:
    before = request.GET.get("before", "")
    page = list(queries.parcels_of(found, int(before[:18]) if before.isdecimal() else None)) if found else []
    context = {
        "webhook": found,
        "said": said,
        "kinds": [(kind, label, kind in said["events"]) for kind, (_name, label) in KINDS.items()],
        "errors": {error.field: str(error)} if error else {},
        "parcels": page[:LOG_PAGE],
        "older": page[LOG_PAGE - 1].pk if len(page) > LOG_PAGE else None,
        "has_former": bool(found) and len(posting.valid_secrets(found)) > 1 if found else False,
        "may_send_again": bool(found and found.is_on and not found.disabled_at),
    }
    return render(request, "automation/webhook.html", context, status=422 if error else 200)
