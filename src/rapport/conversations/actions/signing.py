"""What stands under letters."""

from rapport.conversations.models import Inbox, Signature
from rapport.team.models import Agent


def sign_as(agent: Agent, *, html: str) -> None:
    """Put this, already cleaned, under everything the agent writes; nothing gives that back to the inboxes."""
    if html:
        Signature.objects.update_or_create(agent=agent, defaults={"html": html})
    else:
        Signature.objects.filter(agent=agent).delete()


def set_up_letters(inbox: Inbox, *, signature: str, quotes_history: bool) -> None:
    """The inbox's signature, already cleaned, and whether answers from it carry what they answer."""
    inbox.signature, inbox.quotes_history = signature, quotes_history
    inbox.save(update_fields=["signature", "quotes_history"])
