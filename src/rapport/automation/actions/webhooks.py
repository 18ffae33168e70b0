"""Keeping webhooks: made, changed, switched, given another secret."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.automation.errors import Mistaken
from rapport.automation.models import Webhook
from rapport.automation.triggers import KINDS
from rapport.automation.types import LONGEST_NAME
from rapport.kit import clock
from rapport.kit.standard_webhooks import new_secret
from rapport.kit.text import one_line
from rapport.team.models import Agent

# How long the secret before the present one is still signed with.
BOTH_VALID = timedelta(hours=24)


@transaction.atomic
def save_webhook(webhook: Webhook | None, *, by: Agent, **said: Any) -> Webhook:
    """Make or change one: name, url, events, is_on. What is left out stays; a new one gets a secret. Raises Mistaken.

    Switching on also forgets that it was switched off by itself.
    """
    webhook = webhook or Webhook(owner=by, secret={"current": new_secret()})
    if "name" in said:
        webhook.name = one_line(said["name"])[:LONGEST_NAME]
    if "url" in said:
        webhook.url = _address(said["url"])
    if "events" in said:
        webhook.events = _events(said["events"])
    if not webhook.url:
        raise Mistaken(_("Write the address that is called."), field="url")
    webhook.name = webhook.name or urlsplit(webhook.url).netloc[:LONGEST_NAME]
    if "is_on" in said:
        webhook.is_on = bool(said["is_on"])
        if webhook.is_on:
            webhook.disabled_at, webhook.disabled_because, webhook.failing_since = None, "", None
    webhook.save()
    return webhook


def rotate_secret(webhook: Webhook) -> str:
    """A new secret; the former one is signed with as well for a day, so that the receiver can change in peace."""
    fresh = new_secret()
    until = clock.now() + BOTH_VALID
    webhook.secret = {"current": fresh, "former": webhook.secret["current"], "former_until": until.isoformat()}
    webhook.save(update_fields=["secret"])
    return fresh


def delete_webhook(webhook: Webhook) -> None:
    """Nothing is sent there any more; for a day it can be brought back."""
    Webhook.objects.filter(pk=webhook.pk).update(deleted_at=clock.now())


def restore_webhook(webhook: Webhook) -> None:
    Webhook.objects.filter(pk=webhook.pk).update(deleted_at=None)


def _address(said: str) -> str:
    url = said.strip()
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and len(url) <= 500
        has_password = bool(parts.username or parts.password)
        _port = parts.port
    except ValueError:
        is_address, has_password = False, False
    if not is_address or any(letter.isspace() for letter in url):
        raise Mistaken(_("Write a web address that begins with https://."), field="url")
    if has_password:
        raise Mistaken(_("Leave out name and password: calls are signed."), field="url")
    return url


def _events(said: Any) -> list[str]:
    wanted = [str(each) for each in said] if isinstance(said, list) else []
    if strange := sorted(set(wanted) - set(KINDS)):
        raise Mistaken(_("There is no event “%(name)s”.") % {"name": strange[0][:60]}, field="events")
    return [kind for kind in KINDS if kind in wanted]
