"""What rules and webhooks hear of. While none of them waits for an event, it costs no job."""

from rapport.automation.actions import posting, ruling
from rapport.automation.queries import listened
from rapport.automation.triggers import HEARD
from rapport.backbone.events import Announcement, heard, on


def look(event: Announcement) -> None:
    """Let the rules look at it, and tell the webhooks."""
    ruling.hear(heard(), event)
    posting.hear(heard(), event)


for kind in HEARD:
    on(kind, wanted=listened)(look)
