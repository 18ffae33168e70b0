"""Push to browsers (RFC 8030, 8291, 8292): encrypted for one browser, so that nobody on the way reads it.

The address comes from the browser, so it is reached like any address that a stranger typed. Without the agent's wish
for more, a push says what happened and to which number, and nothing that a customer wrote or is called.
"""

import base64
import json
import logging
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from webpush import WebPush, WebPushSubscription
from webpush.types import WebPushKeys
from webpush.vapid import VAPID

from rapport.backbone.jobs import GiveUp, job
from rapport.kit import clock, http
from rapport.kit.text import shortened
from rapport.team.models import Agent, Notification, PushSubscription
from rapport.team.notifications.carrying import Load, carries_together
from rapport.team.notifications.reading import Group, grouped
from rapport.team.queries import organisation

log = logging.getLogger("rapport.push")

# Nobody wants to be woken tomorrow for what was new today.
_LASTS_SECONDS = 12 * 3600
_LONGEST = 240
# What a browser's maker answers for a browser that is no more.
_GONE = (404, 410)
_MOST_BROWSERS = 20
_AUTH_BYTES = 16


class BadSubscription(ValueError):
    """What the browser gave us is no address and keys to push to; the message says what is wrong."""


@transaction.atomic
def subscribe(agent: Agent, *, endpoint: str, p256dh: str, auth: str, label: str = "") -> PushSubscription:
    """Push to this browser from now on, and no longer for whoever used it before. Raises BadSubscription."""
    _refuse_bad(endpoint, p256dh, auth)
    PushSubscription.objects.filter(endpoint=endpoint).delete()
    oldest = PushSubscription.objects.filter(agent=agent).order_by("-id").values_list("pk", flat=True)
    PushSubscription.objects.filter(pk__in=list(oldest[_MOST_BROWSERS - 1 :])).delete()
    return PushSubscription.objects.create(
        agent=agent, endpoint=endpoint, p256dh=p256dh, auth=auth, label=label.strip()[:120]
    )


def unsubscribe(agent: Agent, *, endpoint: str) -> None:
    PushSubscription.objects.filter(agent=agent, endpoint=endpoint).delete()


@cache
def application_key() -> str:
    """Our public key, as browsers want it when they subscribe."""
    key = VAPID.get_application_server_key(_private_key().public_key())
    return str(key)


def carry_by_push(loads: Sequence[Load]) -> None:
    """A job for each of their browsers, which may be away for a while."""
    browsers: dict[int, list[int]] = defaultdict(list)
    theirs = PushSubscription.objects.filter(agent__in={agent.pk for agent, _rows in loads})
    for pk, subscription in theirs.values_list("agent_id", "pk"):
        browsers[pk].append(subscription)
    for agent, rows in loads:
        for subscription in browsers[agent.pk]:
            push.enqueue(subscription, [row.pk for row in rows])


carries_together("push", carry_by_push)


@job(retries=6, first_wait=20, longest_wait=1800)
def push(subscription_id: int, notification_ids: list[int]) -> None:
    """Tell one browser of what is still unread among these."""
    found = PushSubscription.objects.select_related("agent__custom_role").filter(pk=subscription_id).first()
    if found is None or not found.agent.is_active:
        return
    rows = Notification.objects.filter(pk__in=notification_ids, agent=found.agent, read_at=None).select_related("by")
    with translation.override(found.agent.language or organisation().reply_language):
        groups = grouped(found.agent, rows.order_by("-id"))
        if groups:
            _deliver(found, json.dumps(_payload(found.agent, groups), ensure_ascii=False).encode())


def _payload(agent: Agent, groups: list[Group]) -> dict[str, Any]:
    count = sum(len(group.pieces) for group in groups)
    if count > 1:
        title = ngettext("%(n)d piece of news", "%(n)d pieces of news", count) % {"n": count}
        numbers = ", ".join(group.about.number for group in groups[:5])
        url = groups[0].about.url if len(groups) == 1 else "/notifications/"
        return {"title": title, "body": numbers, "url": url, "tag": "summary"}
    [group] = groups
    body = group.about.number
    if agent.pushes_text:
        about = " · ".join(part for part in (group.about.who, group.about.title) if part)
        body = shortened("\n".join(part for part in (about, group.pieces[0].text) if part), _LONGEST)
    return {"title": group.pieces[0].said, "body": body, "url": group.about.url, "tag": group.place}


def _deliver(subscription: PushSubscription, payload: bytes) -> None:
    message = _sender().get(
        payload,
        WebPushSubscription(
            endpoint=subscription.endpoint,
            keys=WebPushKeys(auth=subscription.auth, p256dh=subscription.p256dh),
        ),
    )
    headers = {**message.headers, "urgency": "normal", "content-type": "application/octet-stream"}
    try:
        answer = http.fetch(
            "POST",
            subscription.endpoint,
            content=message.encrypted,
            headers={name: str(value) for name, value in headers.items()},
            largest=64 * 1024,
            follow_redirects=False,
        )
    except http.Refused as error:
        raise GiveUp(str(error)) from error
    if answer.status_code in _GONE:
        subscription.delete()
    elif answer.status_code >= 500 or answer.status_code == 429:
        raise http.Unreachable(f"{urlsplit(subscription.endpoint).hostname} answered {answer.status_code}.")
    elif answer.status_code >= 400:
        log.warning("%s refused a push: %s", urlsplit(subscription.endpoint).hostname, answer.status_code)
    else:
        PushSubscription.objects.filter(pk=subscription.pk).update(last_at=clock.now())


def _sender() -> WebPush:
    """One a message: it keeps what it is told."""
    public = (
        _private_key()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return WebPush(
        private_key=settings.VAPID_KEY.encode(),
        public_key=public,
        subscriber=settings.DEFAULT_FROM_EMAIL,
        ttl=_LASTS_SECONDS,
    )


def _private_key() -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(settings.VAPID_KEY.encode(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("RAPPORT_VAPID_KEY is not a key on an elliptic curve.")
    return key


def _refuse_bad(endpoint: str, p256dh: str, auth: str) -> None:
    address = urlsplit(endpoint)
    is_private = http.is_allowed(address.hostname or "")
    if not address.hostname or not (address.scheme == "https" or (address.scheme == "http" and is_private)):
        raise BadSubscription(_("Push needs an address that begins with https://."))
    if len(endpoint) > 1000 or len(p256dh) > 120 or len(auth) > 60:
        raise BadSubscription(_("This browser's push service is not one we know how to use."))
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decoded(p256dh))
        is_whole = len(_decoded(auth)) == _AUTH_BYTES
    except ValueError:
        is_whole = False
    if not is_whole:
        raise BadSubscription(_("This browser's keys for push are broken. Turn push off and on again."))


def _decoded(key: str) -> bytes:
    return base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
