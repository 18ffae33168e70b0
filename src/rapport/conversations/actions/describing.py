"""What it is about: tags and the subject line."""

from django.db import transaction

from rapport.backbone import search
from rapport.conversations.actions.telling import locked, tell, touch
from rapport.conversations.announcements import ConversationTagged, ConversationUntagged, SubjectChanged
from rapport.conversations.models import Conversation, Tag, Tagging
from rapport.conversations.searching import entries_for
from rapport.kit.text import storable
from rapport.team.models import Agent


@transaction.atomic
def tag(conversation: Conversation, *, name: str, by: Agent | None) -> None:
    """Put a tag on it, making the tag when it is new. Raises ValueError for an empty name."""
    name = " ".join(storable(name).split())[:60]
    if not name:
        raise ValueError("A tag needs a name.")
    existing = Tag.objects.filter(name__iexact=name).first() or Tag.objects.get_or_create(name=name)[0]
    _, is_new = Tagging.objects.get_or_create(conversation=conversation, tag=existing, defaults={"by": by})
    if is_new:
        touch(conversation)
        tell(conversation, ConversationTagged(conversation.pk, tag=existing.name, by=by.pk if by else None))


@transaction.atomic
def untag(conversation: Conversation, *, name: str, by: Agent | None) -> None:
    count, _ = Tagging.objects.filter(conversation=conversation, tag__name=name).delete()
    if count:
        touch(conversation)
        tell(conversation, ConversationUntagged(conversation.pk, tag=name, by=by.pk if by else None))


@transaction.atomic
def rename(conversation: Conversation, *, subject: str, by: Agent | None) -> None:
    """Give it another subject line, on one line."""
    subject = " ".join(storable(subject).split())[:500]
    conversation = locked(conversation)
    if conversation.subject == subject:
        return
    touch(conversation, subject=subject)
    search.index(entries_for(conversation.messages.all(), {conversation.pk: conversation}))
    tell(conversation, SubjectChanged(conversation.pk, subject=subject, by=by.pk if by else None))
