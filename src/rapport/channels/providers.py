"""Speaking with the provider of a channel, wherever that is."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from urllib.parse import urlsplit

from rapport.channels.models import Channel
from rapport.channels.seam import kind_of
from rapport.channels.types import Check
from rapport.kit import http


def provider_of(channel: Channel | None) -> AbstractContextManager[None]:
    """`with provider_of(channel): ...`: a simulated provider is on this machine, which nothing else may reach."""
    host = urlsplit(channel.simulated_at).hostname if channel and channel.simulated_at else None
    return http.allowing(host) if host else nullcontext()


def try_out(channel: Channel, settings: Mapping[str, Any]) -> Iterator[Check]:
    """The connection test with these settings, each step as it is done, in whichever thread asks for it."""
    steps = iter(kind_of(channel.kind).check(settings))
    while True:
        with provider_of(channel):
            step = next(steps, None)
        if step is None:
            return
        yield step
