"""Settings of what stands under letters: an agent's own signature, an inbox's, and whether answers quote."""

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from rapport.conversations import actions
from rapport.conversations.models import Inbox
from rapport.kit.text import storable
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission
from rapport.workspace.signatures import VARIABLES, cleaned, own_signature

LONGEST_ACKNOWLEDGEMENT = 4000


@require_http_methods(["GET", "POST"])
@needs(Permission.REPLY)
def own(request: AgentRequest) -> HttpResponse:
    """The agent's own, which goes before every inbox's."""
    if request.method == "POST":
        actions.sign_as(request.user, html=cleaned(request.POST.get("html", "")))
        flash.success(request, _("Saved."))
        return redirect("settings_signature")
    return render(request, "workspace/own_signature.html", _form(own_signature(request.user)))


@require_GET
@needs(Permission.MANAGE_CHANNELS)
def inboxes(request: AgentRequest) -> HttpResponse:
    return render(request, "workspace/inbox_signatures.html", {"inboxes": Inbox.objects.order_by("name")})


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_CHANNELS)
def inbox(request: AgentRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Inbox, pk=pk)
    if request.method == "POST":
        html, quotes = cleaned(request.POST.get("html", "")), bool(request.POST.get("quotes_history"))
        words = request.POST.get("acknowledgement", "").strip()[:LONGEST_ACKNOWLEDGEMENT]
        actions.set_up_letters(found, signature=html, quotes_history=quotes, acknowledgement=storable(words))
        flash.success(request, _("Saved."))
        return redirect("settings_inboxes")
    return render(
        request, "workspace/inbox_signature.html", {**_form(found.signature), **_acknowledgement(), "inbox": found}
    )


def _acknowledgement() -> dict[str, object]:
    hint = _(
        "Sent at once to whoever begins a conversation here; left empty, nothing is sent. Machines, newsletters and "
        "forged senders get none. %(number)s and %(company)s stand for the conversation's number and your company."
    )
    return {"acknowledgement_hint": hint % {"number": "{{ number }}", "company": "{{ company }}"}}


def _form(html: str) -> dict[str, object]:
    return {"html": html, "variables": [(f"{{{{ {name} }}}}", label) for name, label in VARIABLES.items()]}
