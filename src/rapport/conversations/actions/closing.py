"""Closing, reopening and what the customer said of it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.backbone.custom_fields.fieldset import Said
from rapport.conversations.actions.junking import restore
from rapport.conversations.actions.telling import locked, moment, tell, touch
from rapport.conversations.actions.waiting import unanswered_since
from rapport.conversations.announcements import ConversationClosed, ConversationRated, ConversationReopened
from rapport.conversations.fields import lacking_to_close
from rapport.conversations.models import Closure, Conversation, Snooze
from rapport.conversations.types import Status
from rapport.kit import clock
from rapport.team.models import Agent

# So long whoever reopened by mistake closes again as if nothing had been.
TAKES_BACK_FOR = timedelta(minutes=10)


class FieldsLacking(ValueError):
    """Fields that are needed first are empty; the text names them. `lacking` is they."""

    def __init__(self, lacking: Sequence[Said]) -> None:
        self.lacking = list(lacking)
        super().__init__(_("Before it can be closed, fill in: %(fields)s.") % {"fields": labels_of(lacking)})


def labels_of(fields: Sequence[Said]) -> str:
    return ", ".join(each.field.label for each in fields)


@transaction.atomic
def close(conversation: Conversation, *, by: Agent | None) -> None:
    """Nothing more is to be done; the customer may be asked how it went. Closing twice is once.

    Raises FieldsLacking for an agent. A rule closes all the same, and the event says without what.
    """
    conversation = locked(conversation)
    if conversation.is_closed:
        return
    now = moment()
    lacking = lacking_to_close(conversation.pk)
    if lacking and by is not None and not _takes_back(conversation, by):
        raise FieldsLacking(lacking)
    Closure.objects.create(conversation=conversation, by=by, at=now)
    Snooze.objects.filter(conversation=conversation, woken_at=None).update(woken_at=now)
    touch(conversation, status=Status.CLOSED, closed_at=now, snoozed_until=None, waiting_since=None)
    told = ConversationClosed(conversation.pk, by=by.pk if by else None, without="" if by else labels_of(lacking))
    tell(conversation, told)


def _takes_back(conversation: Conversation, by: Agent) -> bool:
    """Whether this agent reopened it a moment ago."""
    since = clock.now() - TAKES_BACK_FOR
    return Closure.objects.filter(conversation=conversation, reopened_by=by, reopened_at__gt=since).exists()


@transaction.atomic
def reopen(conversation: Conversation, *, by: Agent | None) -> None:
    """There is more to do, and so it is no junk. `by` is None when the customer wrote again."""
    conversation = locked(conversation)
    if conversation.junk_at:
        restore(conversation, by=by)
        conversation = locked(conversation)
    if not conversation.is_closed:
        return
    Closure.objects.filter(conversation=conversation, reopened_at=None).update(reopened_at=moment(), reopened_by=by)
    # An agent who reopens takes the closing back, and with it that the customer waits for nothing.
    waiting = {"waiting_since": unanswered_since(conversation)} if by else {}
    touch(conversation, status=Status.OPEN, closed_at=None, **waiting)
    tell(conversation, ConversationReopened(conversation.pk, by=by.pk if by else None))


@transaction.atomic
def rate(conversation: Conversation, *, score: int, is_news: bool = True) -> None:
    """The customer rated it, 1 to 5. What comes in from a file is no news: it fills a gap, and nobody hears of it."""
    conversation = locked(conversation)
    if not is_news:
        if conversation.satisfaction is None:
            touch(conversation, satisfaction=score)
        return
    touch(conversation, satisfaction=score)
    tell(conversation, ConversationRated(conversation.pk, score=score))


def rate_again(scores: Mapping[int, int | None]) -> None:
    """These show another score now, or none: what a file said of them was taken back, which is no news either.

    The caller holds them. One query a score.
    """
    for score in set(scores.values()):
        pks = [pk for pk, each in scores.items() if each == score]
        Conversation.objects.filter(pk__in=pks).update(satisfaction=score, updated_at=moment())
