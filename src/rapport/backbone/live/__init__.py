"""`GET /live`: an agent's stream of events, as server-sent events, resumable without a gap.

A raw ASGI application in front of Django: Django's own handler holds a thread for every open stream (48 kB each, and a
database connection when it reads once); here a stream costs 17 kB and no thread. One thread a process tails the event
log and hands each event to the streams that listen for one of its audience's words.

    live = Live(authenticate)      # authenticate(scope) -> the words this person listens for, or None
    await live(scope, receive, send)

An event looks like this; `id` is where to resume, in the `Last-Event-ID` header or as `?after=`:

    id: 123
    event: ConversationClosed
    data: {"id": 123, "subject": "conversation:12", "at": "2026-11-03T14:22:00+00:00", "conversation": 12, "by": 3}

`event: reset` says that too much was missed to be told; reload what is shown.

What is only of the moment, such as who is looking at what, is beside the log: an object whose `read()` answers what
changed, made by `of_the_moment`. Such events have no id; a stream that opens is told how everything stands.
"""

from rapport.backbone.live.streaming import Live
from rapport.backbone.live.tailing import Beside, Item, of_the_moment

__all__ = ["Beside", "Item", "Live", "of_the_moment"]
