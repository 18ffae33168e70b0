"""On which sites a form may stand in a frame, and the script by which such a frame becomes as high as its page."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit


def ancestors(settings: Mapping[str, Any]) -> list[str]:
    """What browsers are told of who may frame it: the sites of the settings, else every one."""
    return ["'self'", *settings["origins"]] if settings.get("origins") else ["*"]


def page_of(url: str) -> str:
    """The form's page, of where a provider would push to."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/forms/{parts.path.rstrip('/').rpartition('/')[2]}/"


def snippet(url: str) -> str:
    """What is copied into a page of the company's."""
    parts = urlsplit(url)
    return (
        f'<iframe src="{url}?embed" data-rapport-form title="Contact" loading="lazy" '
        'style="width:100%;height:44rem;border:0"></iframe>\n'
        f'<script async src="{parts.scheme}://{parts.netloc}/forms/embed.js"></script>'
    )


@cache
def script() -> str:
    return (files("rapport.channels.contact") / "embed.js").read_text("utf-8")
