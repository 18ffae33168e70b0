"""Requests to another system: guarded, patient with "too many", and understood before they go further."""

import email.utils
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx
from django.utils.translation import gettext as _

from rapport.exchange.syncing.errors import NotLetIn, SlowDown, Unreachable
from rapport.kit.http import HttpProblem, fetch, may_carry_secrets

SECONDS = 60
_LARGEST = 30 * 1024 * 1024
# So long is waited here; longer waits are the next run's.
_PATIENCE = 12.0
_TRIES = 4
_USUAL_WAIT = 2.0


def ask(
    method: str, url: str, *, token: str = "", json: Any = None, form: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None, to: str = "",
) -> httpx.Response:  # fmt: skip
    """One request; `to` is what the system is called. An error status is an answer, but for 429 and 5xx.

    Raises SlowDown, Unreachable, NotLetIn for an address that no secret may be sent to.
    """
    if not may_carry_secrets(url):
        raise NotLetIn(_("%(url)s does not begin with https://, so nothing secret is sent there.") % {"url": url})
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    for tried in range(1, _TRIES + 1):
        try:
            answer = fetch(
                method, url, headers=headers, json=json, form=form, params=params, seconds=SECONDS, largest=_LARGEST,
                follow_redirects=False,
            )  # fmt: skip
        except HttpProblem as error:
            raise Unreachable(str(error)) from error
        if answer.status_code == 429:
            wait = _wait_of(answer)
            if tried == _TRIES or wait > _PATIENCE:
                raise SlowDown(_("%(name)s says: too many requests for now.") % {"name": to}, seconds=max(wait, 30))
            time.sleep(wait)
            continue
        if answer.status_code >= 500:
            if tried < _TRIES and answer.status_code in (502, 503, 504):
                time.sleep(_USUAL_WAIT * tried)
                continue
            told = {"name": to, "status": answer.status_code}
            raise Unreachable(_("%(name)s has a problem of its own (%(status)d).") % told)
        return answer
    raise Unreachable(_("%(name)s does not answer.") % {"name": to})


def understood(answer: httpx.Response, to: str) -> Any:
    """Its JSON. Raises Unreachable when it is none."""
    try:
        return answer.json() if answer.content else {}
    except ValueError as error:
        raise Unreachable(_("%(name)s answers in words that are not its own.") % {"name": to}) from error


def date_of(answer: httpx.Response) -> datetime | None:
    """What their clock said, which is the one that their moments are of."""
    try:
        return email.utils.parsedate_to_datetime(answer.headers.get("Date", ""))
    except ValueError:
        return None


def _wait_of(answer: httpx.Response) -> float:
    """Seconds, from the headers that there are; a day's limit is said without any."""
    said = answer.headers.get("Retry-After", "")
    if said.isdecimal():
        return float(said)
    return 600.0 if "DAILY" in answer.text[:2000] else _USUAL_WAIT
