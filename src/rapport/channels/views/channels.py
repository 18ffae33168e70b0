"""Connect a channel, test it, change it, pause it, remove it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import ProtectedError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.channels import connections, traffic
from rapport.channels.actions import consenting
from rapport.channels.forms import PlaceForm, kind_form, parts, place_of
from rapport.channels.guides import guide_of, summary_of
from rapport.channels.inbound import instructions_for
from rapport.channels.models import Channel
from rapport.channels.pushing import push_url
from rapport.channels.seam import Kind, kinds
from rapport.channels.views.consents import callback_url
from rapport.channels.views.streaming import said, stream
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission


@require_GET
@needs(Permission.MANAGE_CHANNELS)
def channels(request: AgentRequest) -> HttpResponse:
    known = kinds()
    found = [(channel, known[channel.kind].icon if channel.kind in known else "plug") for channel in traffic.channels()]
    offered = [(kind, summary_of(kind)) for kind in known.values()]
    return render(request, "channels/channels.html", {"channels": found, "kinds": offered})


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_CHANNELS)
def new_channel(request: AgentRequest, kind_name: str) -> HttpResponse:
    """Step two of the first run, too: then `?first=1` shows the steps and a way round."""
    kind = _kind(kind_name)
    form = kind_form(kind.form, request.POST or None)
    place = PlaceForm(request.POST or None, initial={"name": _("Support")})
    if form.is_bound and form.is_valid() and place.is_valid():
        channel = connections.connect(kind, settings=form.cleaned_data, **place.cleaned_data)
        # Where a provider has to be asked first, that is the next step.
        after = "channel_widget" if kind.abilities.widget else "channel_connected"
        next_page = "channel_health" if consenting.lacks_consent(channel) else after
        return _go(request, redirect(next_page, channel.pk))
    return _form_page(request, kind, form, place, None)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_CHANNELS)
def channel(request: AgentRequest, channel_id: int) -> HttpResponse:
    found = get_object_or_404(traffic.channels(), pk=channel_id)
    kind = _kind(found.kind)
    form = kind_form(kind.form, request.POST or None, kept=found.settings)
    place = PlaceForm(request.POST or None, initial=place_of(found))
    if form.is_bound and form.is_valid() and place.is_valid():
        connections.change(found, settings=form.cleaned_data, **place.cleaned_data)
        messages.success(request, _("Saved."))
        return _go(request, redirect("channel_health", found.pk))
    return _form_page(request, kind, form, place, found)


@never_cache
@sensitive_post_parameters()
@require_POST
@needs(Permission.MANAGE_CHANNELS)
def trial(request: AgentRequest, kind_name: str = "", channel_id: int = 0) -> HttpResponseBase:
    """Try what is typed, before it is saved: one list item a step, as each is done."""
    kept: Mapping[str, Any] = {}
    found = get_object_or_404(Channel, pk=channel_id) if channel_id else None
    if found is not None:
        kind_name, kept = found.kind, found.settings
    kind = _kind(kind_name)
    form = kind_form(kind.form, request.POST, kept=kept)
    if not form.is_valid():
        return render(request, "channels/_errors.html", {"forms": [form]}, status=422)
    settings = {**form.cleaned_data, **connections.token_for(found, form.cleaned_data)}
    if found is not None:
        settings["push_url"] = push_url(found)
    return stream(request, (said(check) for check in kind.check(settings)))


@require_GET
@needs(Permission.MANAGE_CHANNELS)
def suggestion(request: AgentRequest, kind_name: str) -> JsonResponse:
    """What the address lets one guess about the other fields."""
    return JsonResponse(dict(_kind(kind_name).suggest(request.GET.get("address", "")[:320])))


@never_cache
@require_GET
@needs(Permission.MANAGE_CHANNELS)
def connected(request: AgentRequest, channel_id: int) -> HttpResponse:
    found = get_object_or_404(traffic.channels(), pk=channel_id)
    context = {"channel": found, "kind": _kind(found.kind), "instructions": instructions_for(found)}
    return render(request, "channels/connected.html", context)


@require_POST
@needs(Permission.MANAGE_CHANNELS)
def pause(request: AgentRequest, channel_id: int) -> HttpResponse:
    connections.pause(get_object_or_404(Channel, pk=channel_id))
    messages.success(request, _("Paused. Nothing is fetched until you resume it."))
    return _back(request, channel_id)


@require_POST
@needs(Permission.MANAGE_CHANNELS)
def resumption(request: AgentRequest, channel_id: int) -> HttpResponse:
    connections.resume(get_object_or_404(Channel, pk=channel_id))
    messages.success(request, _("Resumed."))
    return _back(request, channel_id)


@require_POST
@needs(Permission.MANAGE_CHANNELS)
def removal(request: AgentRequest, channel_id: int) -> HttpResponse:
    found = get_object_or_404(Channel, pk=channel_id)
    try:
        connections.remove(found)
    except ProtectedError:
        messages.error(request, _("Something still needs this channel. Pause it instead."))
    else:
        messages.success(request, _("%(name)s is removed. Its conversations stay.") % {"name": found.name})
    return redirect("settings_channels")


def _back(request: HttpRequest, channel_id: int) -> HttpResponse:
    """To the page of this one channel if it was pressed there."""
    return redirect("channel_health", channel_id) if "health" in request.POST else redirect("settings_channels")


def _kind(name: str) -> Kind:
    try:
        return kinds()[name]
    except KeyError:
        raise Http404 from None


def _form_page(
    request: HttpRequest, kind: Kind, form: forms.Form, place: forms.Form, channel: Channel | None
) -> HttpResponse:
    """The whole page; for a script that already shows it only the errors, so that nothing typed is lost."""
    if form.is_bound and request.headers.get("X-Only-Errors"):
        return render(request, "channels/_errors.html", {"forms": [form, place]}, status=422)
    shown, folded = parts(form)
    context = {
        "kind": kind,
        "form": form,
        "shown": shown,
        "folded": folded,
        "place": place,
        "channel": channel,
        "instructions": instructions_for(channel) if channel and not kind.abilities.widget else (),
        "first": "first" in request.GET,
        "guide": guide_of(kind),
        **_callback(form),
    }
    return render(request, "channels/channel.html", context, status=422 if form.is_bound else 200)


def _callback(form: forms.Form) -> dict[str, str]:
    """Where a provider has to send administrators back to, beside the fields of the app that they register there."""
    if "client_id" not in form.fields:
        return {}
    condition = str(form.fields["client_id"].widget.attrs.get("data-shown-when", ""))
    return {"callback": callback_url(), "callback_shown_when": condition}


def _go(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Where to go on. A script is told by a header: it may not follow a redirect on its own."""
    if request.headers.get("X-Only-Errors"):
        return HttpResponse(status=204, headers={"X-Go-On": answer.headers["Location"]})
    return answer
