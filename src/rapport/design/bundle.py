"""One stylesheet from many files: every room's `static/*/css`, in the order of the layers."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage
from django.utils.functional import cached_property

NAME = "design/rapport.css"
# Layers keep this order whatever the files say; it is here so that a rule and its later correction stay in order too.
OWN = (
    "tokens.css",
    "base.css",
    # The shell first: the panes and pages inside it correct it on a phone.
    "layout/shell.css",
    "layout/panes.css",
    "layout/page.css",
    "layout/public.css",
    "components/*.css",
    "charts.css",
    "pages/*.css",
)


def sources() -> list[Path]:
    """Every stylesheet: the design's own first, then each room's as INSTALLED_APPS lists them."""
    own = Path(__file__).parent / "static" / "design" / "css"
    found = [file for pattern in OWN for file in sorted(own.glob(pattern))]
    for room in apps.get_app_configs():
        if room.name.startswith("rapport.") and room.label != "design":
            found += sorted(Path(room.path).glob("static/*/css/**/*.css"))
    return found


def stylesheet() -> str:
    return "\n".join(file.read_text(encoding="utf-8").strip() for file in sources()) + "\n"


class StylesheetFinder(BaseFinder):
    """Offers the joined stylesheet to `collectstatic`, and to the server while developing, as any other static file."""

    @cached_property
    def storage(self) -> Storage:
        return FileSystemStorage(location=settings.DATA / "bundle")

    def check(self, **_kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **_kwargs: Any) -> Any:
        if path != NAME:
            return []
        written = self._write()
        return [str(written)] if find_all else str(written)

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, Storage]]:
        self._write()
        yield NAME, self.storage

    def _write(self) -> Path:
        target = Path(self.storage.path(NAME))
        text = stylesheet()
        # Left alone when nothing changed, so that browsers and collectstatic may keep what they have.
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_suffix(f".{os.getpid()}.partial")
            partial.write_text(text, encoding="utf-8")
            partial.replace(target)
        return target
