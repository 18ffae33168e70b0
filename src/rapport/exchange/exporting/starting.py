"""What somebody does with an export: ask for it, stop it, fetch its file."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.backbone import files
from rapport.backbone.models import StoredFile
from rapport.exchange.exporting.errors import NotNow, Unknown
from rapport.exchange.exporting.models import AT_WORK, KEPT_FOR, Export, ExportState
from rapport.exchange.exporting.running import go_on, throw_away_drafts
from rapport.exchange.exporting.taking import chosen
from rapport.exchange.exporting.writing import Format
from rapport.kit import clock
from rapport.team.models import Agent


@transaction.atomic
def begin(kinds: Sequence[str], *, format_: str, since: datetime | None, by: Agent) -> Export:
    """Write these kinds into a file, soon. Raises Unknown, NotNow."""
    if format_ not in Format.values:
        raise Unknown(_("There is no format called %(name)s.") % {"name": format_[:60]})
    if not kinds:
        raise Unknown(_("Choose at least one thing to export."))
    names = [each.kind for each in chosen(kinds)]
    if Export.objects.filter(state__in=AT_WORK).exists():
        raise NotNow(_("An export is being written already. Wait for it, or stop it."))
    made = Export.objects.create(kinds=names, format=format_, since=since, by=by)
    go_on.enqueue(made.pk)
    return made


@transaction.atomic
def stop(export: Export) -> None:
    """Write it no further. Raises NotNow."""
    held = Export.objects.select_for_update().get(pk=export.pk)
    if not held.is_at_work:
        raise NotNow(_("This export is over already."))
    Export.objects.filter(pk=held.pk).update(state=ExportState.STOPPED, finished_at=clock.now())


@transaction.atomic
def fetch(export: Export) -> StoredFile:
    """Its file, for whoever downloads it, which is counted and written down. Raises NotNow."""
    held = Export.objects.select_for_update(of=("self",)).select_related("file").get(pk=export.pk)
    if not held.is_kept or held.file is None:
        raise NotNow(_("There is no file of this export. It is kept for %(days)d days.") % {"days": KEPT_FOR.days})
    held.downloads += 1
    held.save(update_fields=["downloads"])
    return held.file


def forget_old() -> int:
    """Files older than seven days go; what was exported by whom stays known."""
    old = Export.objects.filter(state=ExportState.DONE, finished_at__lt=clock.now() - KEPT_FOR, file__isnull=False)
    gone = 0
    for export in old:
        kept = export.file_id
        Export.objects.filter(pk=export.pk).update(file=None, state=ExportState.FORGOTTEN)
        files.forget([kept] if kept else [])
        gone += 1
    throw_away_drafts()
    return gone
