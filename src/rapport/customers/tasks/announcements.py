"""What happens to tasks, as other rooms hear it."""

from dataclasses import dataclass

from rapport.backbone.events import Announcement


@dataclass(frozen=True)
class TaskAdded(Announcement):
    """There is something to do; `by` is empty when a rule or a checklist said so."""

    task: int
    customer: int | None
    assignee: int | None
    kind: str
    by: int | None


@dataclass(frozen=True)
class TaskDone(Announcement):
    """Somebody did it."""

    task: int
    customer: int | None
    kind: str
    by: int | None
