"""What came in, byte for byte, and what goes out; where something is stuck, why, and a way to try again."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from rapport.backbone import files, jobs
from rapport.channels import actions, queries, traffic
from rapport.channels.errors import ChannelError
from rapport.channels.models import Channel, Delivery, Dispatch
from rapport.channels.types import DeliveryState, DispatchState
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission

# As much of a raw delivery as the page shows; the rest is in the download.
SHOWN_BYTES = 20_000


@require_GET
@needs(Permission.MANAGE_CHANNELS)
def deliveries(request: AgentRequest) -> HttpResponse:
    state = _chosen(request, DeliveryState.values)
    found = traffic.deliveries(state, channel=_number(request, "channel"), before=_number(request, "before"))
    context = {
        "page": found,
        "state": state,
        "states": DeliveryState.choices,
        "only": _only(request),
        "stuck": traffic.quarantined_count(),
    }
    return render(request, "channels/deliveries.html", context)


@require_GET
@needs(Permission.MANAGE_CHANNELS)
def delivery(request: AgentRequest, delivery_id: int) -> HttpResponse:
    found = get_object_or_404(Delivery.objects.select_related("channel", "file", "message"), pk=delivery_id)
    try:
        body = queries.raw(found)
    except files.Missing:
        return render(request, "channels/delivery.html", {"delivery": found, "is_missing": True})
    shown = body[:SHOWN_BYTES].decode("utf-8", "replace").replace("\x00", "�")
    context = {"delivery": found, "shown": shown, "is_cut": len(body) > SHOWN_BYTES}
    return render(request, "channels/delivery.html", context)


@require_GET
@needs(Permission.MANAGE_CHANNELS)
def raw(request: AgentRequest, delivery_id: int) -> HttpResponse:
    """The bytes as they came, only ever as a download: nothing in them may run here."""
    found = get_object_or_404(Delivery.objects.select_related("file"), pk=delivery_id)
    try:
        body = queries.raw(found)
    except files.Missing:
        raise Http404 from None
    return HttpResponse(
        body,
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="delivery-{found.pk}.eml"',
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
        },
    )


@require_POST
@needs(Permission.MANAGE_CHANNELS)
def new_reading(request: AgentRequest, delivery_id: int) -> HttpResponse:
    """Read a delivery again, for instance after an update that understands it."""
    found = get_object_or_404(Delivery, pk=delivery_id)
    actions.retry(found)
    found.refresh_from_db()
    if found.state == DeliveryState.QUARANTINED:
        messages.error(request, _("It still cannot be read: %(reason)s") % {"reason": found.reason})
    else:
        messages.success(request, _("It was read."))
    return redirect("delivery", found.pk)


@require_GET
@needs(Permission.MANAGE_CHANNELS)
def outbox(request: AgentRequest) -> HttpResponse:
    state = _chosen(request, DispatchState.values)
    found = traffic.dispatches(state, channel=_number(request, "channel"), before=_number(request, "before"))
    context = {
        "page": found,
        "state": state,
        "states": DispatchState.choices,
        "only": _only(request),
        "stuck": traffic.failed_count(),
    }
    return render(request, "channels/outbox.html", context)


@require_POST
@needs(Permission.MANAGE_CHANNELS)
def new_try(request: AgentRequest, dispatch_id: int) -> HttpResponse:
    found = get_object_or_404(Dispatch, pk=dispatch_id)
    try:
        actions.try_again(found, by=request.user)
    except ChannelError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is on its way again."))
    return redirect("settings_outbox")


@require_POST
@needs(Permission.MANAGE_CHANNELS)
def cancellation(request: AgentRequest, dispatch_id: int) -> HttpResponse:
    found = get_object_or_404(Dispatch, pk=dispatch_id)
    try:
        actions.cancel(found, by=request.user)
    except ChannelError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It will not be sent."))
    return redirect("settings_outbox")


@require_GET
@needs(Permission.MANAGE_CHANNELS)
def dead_letters(request: AgentRequest) -> HttpResponse:
    return render(request, "channels/jobs.html", {"letters": jobs.dead_letters()[: traffic.PAGE]})


@require_POST
@needs(Permission.MANAGE_CHANNELS)
def new_run(request: AgentRequest, task_id: UUID) -> HttpResponse:
    if jobs.redrive(task_id):
        messages.success(request, _("The job runs again."))
    else:
        messages.error(request, _("This job is not waiting here any more."))
    return redirect("settings_jobs")


def _chosen(request: HttpRequest, known: list[str]) -> str:
    state = request.GET.get("state", "")
    return state if state in known else ""


def _only(request: HttpRequest) -> Channel | None:
    """The one channel that is looked at, if it is one."""
    return Channel.objects.filter(pk=_number(request, "channel") or 0).first()


def _number(request: HttpRequest, name: str) -> int | None:
    return traffic.number_in(request.GET.get(name, ""))
