"""What nobody in the house reads: two offers from one sender, whom the owner blocked."""

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


def put_aside(house: House, now: datetime) -> None:
    """They come last of all, so that numbers and events stay in the order of time."""
    inbox = next(iter(house.inboxes.values()))
    said = house.scene.says["junk"]
    offers = ((JunkReason.MARKED, said["first"]), (JunkReason.BLOCKED, said["second"]))
    with clock.frozen(now):
        for reason, subject in offers:
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
        blocked = block("@bright-deals.example", by=house.part("owner"), note="Sells followers")
        note_hits({blocked.pk: 1})
