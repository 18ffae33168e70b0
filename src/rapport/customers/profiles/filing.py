"""Files about a customer, such as a contract: kept, removed, and brought back while they are still there."""

from typing import IO, Any, BinaryIO

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from rapport.backbone import files
from rapport.backbone.events import announce
from rapport.customers.announcements import CustomerFileChanged
from rapport.customers.errors import NotUnderstood
from rapport.customers.models import Customer, CustomerFile
from rapport.customers.profiles.notes import KEPT
from rapport.kit import clock
from rapport.kit.text import one_line
from rapport.team.models import Agent

LARGEST = 25 * 1024 * 1024


def files_of(customer: Customer) -> QuerySet[CustomerFile]:
    """Those that are there, newest first."""
    return CustomerFile.objects.filter(customer=customer, removed_at=None).select_related("by", "file")


@transaction.atomic
def keep(
    customer: Customer, *, data: "bytes | BinaryIO | IO[Any]", name: str, content_type: str, by: Agent
) -> CustomerFile:
    """Raises NotUnderstood for what is too large or empty, and `backbone.files.NoSpace`."""
    stored = files.keep(data)
    if not stored.size:
        raise NotUnderstood("file", _("This file is empty."))
    if stored.size > LARGEST:
        raise NotUnderstood("file", _("A file may have %(most)d MB.") % {"most": LARGEST // 1024 // 1024})
    made = CustomerFile.objects.create(
        customer=customer,
        file=stored,
        name=one_line(name)[:255] or "file",
        content_type=one_line(content_type)[:120],
        size=stored.size,
        by=by,
    )
    _tell(made, "added", by)
    return made


@transaction.atomic
def remove(file: CustomerFile, *, by: Agent) -> None:
    """For 30 days it can be brought back."""
    if file.removed_at is None:
        file.removed_at = clock.now()
        file.save(update_fields=["removed_at"])
        _tell(file, "removed", by)


@transaction.atomic
def bring_back(file: CustomerFile, *, by: Agent) -> None:
    if file.removed_at is not None:
        file.removed_at = None
        file.save(update_fields=["removed_at"])
        _tell(file, "restored", by)


def forget_removed() -> None:
    """What was removed long ago is gone for good, its bytes with it where nothing else has them."""
    gone = CustomerFile.objects.filter(removed_at__lt=clock.now() - KEPT)
    stored = list(gone.values_list("file_id", flat=True))
    gone.delete()
    files.forget(stored)


def _tell(file: CustomerFile, change: str, by: Agent) -> None:
    news = CustomerFileChanged(file.customer_id, file=file.pk, change=change, by=by.pk)
    announce(news, subject=f"customer:{file.customer_id}")
