"""Writing down who did what."""

import hashlib
import json
from typing import Any

from django.db import transaction

from rapport.kit import clock
from rapport.privacy.models import Entry, Seal
from rapport.team.acting import actor


@transaction.atomic
def record(action: str, kind: str, *, object: int | None = None, label: str = "", changes: Any = None) -> Entry:
    """Add an entry in the caller's transaction: what is undone with it was never done."""
    who = actor()
    seal = Seal.objects.select_for_update().filter(pk=1).first() or Seal.objects.get_or_create(pk=1)[0]
    entry = Entry(
        at=clock.now(),
        agent=who.agent,
        agent_name=who.name[:120],
        via=who.via,
        address=who.address[:45],
        action=action,
        kind=kind,
        object=object,
        label=label[:200],
        changes=changes or {},
    )
    entry.digest = digest_of(entry, seal.digest)
    entry.save()
    Seal.objects.filter(pk=seal.pk).update(digest=entry.digest)
    return entry


def digest_of(entry: Entry, before: str) -> str:
    """SHA-256 over the digest before and everything the entry says."""
    said = [
        before, entry.at.isoformat(), entry.agent, entry.agent_name, entry.via, entry.address,
        entry.action, entry.kind, entry.object, entry.label, entry.changes,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def first_gap() -> int | None:
    """The id of the first entry that was changed, or before which one is missing; None when the chain is whole."""
    before, last = "", 0
    for entry in Entry.objects.order_by("id").iterator(chunk_size=1000):
        if entry.digest != digest_of(entry, before):
            return entry.pk
        before, last = entry.digest, entry.pk
    seal = Seal.objects.filter(pk=1).first()
    return None if seal is None or seal.digest == before else last
