"""What stands under letters."""

from rapport.conversations.models import Inbox, Signature
from rapport.team.models import Agent


def sign_as(agent: Agent, *, html: str) -> None:
    """Put this, already cleaned, under everything the agent writes; nothing gives that back to the inboxes."""
    if html:
        Signature.objects.update_or_create(agent=agent, defaults={"html": html})
    else:
        Signature.objects.filter(agent=agent).delete()


def set_up_letters(inbox: Inbox, *, signature: str, quotes_history: bool, acknowledgement: str = "") -> None:
    """The inbox's signature, already cleaned, whether answers carry what they answer, and the automatic answer."""
    inbox.signature, inbox.quotes_history = signature, quotes_history
    inbox.acknowledgement = acknowledgement
    inbox.save(update_fields=["signature", "quotes_history", "acknowledgement"])
