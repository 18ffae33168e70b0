"""When the next promise to the customer falls due, as the lists are sorted by it."""

from datetime import datetime

from django.db import transaction

from rapport.conversations.actions.telling import locked, tell, touch
from rapport.conversations.announcements import DueTimeChanged
from rapport.conversations.models import Conversation


@transaction.atomic
def promise_due(conversation: Conversation, due_at: datetime | None) -> None:
    """Note the moment; None when nothing is promised. Noting the same again changes nothing."""
    conversation = locked(conversation)
    if conversation.due_at == due_at:
        return
    touch(conversation, due_at=due_at)
    tell(conversation, DueTimeChanged(conversation.pk, due_at=due_at.isoformat() if due_at else None))
