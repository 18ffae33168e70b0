"""What happens in surveys, as other rooms hear it."""

from dataclasses import dataclass

from rapport.backbone.events import Announcement


@dataclass(frozen=True)
class RatingsImported(Announcement):
    """Rows of a file were written; each alone is no news."""

    created: int
    changed: int
    by: int | None
