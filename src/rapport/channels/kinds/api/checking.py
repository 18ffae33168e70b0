"""Trying the connection: a signed ping to the system, which it answers with any 2xx."""

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.errors import CannotDeliver
from rapport.channels.kinds.api.sending import push
from rapport.channels.types import Check
from rapport.kit import clock


def check(settings: Mapping[str, Any]) -> Iterator[Check]:
    url = str(settings.get("push_url") or "")
    yield Check(
        _("Pushes are taken at %(url)s") % {"url": url} if url else _("Pushes are taken once it is saved"), True
    )
    if not settings.get("url"):
        remedy = _("Enter where answers are sent, unless this system only ever writes.")
        yield Check(_("Send a ping to the system"), False, remedy)
        return
    ping = {"type": "ping", "id": f"ping-{secrets.token_hex(8)}", "at": clock.now().isoformat(timespec="seconds")}
    try:
        push(ping, settings, key=ping["id"])
    except CannotDeliver as error:
        yield Check(_("Send a ping to the system"), False, error.reason)
    else:
        yield Check(_("The system answered a signed ping"), True)
