"""What happens in the life cycle, as other rooms hear it."""

from dataclasses import dataclass

from rapport.backbone.events import Announcement


@dataclass(frozen=True)
class StageChanged(Announcement):
    """A customer stands somewhere else. `before` and `after` are keys of stages, `before` empty for the first one."""

    customer: int
    before: str
    after: str
    reason: str
    by: int | None = None
