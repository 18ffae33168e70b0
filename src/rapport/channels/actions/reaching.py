"""Whom our mail does not reach: noted on the message that did not arrive, and on the address for the next one."""

from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from rapport.channels.errors import CannotWrite
from rapport.channels.models import Dispatch, UnreachableAddress
from rapport.channels.refusals import is_about_address, is_for_good
from rapport.channels.types import Bounced, DispatchState, Undelivered
from rapport.conversations.actions.telling import tell
from rapport.conversations.announcements import MessageChanged
from rapport.conversations.models import Message
from rapport.conversations.types import Direction
from rapport.kit import clock
from rapport.kit.text import storable

_LONGEST_SAID = 500


def note_undelivered(dispatch: Dispatch, failures: Sequence[Undelivered]) -> None:
    """These people do not have the message and will not get it. Inside the caller's transaction."""
    final = [failure for failure in failures if failure.is_final]
    if not final:
        return
    held = Dispatch.objects.select_for_update().get(pk=dispatch.pk)
    known = {each["address"]: each for each in held.undelivered}
    for failure in final:
        address = failure.address.strip().lower()
        known[address] = {
            "address": address,
            "status": failure.status[:12],
            "said": storable(failure.said)[:_LONGEST_SAID],
        }
        note_unreachable(failure)
    Dispatch.objects.filter(pk=dispatch.pk).update(undelivered=list(known.values()))


def note_unreachable(failure: Undelivered) -> None:
    """One more piece of mail did not reach this address. What is known to be for good stays so."""
    address, now = failure.address.strip().lower()[:320], clock.now()
    if "@" not in address or not is_about_address(failure.status, failure.said):
        return
    is_permanent = is_for_good(failure.status, failure.said)
    said = {"status": failure.status[:12], "said": storable(failure.said)[:_LONGEST_SAID], "last_at": now}
    row, is_new = UnreachableAddress.objects.get_or_create(
        address=address, defaults={**said, "count": 1, "is_permanent": is_permanent, "first_at": now}
    )
    if not is_new:
        UnreachableAddress.objects.filter(pk=row.pk).update(
            **said, count=F("count") + 1, is_permanent=is_permanent or row.is_permanent
        )


def note_reachable(addresses: Iterable[str]) -> int:
    """Somebody wrote from these addresses, or an agent knows that they work; returns how many had been doubted."""
    bare = {address.strip().lower() for address in addresses} - {""}
    deleted, _by_model = UnreachableAddress.objects.filter(address__in=bare).delete()
    return deleted


def bounce(message: Message, event: Bounced) -> bool:
    """A report about a message of ours; whether it can be true. What is only late changes nothing.

    The message becomes failed, with `bounced_at` beside its `sent_at`: it left, and did not arrive.
    """
    failures = _ours(message, event)
    if not failures or message.direction != Direction.OUT:
        return False
    dispatch = Dispatch.objects.filter(message=message).exclude(state=DispatchState.CANCELLED).first()
    final = [failure for failure in failures if failure.is_final]
    if dispatch is None or not final:
        return True
    reason = "; ".join(f"{failure.address}: {failure.said}" if failure.address else failure.said for failure in final)
    Dispatch.objects.filter(pk=dispatch.pk).update(
        state=DispatchState.FAILED,
        error=storable(reason)[:2000],
        claimed_until=None,
        is_held=False,
        bounced_at=clock.now(),
    )
    note_undelivered(dispatch, final)
    tell(message.conversation, MessageChanged(message.conversation_id, message.pk, state=DispatchState.FAILED))
    return True


@transaction.atomic
def correct(dispatch: Dispatch, *, address: str, to: str) -> None:
    """Put another address in the place of one that a failed message did not reach; `try_again` then sends it there.

    Raises CannotWrite when that is no address, or the message does not wait for one.
    """
    new = to.strip()
    try:
        validate_email(new)
    except ValidationError as error:
        raise CannotWrite(_("“%(address)s” is not an email address.") % {"address": new}) from error
    held = Dispatch.objects.select_for_update().select_related("message").get(pk=dispatch.pk)
    old = address.strip().lower()
    if held.state != DispatchState.FAILED or all(each["address"] != old for each in held.undelivered):
        raise CannotWrite(_("This message did not come back from that address."))
    message = held.message
    for name in ("to", "cc", "bcc"):
        people = [new if person.strip().lower() == old else person for person in getattr(message, name)]
        setattr(message, name, list({person.lower(): person for person in people}.values()))
    message.save(update_fields=["to", "cc", "bcc"])
    for each in held.undelivered:
        if each["address"] == old:
            each["address"] = new.lower()
    held.save(update_fields=["undelivered"])


def _ours(message: Message, event: Bounced) -> list[Undelivered]:
    """What a report says of people that the message went to. Others it may not speak of: anybody can write a report."""
    people = {address.strip().lower() for address in (*message.to, *message.cc, *message.bcc)}
    said = event.failures or (Undelivered(event.recipient, "", event.reason, event.permanent),)
    found: list[Undelivered] = []
    for failure in said:
        address = failure.address.strip().lower()
        if address in people:
            found.append(failure)
        elif len(people) == 1 and len(said) == 1:
            # It was forwarded: the report names where to, we know where from.
            told = f"{failure.address}: {failure.said}" if "@" in address else failure.said
            found.append(Undelivered(next(iter(people)), failure.status, told, failure.is_final))
        elif people and "@" not in address:
            found.append(Undelivered("", failure.status, failure.said, failure.is_final))
    return found
