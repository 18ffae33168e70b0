"""Finding in the event log what people did, whatever its length.

Three indexes hold what people did: by time, by whom, and by kind. Words are looked for the other way round: which
conversations, customers and colleagues they name, and then what was done to or by those. Where that is too many to ask
for, or takes too long to find out, the log itself is walked from the newest on until a page is full or the time is up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Case, Exists, OuterRef, Q, QuerySet, When
from django.db.models.functions import Cast, Lower, Substr

from rapport.backbone.models import NOBODYS, Event
from rapport.backbone.search import TooSlow, patience
from rapport.conversations.models import Conversation
from rapport.customers.models import Customer
from rapport.kit import clock
from rapport.sales.models import Deal, Order
from rapport.team.models import Agent

# What people do to conversations, customers and in sales; what machines do is not asked about here.
TOLD = (
    "ConversationAssigned", "ConversationClosed", "ConversationDeleted", "ConversationReopened", "ConversationJunked",
    "ConversationRestored", "ConversationSnoozed",
    "ConversationTagged", "ConversationUntagged", "PriorityChanged", "SubjectChanged", "MessageMoved",
    "ConversationMerged", "ConversationUnmerged", "ConversationFieldsChanged", "ConversationLinked",
    "ConversationUnlinked", "OrderLinked", "OrderUnlinked",
    "MessageWritten", "SentMessageChanged", "NoteWritten", "TagRenamed", "TagDeleted",
)  # fmt: skip
TOLD_OF_CUSTOMERS = ("CustomerChanged", "CompanyAdded")
# Shops and files tell of orders too: only what a person did is asked about.
TOLD_OF_SALES = (
    "DealMoved", "DealWon", "DealLost", "DealReopened", "OrderPlaced", "OrderChanged", "OrderRefunded",
    "SubscriptionStarted", "SubscriptionChanged", "SubscriptionCancelled",
)  # fmt: skip
_TOLD_BY_AREA = {
    "": (*TOLD, *TOLD_OF_CUSTOMERS, *TOLD_OF_SALES),
    "conversations": TOLD,
    "customers": TOLD_OF_CUSTOMERS,
    "sales": TOLD_OF_SALES,
}
# So many things that words name are asked for one by one, in an index.
MOST_NAMED = 300
MOST_AGENTS = 20
# Finding out what words name may take this long, and walking through the log as well.
NAMING_S = 0.055
WALKING_S = 0.02
STEP = 2_000


@dataclass(frozen=True)
class Asked:
    """What a page, or a file, is to hold."""

    area: str = ""
    agent: int | None = None
    words: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Done:
    """Events, newest first. The log from `looked_back_to` on backwards is not searched yet; None: all of it is."""

    events: list[Event]
    looked_back_to: datetime | None = None


def done_by(asked: Asked, before: datetime | None, *, count: int) -> Done:
    """The newest events that are asked for, before a moment."""
    names = _TOLD_BY_AREA.get(asked.area)
    if names is None:
        return Done([])
    did = _people_did(asked, before)
    if not asked.words:
        # Few kinds among many: each by its own index.
        parts = [did.filter(name=name) for name in names] if len(names) < 3 else [did.filter(name__in=names)]
        return Done(_newest([event for part in parts for event in part[:count]], count))
    agents = list(Agent.objects.filter(name__icontains=asked.words).values_list("pk", flat=True)[:MOST_AGENTS])
    subjects = _named(asked.words)
    if subjects is None:
        return _walked(asked, before, agents, names, count)
    by_them = [event for agent in agents for event in did.filter(by=agent, name__in=names)[:count]]
    return Done(_newest([*by_them, *_about(subjects, asked, before, names, count)], count))


def between(found: QuerySet[Any], asked: Asked, before: datetime | None) -> QuerySet[Any]:
    if before is not None:
        found = found.filter(at__lt=before)
    if asked.since is not None:
        found = found.filter(at__gte=asked.since)
    return found.filter(at__lt=asked.until) if asked.until is not None else found


def _people_did(asked: Asked, before: datetime | None) -> QuerySet[Event]:
    found = Event.objects.filter(by__isnull=False).exclude(by=NOBODYS, name__in=TOLD_OF_SALES)
    found = found if asked.agent is None else found.filter(by=asked.agent)
    return between(found, asked, before).order_by("-at", "-id")


def _newest(events: Iterable[Event], count: int) -> list[Event]:
    unique = {event.pk: event for event in events}
    return sorted(unique.values(), key=lambda event: (event.at, event.pk), reverse=True)[:count]


def _named(words: str) -> list[str] | None:
    """The subjects of events that words name: a conversation by its number, or what is called so. None: too many."""
    number = words.lstrip("#")
    conversations = Conversation.objects.filter(subject__icontains=words)
    if number.isdecimal() and len(number) < 10:
        conversations = Conversation.objects.filter(number=int(number))
    customers = Customer.objects.filter(Q(name__icontains=words) | Q(email__icontains=words))
    named: list[str] = []
    try:
        with patience(NAMING_S):
            nouns = {
                "conversation": conversations,
                "customer": customers,
                "deal": _deals(words),
                "order": _orders(words),
            }
            for kind, found in nouns.items():
                ids = found.order_by().values_list("pk", flat=True)[: MOST_NAMED + 1]
                named += [f"{kind}:{pk}" for pk in ids]
    except TooSlow:
        return None
    return named if len(named) <= MOST_NAMED else None


def _deals(words: str) -> QuerySet[Deal]:
    return Deal.objects.filter(title__icontains=words)


def _orders(words: str) -> QuerySet[Order]:
    """By their whole number, which an index holds."""
    return Order.objects.alias(lower=Lower("number")).filter(lower__in={words.lower(), f"#{words.lower().lstrip('#')}"})


def _about(
    subjects: Sequence[str], asked: Asked, before: datetime | None, names: Sequence[str], count: int
) -> list[Event]:
    """What was done to these. Sorted here: a database that is to sort walks all there is by time instead."""
    if not subjects:
        return []
    rows = _people_did(asked, before).filter(subject__in=subjects, name__in=names).order_by()
    newest = sorted(rows.values_list("at", "pk"), reverse=True)[:count]
    return list(Event.objects.filter(pk__in=[pk for _at, pk in newest]))


def _walked(asked: Asked, before: datetime | None, agents: Sequence[int], names: Sequence[str], count: int) -> Done:
    """Step by step from the newest on, until there are enough or the time is up."""
    ends_at = clock.monotonic() + WALKING_S
    events: list[Event] = []
    while True:
        did = _people_did(asked, before)
        far = did.values_list("at", flat=True)[STEP : STEP + 1].first()
        step = did.filter(at__gte=far) if far is not None else did
        events += _saying(step.filter(name__in=names), asked.words, agents)[: count - len(events)]
        if far is None or len(events) >= count:
            return Done(events)
        before = far
        if clock.monotonic() > ends_at:
            return Done(events, far)


def _saying(events: QuerySet[Event], words: str, agents: Sequence[int]) -> QuerySet[Event]:
    """Those whose conversation, customer or doer is called so, each asked by itself."""
    talks = Conversation.objects.filter(pk=OuterRef("talk"), subject__icontains=words)
    people = Customer.objects.filter(Q(name__icontains=words) | Q(email__icontains=words), pk=OuterRef("person"))
    deals, orders = _deals(words).filter(pk=OuterRef("deal")), _orders(words).filter(pk=OuterRef("order"))
    nouns = {"talk": "conversation", "person": "customer", "deal": "deal", "order": "order"}
    events = events.alias(**{name: _id_of(noun) for name, noun in nouns.items()})
    return events.filter(Q(by__in=agents) | Exists(talks) | Exists(people) | Exists(deals) | Exists(orders))


def _id_of(kind: str) -> Case:
    """The id in a subject of this kind, such as 12 in "conversation:12"; null in any other."""
    said = Substr("subject", len(kind) + 2)
    return Case(When(subject__startswith=f"{kind}:", then=Cast(said, BigIntegerField())))
