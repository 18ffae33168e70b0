"""Notes about a customer: written, put right, pinned, removed, and brought back while they are still there."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from rapport.backbone.events import announce
from rapport.customers.announcements import CustomerNoteChanged
from rapport.customers.errors import NotUnderstood
from rapport.customers.models import Customer, CustomerNote
from rapport.kit import clock
from rapport.kit.text import storable
from rapport.team.models import Agent

LONGEST = 10_000
# So long what was removed can be brought back.
KEPT = timedelta(days=30)


def notes_of(customer: Customer) -> QuerySet[CustomerNote]:
    """Those that are there, newest first."""
    return present().filter(customer=customer)


def present() -> QuerySet[CustomerNote]:
    """Everybody's."""
    return CustomerNote.objects.filter(removed_at=None).select_related("by")


def pinned_first(customer: Customer) -> QuerySet[CustomerNote]:
    return notes_of(customer).order_by(F("pinned_at").desc(nulls_last=True), "-at", "-id")


def may_edit(note: CustomerNote, agent: Agent) -> bool:
    """Only who wrote it: nobody's words are changed by somebody else. Removing is for all who answer customers."""
    return note.by_id == agent.pk


@transaction.atomic
def write(customer: Customer, *, text: str, by: Agent) -> CustomerNote:
    """Raises NotUnderstood when there is nothing in it, or too much."""
    note = CustomerNote.objects.create(customer=customer, text=_words(text), by=by)
    _tell(note, "added", by)
    return note


@transaction.atomic
def edit(note: CustomerNote, *, text: str, by: Agent) -> None:
    """Raises NotUnderstood."""
    words = _words(text)
    if words == note.text:
        return
    note.text, note.edited_at = words, clock.now()
    note.save(update_fields=["text", "edited_at"])
    _tell(note, "edited", by)


@transaction.atomic
def pin(note: CustomerNote, *, by: Agent, is_pinned: bool = True) -> None:
    if (note.pinned_at is not None) == is_pinned:
        return
    note.pinned_at = clock.now() if is_pinned else None
    note.save(update_fields=["pinned_at"])
    _tell(note, "pinned" if is_pinned else "unpinned", by)


@transaction.atomic
def remove(note: CustomerNote, *, by: Agent) -> None:
    """For 30 days it can be brought back."""
    if note.removed_at is None:
        note.removed_at = clock.now()
        note.save(update_fields=["removed_at"])
        _tell(note, "removed", by)


@transaction.atomic
def bring_back(note: CustomerNote, *, by: Agent) -> None:
    if note.removed_at is not None:
        note.removed_at = None
        note.save(update_fields=["removed_at"])
        _tell(note, "restored", by)


def forget_removed() -> None:
    """What was removed long ago is gone for good."""
    CustomerNote.objects.filter(removed_at__lt=clock.now() - KEPT).delete()


def _words(text: str) -> str:
    text = storable(text).strip()
    if not text:
        raise NotUnderstood("text", _("Write something first."))
    if len(text) > LONGEST:
        raise NotUnderstood("text", _("A note may have %(most)d characters.") % {"most": LONGEST})
    return text


def _tell(note: CustomerNote, change: str, by: Agent) -> None:
    news = CustomerNoteChanged(note.customer_id, note=note.pk, change=change, by=by.pk)
    announce(news, subject=f"customer:{note.customer_id}")
