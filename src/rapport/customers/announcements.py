"""What happens to customers, as other rooms hear it."""

from dataclasses import dataclass

from rapport.backbone.events import Announcement
from rapport.customers.consent.announcements import ConsentChanged
from rapport.customers.lifecycle.announcements import StageChanged
from rapport.customers.tasks.announcements import TaskAdded, TaskDone

__all__ = [
    "CompanyAdded",
    "ConsentChanged",
    "CustomerChanged",
    "CustomersImportUndone",
    "CustomersImported",
    "CustomersMerged",
    "CustomersUnmerged",
    "StageChanged",
    "TaskAdded",
    "TaskDone",
]


@dataclass(frozen=True)
class CustomerChanged(Announcement):
    """Some of their details are different now; `fields` names which, comma separated."""

    customer: int
    fields: str
    by: int | None


@dataclass(frozen=True)
class CustomersMerged(Announcement):
    """Two records of one person became one; told once for each of the two."""

    customer: int
    origin: int
    merge: int
    by: int | None


@dataclass(frozen=True)
class CustomersUnmerged(Announcement):
    """They are two again; told once for each."""

    customer: int
    origin: int
    merge: int
    by: int | None


@dataclass(frozen=True)
class CompanyAdded(Announcement):
    company: int
    by: int | None


@dataclass(frozen=True)
class CustomersImported(Announcement):
    """A file of customers is through; each changed one is told of as `CustomerChanged` too."""

    source: int
    created: int
    changed: int
    wrong: int
    by: int | None


@dataclass(frozen=True)
class CustomersImportUndone(Announcement):
    """An import was taken back; `kept` counts the customers with whom something else happened since."""

    source: int
    taken_back: int
    kept: int
    by: int | None
