"""Saying that two conversations have to do with each other."""

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from rapport.conversations.actions.telling import tell
from rapport.conversations.announcements import ConversationLinked, ConversationUnlinked
from rapport.conversations.arrangements import Link
from rapport.conversations.models import Conversation
from rapport.conversations.types import LinkKind
from rapport.kit import clock
from rapport.team.models import Agent

MOST_LINKS = 50


@transaction.atomic
def link(conversation: Conversation, *, to: Conversation, kind: str = LinkKind.RELATED, by: Agent | None) -> Link:
    """Make it related to another one, its duplicate or its follow-up; two are linked in one way at a time.

    Raises ValueError for itself, an unknown kind, and for one link too many.
    """
    if conversation.pk == to.pk:
        raise ValueError(_("A conversation cannot be linked with itself."))
    if kind not in LinkKind.values:
        raise ValueError(_("Say how the two belong together."))
    between = Q(conversation=conversation, other=to) | Q(conversation=to, other=conversation)
    present = Link.objects.filter(between).first()
    if present and (present.conversation_id, present.kind) == (conversation.pk, kind):
        return present
    if Link.objects.filter(Q(conversation=conversation) | Q(other=conversation)).count() >= MOST_LINKS:
        raise ValueError(_("A conversation can have at most %(most)d links.") % {"most": MOST_LINKS})
    Link.objects.filter(between).delete()
    made = Link.objects.create(conversation=conversation, other=to, kind=kind, by=by, at=clock.now())
    for one, other in ((conversation, to), (to, conversation)):
        tell(one, ConversationLinked(one.pk, other=other.pk, kind=kind, by=by.pk if by else None))
    return made


@transaction.atomic
def unlink(conversation: Conversation, *, other: Conversation, by: Agent | None) -> Link | None:
    """Take the link between the two away. Answers what it was, None when there was none."""
    between = Q(conversation=conversation, other=other) | Q(conversation=other, other=conversation)
    present = Link.objects.filter(between).first()
    if present is None:
        return None
    Link.objects.filter(pk=present.pk).delete()
    for one, two in ((conversation, other), (other, conversation)):
        tell(one, ConversationUnlinked(one.pk, other=two.pk, by=by.pk if by else None))
    return present
