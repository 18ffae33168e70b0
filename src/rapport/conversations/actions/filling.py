"""What the company's own fields say of a conversation."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from rapport.conversations.actions.telling import locked, tell, touch
from rapport.conversations.announcements import ConversationFieldsChanged
from rapport.conversations.fields import FIELDS
from rapport.conversations.models import Conversation
from rapport.team.models import Agent


@transaction.atomic
def fill_in(conversation: Conversation, said: Mapping[str, Any], *, by: Agent | None) -> dict[str, tuple[Any, Any]]:
    """Write values down by the key of their field; None takes one away. Answers what changed, as (before, after).

    Raises `backbone.custom_fields.values.NotUnderstood` with the key whose value is wrong; then nothing is written.
    """
    conversation = locked(conversation)
    changed = FIELDS.put(conversation.pk, said)
    if changed:
        touch(conversation)
        news = ConversationFieldsChanged(conversation.pk, fields=",".join(changed), by=by.pk if by else None)
        tell(conversation, news)
    return changed
