"""Writing the search index anew when entries have come to say more than they did, newest message first.

How far it is stands in a row that moves on in the transaction of each batch: whoever is killed goes on where it was.
"""

from django.db import transaction

from rapport.backbone import jobs, search
from rapport.backbone.models import SearchRebuild
from rapport.conversations.models import Conversation, Message
from rapport.conversations.searching.entries import entries_for
from rapport.kit import clock

BATCH = 500


def percent_done() -> int | None:
    """How much of the index knows everything; None when nothing is being rebuilt."""
    running = SearchRebuild.objects.filter(of="messages", ended_at=None).first()
    return running.percent if running else None


def rebuild(*, batches: int = 1_000_000) -> None:
    """Go on until everything is written anew, or for so many batches. Safe to run twice at once, and to be killed."""
    for _number in range(batches):
        if not _rebuild_some():
            return


@transaction.atomic
def _rebuild_some() -> bool:
    """The next batch; False when there is none."""
    state = SearchRebuild.objects.select_for_update().filter(of="messages", ended_at=None).first()
    if state is None:
        return False
    ids = list(Message.objects.filter(pk__lt=state.below).order_by("-pk").values_list("pk", flat=True)[:BATCH])
    if ids:
        # Lowest id first, and held: whoever gives a conversation to another team meanwhile has the last word.
        held = Conversation.objects.select_for_update().order_by("pk").filter(messages__in=ids)
        conversations = {each.pk: each for each in held}
        messages = Message.objects.filter(pk__in=ids, conversation__in=conversations).order_by("pk")
        search.index(entries_for(messages, conversations))
        state.below = ids[-1]
    else:
        state.below, state.ended_at = 0, clock.now()
    state.save(update_fields=["below", "ended_at"])
    jobs.progress(state.top - state.below, state.top)
    return bool(ids)
