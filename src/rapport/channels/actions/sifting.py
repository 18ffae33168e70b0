"""Which of a batch of messages is junk: what blocked senders write, and what one sender writes far too often.

A machine that went wrong, or two that answer each other, may send thousands of mails an hour. Everything is kept,
but nobody should have to look at it. Whom one of us answered lately is no such machine, nor is a colleague.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.db import connection

from rapport.channels.actions.blocking import note_hits, patterns_for
from rapport.channels.actions.people import Acquaintances
from rapport.channels.models import BlockedSender, Channel, NoiseLimit
from rapport.channels.types import Event, MessageReceived
from rapport.conversations.actions.telling import subject_of
from rapport.conversations.models import Conversation, Message
from rapport.conversations.types import AuthorKind, Direction, JunkReason
from rapport.kit import clock
from rapport.team.notifications import notify
from rapport.team.queries import active_agents, agents_who_may
from rapport.team.types import Permission

WITHIN = timedelta(hours=1)
LATELY = timedelta(days=7)
# What was written longer ago comes from an archive or a mailbox that was just connected, and is no noise of today.
_OLD = timedelta(days=1)
_TOLD_AGAIN_AFTER = timedelta(days=1)
# At most so many rows a sender: on both databases the newest of a customer are found by the index on the customer.
_RECENT = """
SELECT c.id, (SELECT COUNT(*) FROM (
    SELECT m.created_at AS came, m.sent_at AS sent FROM conversations_message m
    WHERE m.customer_id = c.id AND m.direction = 'in' ORDER BY m.id DESC LIMIT %s
) newest WHERE newest.came > %s AND (newest.sent IS NULL OR newest.sent > %s))
FROM customers_customer c WHERE c.id IN ({places})
"""


class Sieve:
    """Asked once for a whole batch, at most five queries; told of each message as it is placed."""

    def __init__(self, events: Iterable[Event], people: Acquaintances, ours: Mapping[str, Channel]) -> None:
        letters = [event for event in events if isinstance(event, MessageReceived)]
        self._people, customers = people, people.by_key
        self._tally = Counter(author for letter in letters for author in _authors(letter, ours, people))
        self._blocked = _blocked(self._tally)
        self._hits: Counter[int] = Counter()
        self._noisy: list[Conversation] = []
        known = {author: customers[author].pk for author in self._tally if author in customers}
        # Strangers who write once each are most of the mail, and cost nothing here.
        is_asked = bool(known) or max(self._tally.values(), default=0) > 1
        self.limit = noise_limit().messages_an_hour if is_asked else 0
        self._heard = _heard(known, self.limit) if self.limit else {}
        self._loud = self._too_loud(known, ours)

    def reason_for(self, event: MessageReceived, address: str) -> JunkReason | None:
        """Why a message of this author is junk; None for what people should see. Counts it."""
        address = self._people.key(address)
        for pattern in patterns_for(address):
            if pattern in self._blocked:
                self._hits[self._blocked[pattern]] += 1
                return JunkReason.BLOCKED
        if not address or _is_old(event):
            return None
        heard = self._heard.get(address, 0)
        self._heard[address] = heard + 1
        return JunkReason.NOISY if heard >= self.limit and address in self._loud else None

    def note_noise(self, conversation: Conversation) -> None:
        self._noisy.append(conversation)

    def finish(self) -> None:
        """Write down what was blocked, and tell whoever looks after the channels of noise, once a day."""
        note_hits(self._hits)
        if self._noisy and _is_time_to_tell():
            people = agents_who_may(Permission.MANAGE_CHANNELS).values_list("pk", flat=True)
            notify("noisy", people, place=subject_of(self._noisy[0].pk))

    def _too_loud(self, known: Mapping[str, int], ours: Mapping[str, Channel]) -> set[str]:
        """Those who may go beyond the limit in this batch. No query as long as nobody does."""
        loud = {
            author
            for author, count in self._tally.items()
            if self.limit and self._heard.get(author, 0) + count > self.limit and author not in ours
        }
        if loud:
            loud -= {address.lower() for address in active_agents().values_list("email", flat=True)}
            answered = _answered({known[author] for author in loud if author in known})
            loud = {author for author in loud if known.get(author) not in answered}
        return loud


def noise_limit() -> NoiseLimit:
    """As somebody set it, else the usual one, unsaved."""
    return NoiseLimit.objects.first() or NoiseLimit(pk=1)


def set_noise_limit(messages_an_hour: int) -> None:
    """0 sets none."""
    NoiseLimit.objects.update_or_create(pk=1, defaults={"messages_an_hour": messages_an_hour})


def _authors(letter: MessageReceived, ours: Mapping[str, Channel], people: Acquaintances) -> list[str]:
    """Who wrote it; a form on the company's own site names its visitor where answers go."""
    author = people.key(letter.author.address)
    if author in ours:
        return [people.key(person.address) for person in letter.reply_to if person.address]
    return [author] if author else []


def _is_old(event: MessageReceived) -> bool:
    return event.sent_at is not None and event.sent_at < clock.now() - _OLD


def _blocked(authors: Iterable[str]) -> dict[str, int]:
    patterns = {pattern for author in authors for pattern in patterns_for(author)}
    return dict(BlockedSender.objects.filter(pattern__in=patterns).values_list("pattern", "pk")) if patterns else {}


def _heard(known: Mapping[str, int], limit: int) -> dict[str, int]:
    """How many each wrote within an hour, by address and none counted past the limit. One query."""
    if not known:
        return {}
    adapt, now = connection.ops.adapt_datetimefield_value, clock.now()
    people = sorted(set(known.values()))
    asked = _RECENT.format(places=", ".join(["%s"] * len(people)))
    with connection.cursor() as cursor:
        cursor.execute(asked, [limit, adapt(now - WITHIN), adapt(now - _OLD), *people])
        counts = dict(cursor.fetchall())
    return {author: counts.get(pk, 0) for author, pk in known.items()}


def _answered(customers: set[int]) -> set[int]:
    since = clock.now() - LATELY
    answers = Message.objects.filter(
        conversation__customer__in=customers,
        conversation__last_at__gte=since,
        conversation__message_count__gt=1,
        direction=Direction.OUT,
        author_kind=AuthorKind.AGENT,
        is_automatic=False,
        created_at__gte=since,
    )
    return set(answers.values_list("conversation__customer", flat=True).distinct()) if customers else set()


def _is_time_to_tell() -> bool:
    now = clock.now()
    NoiseLimit.objects.get_or_create(pk=1)
    quiet = NoiseLimit.objects.filter(pk=1).exclude(told_at__gt=now - _TOLD_AGAIN_AFTER)
    return bool(quiet.update(told_at=now))
