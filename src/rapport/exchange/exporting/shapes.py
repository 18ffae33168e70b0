"""What pages and the API show of an export."""

from typing import Any

from rapport.backbone import outflow
from rapport.exchange.exporting.models import Export


def labels(kinds: list[str]) -> list[str]:
    """What people call these kinds, in their language."""
    known = outflow.outflows()
    return [str(known[kind].label) if kind in known else kind for kind in kinds]


def plainly(export: Export) -> dict[str, Any]:
    """As the API answers it."""
    names = "kinds format since state problem total position rows file_name made_at finished_at"
    size = export.file.size if export.file else None
    told = {name: getattr(export, name) for name in names.split()}
    return {"id": export.pk, **told, "size": size, "kept_until": export.kept_until}
