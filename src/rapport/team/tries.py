"""How many tries to sign in are left, and how long to wait when none is, for the words under the password field."""

import time
from dataclasses import dataclass
from math import ceil

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest


@dataclass(frozen=True)
class Tries:
    left: int
    wait_seconds: int = 0

    @property
    def wait_minutes(self) -> int:
        return max(1, ceil(self.wait_seconds / 60))


def tries(request: HttpRequest, *, key: str) -> Tries:
    """What the limits on failed sign-ins say now; the same for an address that has an account and one that has none."""
    now, left, wait = time.time(), [], 0.0
    for rate in ratelimit.get_rates(app="allauth.account", action="login_failed"):
        name = ratelimit.get_cache_key(request, app="allauth.account", action="login_failed", rate=rate, key=key)
        recent = [moment for moment in cache.get(name, []) if moment > now - rate.duration]
        left.append(max(rate.amount - len(recent), 0))
        if len(recent) >= rate.amount:
            wait = max(wait, min(recent) + rate.duration - now)
    return Tries(left=min(left, default=1), wait_seconds=ceil(wait))
