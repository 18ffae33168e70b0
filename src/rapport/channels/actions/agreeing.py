"""What somebody agreed to by what they sent is written down with the customer."""

import logging
from collections.abc import Iterable

from rapport.channels.models import Channel
from rapport.channels.types import Consent
from rapport.customers.consent.queries import purpose_called
from rapport.customers.consent.recording import record
from rapport.customers.consent.types import Channel as Way
from rapport.customers.consent.types import How, State
from rapport.customers.models import Customer

log = logging.getLogger("rapport.channels")


def note_consents(said: Iterable[Consent], *, customer: Customer, address: str, channel: Channel | None) -> None:
    """Inside the caller's transaction. By mail they agree for the address that they gave, and for no other."""
    for each in said:
        purpose = purpose_called(each.purpose)
        if purpose is None or purpose.is_service or each.way not in Way.values:
            log.warning(
                "Customer %s agreed to “%s” by %s, which is used no longer", customer.pk, each.purpose, each.way
            )
            continue
        record(
            customer,
            purpose=purpose,
            channel=each.way,
            state=State.GIVEN,
            how=How.FORM,
            where=channel.name if channel else "",
            text=each.text,
            address=address if each.way == Way.EMAIL else "",
            ip=each.ip or None,
        )
