"""What of a message can be found, and by whom.

Beside its text a message is marked with who wrote it ("by…"), to whom ("to…"), which files came with it ("file…",
"hasfile"), what it is ("isin", "isout", "isnote") and its day in UTC ("y2026", "m202611", "d20261103"): so an
operator costs no more than a word.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC

from rapport.backbone.search import Entry, marks_of
from rapport.conversations.models import Attachment, Conversation, Message


def scope_of(conversation: Conversation) -> str:
    """Who may find it, in the words of `queries.scopes_of`: exactly those whom `visible_to` shows it."""
    own = f" agent{conversation.assignee_id}" if conversation.assignee_id else ""
    return f"team{conversation.team_id}{own}" if conversation.team_id else f"shared{own}"


def entry_for(message: Message, conversation: Conversation, *, files: Sequence[str] = ()) -> Entry:
    """The search row of a message: its subject, its text, who wrote it and the names of its `files`."""
    subjects = dict.fromkeys([message.subject, conversation.subject])
    words = [*subjects, message.text, message.author_name, message.author_address, conversation.formerly, *files]
    text = "\n".join(word for word in words if word)
    return Entry(message.pk, text, scope_of(conversation), tuple(_marks(message, files)))


def entries_for(messages: Iterable[Message], conversations: Mapping[int, Conversation]) -> list[Entry]:
    """The rows of many messages of these conversations, by their ids. One query, for the files."""
    messages = list(messages)
    names: dict[int, list[str]] = {}
    attached = Attachment.objects.filter(message__in=messages, inline=False).order_by("id")
    for message, name in attached.values_list("message", "name"):
        names.setdefault(message, []).append(name)
    return [entry_for(each, conversations[each.conversation_id], files=names.get(each.pk, ())) for each in messages]


def _marks(message: Message, files: Sequence[str]) -> Iterable[str]:
    yield f"is{message.direction}"
    if message.agent_id:
        yield f"writer{message.agent_id}"
    day = message.created_at.astimezone(UTC)
    yield from (f"{day:y%Y}", f"{day:m%Y%m}", f"{day:d%Y%m%d}")
    yield from marks_of("by", f"{message.author_name} {message.author_address}")
    for address in [*message.to, *message.cc][:20]:
        yield from marks_of("to", str(address))
    if files:
        yield "hasfile"
        for name in files[:20]:
            yield from marks_of("file", name)
