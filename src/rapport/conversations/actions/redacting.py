"""Taking a secret out of a message, once it has done its work."""

import re

from django.db import transaction

from rapport.backbone import search
from rapport.conversations.models import Message
from rapport.conversations.searching import entries_for


@transaction.atomic
def redact(message: Message, *, secret: re.Pattern[str], replacement: str) -> None:
    """Replace every match in its text, its HTML and the search index; the rest stays as it was sent."""
    fields = ("text", "html", "visible_text")
    for field in fields:
        setattr(message, field, secret.sub(replacement, getattr(message, field)))
    message.save(update_fields=fields)
    search.index(entries_for([message], {message.conversation_id: message.conversation}))
