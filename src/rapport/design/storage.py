"""Static files as the product serves them: hashed, compressed, cached for ever."""

from typing import Any

from django.conf import settings
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Also gives the modules that our own modules import their hashed names, so that no browser mixes two releases."""

    patterns: tuple[Any, ...] = CompressedManifestStaticFilesStorage.patterns

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Only for our rooms: others' scripts import what they do not bring (django_htmx's extensions do).
        _, modules = self._js_module_import_aggregation_patterns
        rooms = [room.rpartition(".")[2] for room in settings.INSTALLED_APPS if room.startswith("rapport.")]
        self.patterns = (*self.patterns, *((f"{room}/*.js", modules) for room in rooms))
        super().__init__(*args, **kwargs)
