"""What happens to deals, as other rooms and webhooks hear it."""

from dataclasses import dataclass

from rapport.backbone.events import Announcement


@dataclass(frozen=True)
class DealOpened(Announcement):
    deal: int
    customer: int | None
    stage: int
    by: int | None


@dataclass(frozen=True)
class DealMoved(Announcement):
    """It stands in another stage; winning, losing and reopening are told of as what they are besides."""

    deal: int
    customer: int | None
    origin: int
    stage: int
    by: int | None


@dataclass(frozen=True)
class DealWon(Announcement):
    """`amount` is in minor units of `currency`."""

    deal: int
    customer: int | None
    amount: int
    currency: str
    by: int | None


@dataclass(frozen=True)
class DealLost(Announcement):
    """`reason` is the word of the list that was chosen; empty when none was."""

    deal: int
    customer: int | None
    reason: str
    by: int | None


@dataclass(frozen=True)
class DealReopened(Announcement):
    deal: int
    customer: int | None
    stage: int
    by: int | None


@dataclass(frozen=True)
class DealChanged(Announcement):
    """Some of it is different now; `fields` names what, comma separated."""

    deal: int
    customer: int | None
    fields: str
    by: int | None
