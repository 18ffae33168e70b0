"""What channels do when something happens in a conversation: agents who asked for mail are told of their news.

What customers write is told where it comes in: a job for each of ten thousand mails would be too many.
"""

from rapport.backbone.events import on
from rapport.channels.actions.notifying import tell_owner
from rapport.conversations.announcements import ConversationAssigned, NoteWritten
from rapport.conversations.models import Conversation


@on(NoteWritten)
def tell_of_a_note(event: NoteWritten) -> None:
    conversation = Conversation.objects.filter(pk=event.conversation).first()
    if conversation and conversation.assignee_id != event.by:
        tell_owner(conversation, event.message)


@on(ConversationAssigned)
def tell_of_an_assignment(event: ConversationAssigned) -> None:
    conversation = Conversation.objects.filter(pk=event.conversation).first()
    if conversation and conversation.assignee_id == event.agent != event.by:
        tell_owner(conversation)
