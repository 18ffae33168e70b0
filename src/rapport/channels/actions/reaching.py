"""Whom our mail does not reach: noted on the message that did not arrive, and on the address for the next one."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from django.db import transaction
from django.db.models import F

from rapport.channels.models import Dispatch, UnreachableAddress
from rapport.channels.types import Undelivered
from rapport.kit import clock
from rapport.kit.text import storable

_LONGEST_SAID = 500


@transaction.atomic
def note_undelivered(dispatch: Dispatch, failures: Sequence[Undelivered], *, by_server: bool = False) -> None:
    """These people do not have the message. `by_server` when our own server said so before anything was sent."""
    if not failures:
        return
    held = Dispatch.objects.select_for_update().get(pk=dispatch.pk)
    known = {each["address"]: each for each in held.undelivered}
    for failure in failures:
        if not failure.is_permanent and by_server:
            # It is tried again, for days if need be.
            continue
        known[failure.address.lower()] = {
            **asdict(failure),
            "address": failure.address.lower(),
            "said": storable(failure.said)[:_LONGEST_SAID],
        }
        note_unreachable(failure)
    Dispatch.objects.filter(pk=dispatch.pk).update(undelivered=list(known.values()))


def note_unreachable(failure: Undelivered) -> None:
    """One more piece of mail did not reach this address. What is known to be for good stays so."""
    address, now = failure.address.strip().lower(), clock.now()
    if "@" not in address or failure.status.startswith("5.7."):
        # Refused for what was written or by whom: the address is as good as before.
        return
    said = {"status": failure.status, "said": storable(failure.said)[:_LONGEST_SAID], "last_at": now}
    row, is_new = UnreachableAddress.objects.get_or_create(
        address=address[:320], defaults={**said, "count": 1, "is_permanent": failure.is_permanent, "first_at": now}
    )
    if not is_new:
        UnreachableAddress.objects.filter(pk=row.pk).update(
            **said, count=F("count") + 1, is_permanent=failure.is_permanent or row.is_permanent
        )


def note_reachable(addresses: Iterable[str]) -> int:
    """Somebody wrote from these addresses, or an agent knows that they work; returns how many had been doubted."""
    bare = {address.strip().lower() for address in addresses} - {""}
    deleted, _by_model = UnreachableAddress.objects.filter(address__in=bare).delete()
    return deleted
