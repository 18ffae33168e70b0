"""What a channel may tell people of the team behind it: whether anybody is there, and how long it takes.

Rooms above know it, and say so once: `staffed_by(office)` as they start. Until then the door is always open.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime, timedelta

from rapport.channels.models import Channel, Exchange
from rapport.conversations.models import Conversation, Inbox


class Office(ABC):
    """The team as customers meet it."""

    @abstractmethod
    def is_open(self, inbox: Inbox) -> bool:
        """Whether now is within the business hours of this inbox."""

    @abstractmethod
    def opens_at(self, inbox: Inbox) -> datetime | None:
        """When it opens next; None when it is open, or never opens."""

    @abstractmethod
    def answers_within(self, inbox: Inbox) -> timedelta | None:
        """How long most people waited lately for the first answer; None when too few have written."""

    @abstractmethod
    def place_in_queue(self, conversation: Conversation) -> int | None:
        """How many wait before this one, and it: 1 is next. None when it does not wait."""

    @abstractmethod
    def free_agents(self, inbox: Inbox) -> int:
        """How many people could take one more conversation of this inbox now."""


class _AlwaysOpen(Office):
    def is_open(self, inbox: Inbox) -> bool:
        return True

    def opens_at(self, inbox: Inbox) -> datetime | None:
        return None

    def answers_within(self, inbox: Inbox) -> timedelta | None:
        return None

    def place_in_queue(self, conversation: Conversation) -> int | None:
        return None

    def free_agents(self, inbox: Inbox) -> int:
        return 0


_staff: list[Office] = [_AlwaysOpen()]


def staffed_by(office: Office) -> None:
    """From now on this one answers."""
    _staff[:] = [office]


def office() -> Office:
    return _staff[0]


@dataclass(frozen=True)
class Desk:
    """The office as one channel's kind may ask it, which knows neither inboxes nor conversations."""

    channel: Channel

    @property
    def company(self) -> str:
        from rapport.team.models import Organisation

        found = Organisation.objects.order_by("id").first()
        return found.name if found else self.channel.name

    def look_now(self) -> None:
        """What was pushed only says that something waits: it is fetched at once."""
        Channel.objects.filter(pk=self.channel.pk).update(next_poll_at=None)

    @property
    def is_open(self) -> bool:
        return office().is_open(self.channel.inbox)

    @property
    def opens_at(self) -> datetime | None:
        return office().opens_at(self.channel.inbox)

    @property
    def answers_within(self) -> timedelta | None:
        return office().answers_within(self.channel.inbox)

    @property
    def free_agents(self) -> int:
        return office().free_agents(self.channel.inbox)

    def place_in_queue(self, exchange: str) -> int | None:
        found = Exchange.objects.filter(channel=self.channel, key=exchange).select_related("conversation").first()
        return office().place_in_queue(found.conversation) if found else None
