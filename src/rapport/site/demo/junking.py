"""What nobody at Lampwright reads: two offers from one sender, whom Noor blocked."""

from datetime import datetime

from rapport.channels.actions import block
from rapport.channels.actions.blocking import note_hits
from rapport.conversations.actions import receive
from rapport.conversations.types import JunkReason, Writing
from rapport.customers.actions import meet
from rapport.customers.models import IdentityKind
from rapport.kit import clock
from rapport.site.demo.furnishing import House

_SENDER = "offers@bright-deals.example"
_OFFERS = (
    (JunkReason.MARKED, "Your shop on page one, guaranteed"),
    (JunkReason.BLOCKED, "Last chance: 10,000 followers for your lamps"),
)


def put_aside(house: House, now: datetime) -> None:
    """They come last of all, so that numbers and events stay in the order of time."""
    inbox = next(iter(house.inboxes.values()))
    with clock.frozen(now):
        for reason, subject in _OFFERS:
            receive(
                Writing(
                    text="Dear owner,\n\nwe have looked at your web site. Answer today and pay half.", subject=subject
                ),
                customer=meet(kind=IdentityKind.EMAIL, value=_SENDER, name="Bright Deals"),
                inbox=inbox,
                channel="email",
                author_name="Bright Deals",
                author_address=_SENDER,
                junk=reason,
            )
        blocked = block("@bright-deals.example", by=house.agents["noor"], note="Sells followers")
        note_hits({blocked.pk: 1})
