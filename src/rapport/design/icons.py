"""The icon sprite: where it is served, and what it holds."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from django.core.signals import setting_changed
from django.templatetags.static import static

SPRITE = Path(__file__).parent / "static" / "design" / "icons.svg"


@cache
def sprite_url() -> str:
    # An inbox page draws some two hundred icons; resolving the hashed name once a process saves 3 ms a page.
    return static("design/icons.svg")


@cache
def names() -> tuple[str, ...]:
    return tuple(re.findall(r'<symbol id="i-([a-z0-9-]+)"', SPRITE.read_text(encoding="utf-8")))


def _forget(*, setting: str, **_kwargs: Any) -> None:
    if setting in {"STORAGES", "STATIC_URL"}:
        sprite_url.cache_clear()


setting_changed.connect(_forget)
