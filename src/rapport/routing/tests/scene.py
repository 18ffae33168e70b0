"""A Monday in the office, and what is asked about it."""

from datetime import UTC, datetime, timedelta

from rapport.backbone.jobs import run_pending
from rapport.backbone.models import Event
from rapport.kit import clock
from rapport.routing import actions
from rapport.routing.models import Promise

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def moment(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


class Day:
    """`with day.at(90)`: it is half past ten; at the end of the block everything that was announced has been heard."""

    def at(self, minutes: float) -> "Day":
        self._stopped = clock.frozen(moment(minutes))
        return self

    def __enter__(self) -> None:
        self._stopped.__enter__()

    def __exit__(self, kind, error, trace) -> None:
        try:
            if error is None:
                run_pending()
        finally:
            self._stopped.__exit__(kind, error, trace)


def promise(conversation, kind="first_answer") -> Promise:
    return Promise.objects.filter(conversation=conversation, kind=kind).latest("id")


def look_at(minutes: float) -> int:
    with clock.frozen(moment(minutes)):
        return actions.look()


def told(name: str) -> list[int]:
    """The promises that were announced so, in the order of the log."""
    return [event.payload["promise"] for event in Event.objects.filter(name=name).order_by("id")]
