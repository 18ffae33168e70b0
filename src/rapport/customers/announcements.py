"""What happens to customers, as other rooms hear it."""

from dataclasses import dataclass

from rapport.backbone.events import Announcement
from rapport.customers.consent.announcements import ConsentChanged as ConsentChanged
from rapport.customers.lifecycle.announcements import StageChanged as StageChanged
from rapport.customers.tasks.announcements import TaskAdded as TaskAdded
from rapport.customers.tasks.announcements import TaskDone as TaskDone


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


@dataclass(frozen=True)
class SegmentChanged(Announcement):
    """A segment was made, changed, filled, removed or brought back."""

    segment: int
    name: str
    by: int | None


@dataclass(frozen=True)
class ScoreChanged(Announcement):
    """What is reckoned of a customer is different now; `before` is nothing the first time."""

    customer: int
    name: str
    before: float | None
    after: float


@dataclass(frozen=True)
class CustomerNoteChanged(Announcement):
    """A note about them was added, edited, pinned, unpinned, removed or restored; `change` says which."""

    customer: int
    note: int
    change: str
    by: int | None


@dataclass(frozen=True)
class CustomerFileChanged(Announcement):
    """A file about them was added, removed or restored; `change` says which."""

    customer: int
    file: int
    change: str
    by: int | None


@dataclass(frozen=True)
class CustomerEventsRecorded(Announcement):
    """So many things that customers did were written down at once, as one system told them."""

    count: int
    source: str
    by: int | None


@dataclass(frozen=True)
class CompanyChanged(Announcement):
    """Some of its details are different now; `fields` names which, comma separated."""

    company: int
    fields: str
    by: int | None


@dataclass(frozen=True)
class CompaniesMerged(Announcement):
    """Two records of one company became one; told once for each of the two."""

    company: int
    origin: int
    merge: int
    by: int | None


@dataclass(frozen=True)
class CompaniesUnmerged(Announcement):
    """They are two again; told once for each."""

    company: int
    origin: int
    merge: int
    by: int | None
