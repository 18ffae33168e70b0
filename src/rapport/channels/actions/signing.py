"""The key that a channel signs with: made here, published by an administrator, used once the world can find it."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from rapport.channels.models import Channel
from rapport.channels.seam import kind_of
from rapport.channels.types import Check


@transaction.atomic
def make_key(channel: Channel) -> None:
    """A fresh key. Where one is in use already it goes on signing until the new one is found published."""
    held = Channel.objects.select_for_update().get(pk=channel.pk)
    fresh = dict(kind_of(held.kind).new_signing(held.address))
    _save(channel, {**held.signing, "next": fresh} if held.signing.get("is_on") else fresh)


def try_key(channel: Channel) -> Check:
    """Look the newest key up, and sign with it from now on if it is published. Asks the network."""
    wanted = newest(channel.signing)
    check = kind_of(channel.kind).check_signing(wanted)
    if check.ok:
        with transaction.atomic():
            held = Channel.objects.select_for_update().get(pk=channel.pk)
            # Another one may have been made while the network was asked.
            if newest(held.signing) == wanted:
                _save(channel, {**wanted, "is_on": True})
    return check


def stop_signing(channel: Channel) -> None:
    """Forget every key of it."""
    _save(channel, {})


def newest(signing: Mapping[str, Any]) -> Mapping[str, Any]:
    """The key to publish: the one that waits for it, else the one in use."""
    waiting: Mapping[str, Any] = signing.get("next") or signing
    return waiting


def _save(channel: Channel, signing: Mapping[str, Any]) -> None:
    channel.signing = dict(signing)
    channel.save(update_fields=["signing"])
