"""What customers said to hearing from us, as other rooms hear it."""

from dataclasses import dataclass

from rapport.backbone.events import Announcement


@dataclass(frozen=True)
class ConsentChanged(Announcement):
    """A customer agreed to something or withdrew it; `state` is given, withdrawn or asked, `how` by which way."""

    customer: int
    purpose: str
    channel: str
    state: str
    how: str
    by: int | None = None
