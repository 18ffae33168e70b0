"""What a provider tells later of a message that we sent: kept on its dispatch, each report once."""

from datetime import datetime

from rapport.channels.models import Dispatch
from rapport.conversations.models import Message
from rapport.kit import clock
from rapport.kit.text import storable

# A letter to many people brings a few for each of them.
_MOST = 200
_LONGEST_SAID = 300


def has_report(message: Message, name: str) -> bool:
    """Whether this report came before."""
    found = Dispatch.objects.filter(message=message).values_list("reports", flat=True).first()
    return any(report["id"] == name for report in found or ())


def note_report(
    message: Message, *, name: str, state: str, address: str, said: str = "", at: datetime | None = None
) -> bool:
    """Whether it is news. Inside the caller's transaction; a report that came before changes nothing."""
    dispatch = Dispatch.objects.select_for_update().filter(message=message).first()
    if dispatch is None or any(report["id"] == name for report in dispatch.reports):
        return False
    moment = (at or clock.now()).isoformat(timespec="seconds")
    report = {
        "id": name,
        "state": state,
        "address": storable(address)[:320],
        "at": moment,
        "said": storable(said)[:_LONGEST_SAID],
    }
    dispatch.reports = [*dispatch.reports[1 - _MOST :], report]
    dispatch.save(update_fields=["reports"])
    return True
