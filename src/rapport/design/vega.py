"""Where the browser gets Vega from: the bundle inside vl-convert, written out once for each version of it."""

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage
from django.utils.functional import cached_property

NAME = "design/vega.js"
# Vega Embed brings Vega and Vega-Lite, and an interpreter of expressions that needs no `unsafe-eval`.
_BUILD = """
import sys, vl_convert
sys.stdout.buffer.write(vl_convert.javascript_bundle("export { vegaEmbed };").encode())
"""


def bundle() -> bytes:
    """An ES module that exports `vegaEmbed`."""
    # In a process of its own: the bundler is a JavaScript engine, 150 MB that this process would never give back.
    return subprocess.run([sys.executable, "-c", _BUILD], check=True, capture_output=True, timeout=120).stdout  # noqa: S603


class VegaFinder(BaseFinder):
    """Offers the bundle to `collectstatic`, and to the server while developing, as any other static file."""

    @cached_property
    def storage(self) -> Storage:
        return FileSystemStorage(location=settings.DATA / "vega" / version("vl-convert-python"))

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
            partial.write_bytes(bundle())
            partial.replace(target)
        return target
