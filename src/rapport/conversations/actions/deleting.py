"""Deleting a conversation for good."""

from django.db import transaction

from rapport.backbone import files, search
from rapport.conversations.actions.telling import locked, tell
from rapport.conversations.announcements import ConversationDeleted
from rapport.conversations.models import Attachment, Conversation, Draft, Message
from rapport.team.models import Agent


@transaction.atomic
def delete(conversation: Conversation, *, by: Agent | None) -> None:
    """Everything written in it goes, with the files that nothing else uses and its place in the search index.

    What its channels remember of its messages is theirs to forget: call the verb of the same name there.
    """
    conversation = locked(conversation)
    tell(conversation, ConversationDeleted(conversation.pk, conversation.number, by=by.pk if by else None))
    messages = Message.objects.filter(conversation=conversation)
    search.remove(messages.values_list("pk", flat=True))
    attached = set(Attachment.objects.filter(message__conversation=conversation).values_list("file_id", flat=True))
    # What was merged into it is only a signpost to it.
    Conversation.objects.filter(merged_into=conversation, messages=None).delete()
    conversation.delete()
    files.forget(attached - _in_drafts())


def _in_drafts() -> set[int]:
    drafts = Draft.objects.exclude(files=[]).values_list("files", flat=True)
    return {int(each["file"]) for files_ in drafts for each in files_}
