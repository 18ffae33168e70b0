"""What webhooks are sent, and handing it over: again with growing waits, until it arrives or the tries are used up."""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from rapport.automation.actions.pausing import tell_of_disabling
from rapport.automation.models import Parcel, Run, Try, Webhook
from rapport.automation.queries import webhooks_on
from rapport.automation.triggers import kinds_of
from rapport.automation.types import ParcelState
from rapport.backbone.events import Announcement
from rapport.backbone.jobs import job
from rapport.backbone.models import Event
from rapport.conversations.models import Conversation, Message
from rapport.conversations.shapes import conversation_shape, message_shape
from rapport.kit import clock, http
from rapport.kit.standard_webhooks import headers
from rapport.team.api import agent_shape
from rapport.team.models import Agent

# How long to wait after the first failed try, the second, and so on: about three days in all.
WAITS = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
# Nothing arrived for so long: then it is switched off.
PATIENCE = timedelta(days=5)
TIMEOUT = 15.0
LARGEST_ANSWER = 64 * 1024
KEPT_ANSWER = 500
# Longer than a try can take.
_CLAIM = timedelta(seconds=60)
_GONE = 410
TRIAL = "webhook.test"
# What an event says beyond the conversation, as it is named for other systems.
_SAID = ("tag", "priority", "score", "state", "subject", "until", "kind", "due_at")


def hear(row: Event, event: Announcement) -> None:
    """Make a parcel for each webhook that waits for this, once however often it is told."""
    kinds = set(kinds_of(event))
    for webhook in webhooks_on():
        for kind in sorted(kinds.intersection(webhook.events)):
            if webhook.created_at <= row.at and not _is_known(webhook, row, kind):
                _make(webhook, kind, at=row.at, data=data_of(row.payload), event=row.pk)


def post_for_rule(webhook: Webhook, run: Run, conversation: Conversation) -> Parcel:
    """The conversation as a rule found it."""
    data = data_of({"conversation": conversation.pk}) | {"rule": {"id": run.rule_id, "name": run.rule.name}}
    return _make(webhook, "rule.matched", at=clock.now(), data=data, run=run.pk)


def try_out(webhook: Webhook) -> Try:
    """Make a call that means nothing, here and now, and say what was answered."""
    data = {"webhook": {"id": webhook.pk, "name": webhook.name}}
    return attempt(_make(webhook, TRIAL, at=clock.now(), data=data, is_later=False))


def send_again(parcel: Parcel) -> None:
    """Hand the same parcel over once more, now, with all its tries."""
    Parcel.objects.filter(pk=parcel.pk).update(
        state=ParcelState.WAITING, tries=0, due_at=clock.now(), claimed_until=None
    )
    deliver.enqueue(parcel.pk)


def data_of(payload: Mapping[str, Any]) -> dict[str, Any]:
    """What an event is about, in the shapes of the API, as it is now; only ids of what is gone."""
    rows = Conversation.objects.select_related("customer", "inbox", "assignee", "team").prefetch_related("tags")
    conversation = rows.filter(pk=payload["conversation"]).first()
    gone = {"id": payload["conversation"], "number": payload.get("number")}
    data: dict[str, Any] = {
        "conversation": conversation_shape(conversation).model_dump(mode="json") if conversation else gone
    }
    if payload.get("message"):
        message = Message.objects.prefetch_related("attachments").filter(pk=payload["message"]).first()
        data["message"] = message_shape(message).model_dump(mode="json") if message else {"id": payload["message"]}
    if "by" in payload:
        by = agent_shape(Agent.objects.filter(pk=payload["by"] or 0).first())
        data["by"] = by.model_dump(mode="json") if by else None
    return data | {name: payload[name] for name in _SAID if name in payload}


def _is_known(webhook: Webhook, row: Event, kind: str) -> bool:
    return Parcel.objects.filter(webhook=webhook, event=row.pk, kind=kind).exists()


def _make(
    webhook: Webhook, kind: str, *, at: datetime, data: dict[str, Any], is_later: bool = True, **because: int
) -> Parcel:
    body = {"type": kind, "timestamp": at.isoformat().replace("+00:00", "Z"), "data": data}
    with transaction.atomic():
        parcel = Parcel.objects.create(
            webhook=webhook,
            key=f"msg_{secrets.token_urlsafe(20)}",
            kind=kind,
            body=json.dumps(body, ensure_ascii=False, separators=(",", ":")),
            due_at=clock.now(),
            claimed_until=None if is_later else clock.now() + _CLAIM,
            **because,
        )
        if is_later:
            deliver.enqueue(parcel.pk)
    return parcel


@job(retries=3)
def deliver(parcel_id: int) -> None:
    """Try once, if it is due and nobody else is trying."""
    parcel = _claimed(parcel_id)
    if parcel is not None:
        attempt(parcel)


def deliver_due(limit: int = 200) -> int:
    """Queue what is due and whose job was lost."""
    late = clock.now() - _CLAIM
    due = Parcel.objects.filter(state=ParcelState.WAITING, due_at__lte=late).order_by("due_at")
    ids = list(due.values_list("pk", flat=True)[:limit])
    for pk in ids:
        deliver.enqueue(pk)
    return len(ids)


def attempt(parcel: Parcel) -> Try:
    """One call, noted with what was answered, and what follows from it."""
    began = clock.monotonic()
    status, said = _call(parcel)
    tried = Try(parcel=parcel, status=status, said=said[:KEPT_ANSWER].replace("\x00", ""))
    tried.milliseconds = int((clock.monotonic() - began) * 1000)
    with transaction.atomic():
        tried.save()
        _settle(parcel, status)
    return tried


def valid_secrets(webhook: Webhook) -> list[str]:
    """The present secret, and for a day after a change the former one."""
    kept = webhook.secret
    until = parse_datetime(kept.get("former_until") or "")
    return [kept["current"], *([kept["former"]] if until and until > clock.now() else [])]


def _call(parcel: Parcel) -> tuple[int | None, str]:
    body = parcel.body.encode()
    signed = headers(valid_secrets(parcel.webhook), key=parcel.key, at=clock.now(), body=body)
    try:
        answer = http.fetch(
            "POST",
            parcel.webhook.url,
            headers=signed,
            content=body,
            seconds=TIMEOUT,
            largest=LARGEST_ANSWER,
            follow_redirects=False,
        )
    except http.HttpProblem as error:
        return None, str(error)
    return answer.status_code, answer.text


def _claimed(parcel_id: int) -> Parcel | None:
    now = clock.now()
    free = Parcel.objects.filter(pk=parcel_id, state=ParcelState.WAITING, due_at__lte=now)
    free = free.filter(Q(claimed_until=None) | Q(claimed_until__lt=now))
    if not free.update(claimed_until=now + _CLAIM):
        return None
    parcel = Parcel.objects.select_related("webhook").get(pk=parcel_id)
    webhook = parcel.webhook
    if webhook.deleted_at or ((webhook.disabled_at or not webhook.is_on) and parcel.kind != TRIAL):
        Parcel.objects.filter(pk=parcel_id).update(state=ParcelState.FAILED, due_at=None, claimed_until=None)
        return None
    return parcel


def _settle(parcel: Parcel, status: int | None) -> None:
    now = clock.now()
    parcel.tries += 1
    parcel.claimed_until = None
    webhook = Webhook.objects.filter(pk=parcel.webhook_id)
    if status is not None and 200 <= status < 300:
        parcel.state, parcel.due_at = ParcelState.DELIVERED, None
        webhook.filter(failing_since__isnull=False).update(failing_since=None)
    elif status == _GONE:
        parcel.state, parcel.due_at = ParcelState.FAILED, None
        disable(parcel.webhook, because=_("It answered that it is gone for good (410)."))
    else:
        webhook.filter(failing_since=None).update(failing_since=now)
        if parcel.kind == TRIAL or parcel.tries > len(WAITS):
            parcel.state, parcel.due_at = ParcelState.FAILED, None
        else:
            parcel.due_at = now + WAITS[parcel.tries - 1]
            deliver.at(parcel.due_at).enqueue(parcel.pk)
        _lose_patience(parcel.webhook, now)
    parcel.save(update_fields=["tries", "claimed_until", "state", "due_at"])


def _lose_patience(webhook: Webhook, now: datetime) -> None:
    webhook.refresh_from_db(fields=["failing_since"])
    if webhook.failing_since and webhook.failing_since < now - PATIENCE:
        disable(webhook, because=_("Nothing arrived there for %(days)d days.") % {"days": PATIENCE.days})


def disable(webhook: Webhook, *, because: str) -> None:
    """Send nothing there until somebody switches it on again. Whoever made it is told once."""
    if Webhook.objects.filter(pk=webhook.pk, disabled_at=None).update(
        disabled_at=clock.now(), disabled_because=because
    ):
        tell_of_disabling.enqueue(webhook.pk)
