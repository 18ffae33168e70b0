"""From which sites a channel's chat may be used, and what browsers are told of it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from rapport.channels.errors import NotAllowed

METHODS = "GET, POST"
HEADERS = "Authorization, Content-Type, Last-Event-ID"
# Browsers keep an answer to their question beforehand for two hours at most.
_KEPT_SECONDS = "7200"


def origin_of(address: str) -> str:
    """https://shop.example of whatever address on it; empty for none."""
    parts = urlsplit(address.strip())
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.scheme in ("http", "https") and parts.netloc else ""


def allowed(channel_settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The sites that may use it; () for every site."""
    return tuple(channel_settings.get("origins") or ())


def check(origin: str, channel_settings: Mapping[str, Any]) -> None:
    """Raises NotAllowed for a site that is not on the list. Our own pages always are, and what is no browser."""
    wanted = allowed(channel_settings)
    if not wanted or not origin or origin == origin_of(settings.BASE_URL):
        return
    if not any(_matches(origin.lower(), each) for each in wanted):
        raise NotAllowed(f"The chat may not be used on {origin}.")


def answer_headers(origin: str) -> dict[str, str]:
    """For an answer that this site may read. No cookie is ever meant, so nobody's session is."""
    return {
        "Access-Control-Allow-Origin": origin or "*",
        "Vary": "Origin",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }


def preflight_headers(origin: str) -> dict[str, str]:
    return {
        **answer_headers(origin),
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": HEADERS,
        "Access-Control-Max-Age": _KEPT_SECONDS,
    }


def _matches(origin: str, wanted: str) -> bool:
    """https://shop.example itself, or with https://*.shop.example whatever is below it."""
    scheme, _, host = wanted.lower().partition("://")
    if host.startswith("*."):
        return origin.startswith(f"{scheme}://") and origin.endswith(host[1:])
    return origin == wanted.lower()
