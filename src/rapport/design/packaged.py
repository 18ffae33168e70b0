"""Static files that a package carries in a form of its own: written out once for each version of it."""

from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage
from django.utils.functional import cached_property


class PackagedFinder(BaseFinder):
    """Offers one file to `collectstatic`, and to the server while developing, as any other static file.

    `name` is its path among the static files, `package` the distribution that it comes from, `folder` where in the
    data directory it is kept, and `bundle` makes its bytes.
    """

    name: ClassVar[str]
    package: ClassVar[str]
    folder: ClassVar[str]
    bundle: ClassVar[Callable[[], bytes]]

    @cached_property
    def storage(self) -> Storage:
        return FileSystemStorage(location=settings.DATA / self.folder / version(self.package))

    def check(self, **_kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **_kwargs: Any) -> Any:
        if path != self.name:
            return []
        written = str(self._write())
        return [written] if find_all else written

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, Storage]]:
        self._write()
        yield self.name, self.storage

    def _write(self) -> Path:
        target = Path(self.storage.path(self.name))
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_suffix(f".{id(self):x}.partial")
            partial.write_bytes(type(self).bundle())
            partial.replace(target)
        return target
