"""An import by a command, written down so that it stands among those of the page and can be taken back there."""

from collections.abc import Sequence

from rapport.backbone.intake import Outcome
from rapport.customers.importing.models import ImportState
from rapport.exchange.importing.columns import ELSEWHERE
from rapport.exchange.importing.models import TableImport
from rapport.exchange.importing.running import keep
from rapport.kit import clock
from rapport.kit.text import one_line


class Record:
    """Of one file; nothing is written down of customers, who have imports of their own."""

    def __init__(self, kind: str, *, file_name: str) -> None:
        self.kind, self.file_name = kind, one_line(file_name)[:200] or kind
        self._source: TableImport | None = None

    def keep(self, outcomes: Sequence[Outcome]) -> None:
        """In the transaction that wrote these rows."""
        if self.kind in ELSEWHERE:
            return
        if self._source is None:
            self._source = TableImport.objects.create(
                kind=self.kind, file_name=self.file_name, state=ImportState.IMPORTING
            )
        keep(self._source, outcomes)

    def finish(self) -> None:
        if self._source is None:
            return
        source = TableImport.objects.get(pk=self._source.pk)
        source.state, source.finished_at, source.total = ImportState.DONE, clock.now(), source.position
        source.save(update_fields=["state", "finished_at", "total"])
