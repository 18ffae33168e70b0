"""Whom nobody here wants to hear from: one address, or everybody at a domain."""

import re
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rapport.channels.errors import CannotBlock
from rapport.channels.models import BlockedSender, Channel
from rapport.customers.actions import is_free_mail, normalise
from rapport.customers.models import Identity, IdentityKind
from rapport.kit import clock
from rapport.team.models import Agent
from rapport.team.queries import active_agents
from rapport.team.types import Permission

# A domain that so many customers write from is blocked only by somebody who was told so.
MANY = 10
_PHONE = re.compile(r"\+[\d ()/-]{5,24}")
# A chat account, as customers are known by it: "telegram:4711".
_HANDLE = re.compile(r"[a-z]{2,20}:[^\s@]{1,299}", re.IGNORECASE)
_PATTERN = re.compile(r"[^\s@<>,;\"]{0,64}@([\w-]{1,63}\.)+[\w-]{2,63}")


@transaction.atomic
def block(pattern: str, *, by: Agent | None, note: str = "", is_sure: bool = False) -> BlockedSender:
    """Whatever comes from this address, or with a leading @ from this domain, is junk from now on.

    Blocking twice is once. Raises CannotBlock for what is none of the two or would hit ourselves or too many: a
    domain everybody can have an address at, and unless `is_sure` one that at least ten customers write from.
    """
    pattern = understood(pattern)
    found = BlockedSender.objects.filter(pattern=pattern).first()
    if found:
        return found
    _refuse_our_own(pattern)
    if pattern.startswith("@"):
        _refuse_too_many(pattern, is_sure)
    return BlockedSender.objects.create(pattern=pattern, by=by, note=" ".join(note.split())[:200])


@transaction.atomic
def block_all(patterns: Iterable[str], *, by: Agent, note: str = "") -> list[BlockedSender]:
    """Several at once: all of them, or, raising CannotBlock, none."""
    return [block(pattern, by=by, note=note, is_sure=True) for pattern in patterns]


def unblock(blocked: BlockedSender) -> None:
    """Hear of them again. What came meanwhile stays junk until somebody restores it."""
    blocked.delete()


def understood(said: str) -> str:
    """One spelling of what somebody typed: "kim@example.com", "@example.com", "+4930…". Raises CannotBlock."""
    if _PHONE.fullmatch(said.strip()):
        return normalise(IdentityKind.PHONE, said)
    if _HANDLE.fullmatch(said.strip()):
        return said.strip().lower()
    pattern = normalise(IdentityKind.EMAIL, said.strip().removeprefix("*"))
    if "@" not in pattern:
        pattern = f"@{pattern}"
    if len(pattern) > 320 or not _PATTERN.fullmatch(pattern):
        raise CannotBlock(_("“%(said)s” is no mail address and no domain.") % {"said": said.strip()[:80]})
    return pattern


def patterns_for(address: str) -> list[str]:
    """Whatever would block this address: itself, its domain, and those that its domain is a part of."""
    address = normalise(IdentityKind.EMAIL, address)
    _local, at, domain = address.rpartition("@")
    if not at:
        # A phone number or a chat account, as customers are known by it.
        return [address] if address else []
    parts = domain.split(".")
    return [address, *(f"@{'.'.join(parts[first:])}" for first in range(max(len(parts) - 1, 1)))]


def blocked_by(address: str) -> Sequence[BlockedSender]:
    """What blocks this address, the narrowest first."""
    patterns = patterns_for(address)
    return sorted(BlockedSender.objects.filter(pattern__in=patterns), key=lambda each: patterns.index(each.pattern))


def unblockable(address: str, *, by: Agent) -> list[BlockedSender]:
    """What of that this agent may take back from a conversation: the address, and domains that they blocked themselves.

    Whoever sets up channels may take back all of it.
    """
    may_all = by.may(Permission.MANAGE_CHANNELS)
    return [each for each in blocked_by(address) if may_all or not each.is_domain or each.by_id == by.pk]


def note_hits(hits: dict[int, int]) -> None:
    """Count what was kept away: by the id of the blocked sender, how many."""
    for pk, count in hits.items():
        BlockedSender.objects.filter(pk=pk).update(hits=F("hits") + count, last_at=clock.now())


def _refuse_our_own(pattern: str) -> None:
    ours = [*Channel.objects.exclude(address="").values_list("address", flat=True)]
    ours += active_agents().values_list("email", flat=True)
    for address in ours:
        if pattern in patterns_for(address):
            raise CannotBlock(
                _("%(pattern)s cannot be blocked: %(address)s is an address of our own.")
                % {"pattern": pattern, "address": address}
            )


def _refuse_too_many(pattern: str, is_sure: bool) -> None:
    domain = pattern.removeprefix("@")
    if is_free_mail(pattern):
        raise CannotBlock(
            _("Everyone can have an address at %(domain)s, so it cannot be blocked as a whole. Block the address.")
            % {"domain": domain}
        )
    if is_sure:
        return
    count = Identity.objects.filter(kind=IdentityKind.EMAIL, value__endswith=pattern).count()
    if count >= MANY:
        raise CannotBlock(
            ngettext(
                "%(count)d customer writes from %(domain)s. Whoever sets up channels can block it all the same, in the "
                "settings under Blocked senders.",
                "%(count)d customers write from %(domain)s. Whoever sets up channels can block it all the same, in the "
                "settings under Blocked senders.",
                count,
            )
            % {"count": count, "domain": domain}
        )
