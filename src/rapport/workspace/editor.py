"""Where the browser gets the editor from: the bundle of Tiptap inside django-prose-editor, without its source map.

Only that file is used: its own menus and widgets are for Django's admin, and its styles are not of this house.
"""

from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage
from django.utils.functional import cached_property

NAME = "workspace/js/tiptap.js"


def bundle() -> str:
    """An ES module that exports `Editor` and the extensions."""
    found = find_spec("django_prose_editor")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("django-prose-editor is not installed: run make setup")
    source = Path(found.origin).parent / "static" / "django_prose_editor" / "editor.js"
    return source.read_text(encoding="utf-8").rpartition("\n//# sourceMappingURL=")[0]


class EditorFinder(BaseFinder):
    """Offers the bundle to `collectstatic`, and to the server while developing, as any other static file."""

    @cached_property
    def storage(self) -> Storage:
        return FileSystemStorage(location=settings.DATA / "editor" / version("django-prose-editor"))

    def check(self, **_kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **_kwargs: Any) -> Any:
        if path != NAME:
            return []
        written = str(self._write())
        return [written] if find_all else written

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, Storage]]:
        self._write()
        yield NAME, self.storage

    def _write(self) -> Path:
        target = Path(self.storage.path(NAME))
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_suffix(f".{id(self):x}.partial")
            partial.write_text(bundle(), encoding="utf-8")
            partial.replace(target)
        return target
