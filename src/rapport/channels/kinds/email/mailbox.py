"""A mailbox on an IMAP server, read by UID: what others have opened there meanwhile does not matter.

The position is the last UID had, under the UIDVALIDITY it belongs to. On the first connection it begins a day back,
so that a question of this morning and a test sent just before saving are there, and years of old mail are not.
When the server renumbers (a new UIDVALIDITY) it goes back a month; what came in before is recognised and left.
"""

import imaplib
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from rapport.channels.errors import CannotConnect, CannotRead
from rapport.channels.kinds.email import servers
from rapport.channels.seam import Poll, Waiting
from rapport.kit import clock

DAYS_BACK = 1
_DAYS_AFTER_RENUMBERING = 30
_AT_ONCE = 300
# Larger mails are fetched in pieces, into a temporary file.
_LARGE = 8 * 1024 * 1024
_PIECE = 4 * 1024 * 1024
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_UID = re.compile(rb"UID (\d+)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Mailbox(Poll):
    """One session. Raises CannotConnect from the start, in words for the administrator."""

    def __init__(self, settings: Mapping[str, Any], position: Mapping[str, Any]) -> None:
        self.settings = settings
        self.host, self.port = str(settings["imap_host"]), int(settings["imap_port"])
        with self.in_plain_words():
            self._box = servers.open_mailbox(settings)
        try:
            with self.in_plain_words():
                servers.sign_in(self._box, settings)
                servers.open_folder(self._box, settings)
        except CannotConnect:
            self.close()
            raise
        self._name = f"{settings['imap_user']}@{self.host}/{settings.get('imap_folder') or 'INBOX'}"
        self._validity, self._next = self._number("UIDVALIDITY"), self._number("UIDNEXT")
        is_same = position.get("mailbox") == self._name and position.get("uidvalidity") == self._validity
        self._since = _day(position.get("since")) if is_same else self._first_day(position)
        self._last = int(position.get("uid", 0)) if is_same else 0

    def waiting(self) -> "Sequence[Mail]":
        with self.in_plain_words():
            new = self._new(f"SINCE {_imap_date(self._since)}" if self._since else f"UID {self._last + 1}:*")
            if self._since and not new:
                # The first days are had. What is older and was here before us stays where it is.
                self._since = None
                self._last = max(self._last, self._newest())
                new = self._new(f"UID {self._last + 1}:*")
            sizes = self._sizes(new)
        return [Mail(self, uid, sizes.get(uid, 0)) for uid in new]

    def done(self, items: Sequence[Waiting]) -> Mapping[str, Any]:
        uids = [item.uid for item in items if isinstance(item, Mail)]
        if uids and self.settings.get("mark_seen", True):
            with self.in_plain_words():
                # A folder that is only readable stays as it is.
                self._box.client.uid("STORE", ",".join(map(str, uids)), "+FLAGS.SILENT", r"(\Seen)")
        self._last = max([self._last, *uids])
        return {
            "mailbox": self._name,
            "uidvalidity": self._validity,
            "uid": self._last,
            "since": self._since.isoformat() if self._since else None,
            "at": clock.now().date().isoformat(),
        }

    def close(self) -> None:
        servers.leave(self._box)

    def fetch(self, uid: int, what: str) -> bytes | None:
        """The bytes of one literal; None when the message is gone. Raises CannotRead, CannotConnect."""
        try:
            status, data = self._box.client.uid("FETCH", str(uid), f"({what})")
        except imaplib.IMAP4.abort as error:
            raise CannotConnect(servers.explain(error, self.host, self.port)) from error
        except imaplib.IMAP4.error as error:
            raise CannotRead(
                _("The mailbox would not hand over message %(uid)d: %(said)s")
                % {"uid": uid, "said": servers.said(error)}
            ) from error
        except OSError as error:
            raise CannotConnect(servers.explain(error, self.host, self.port)) from error
        if status != "OK":
            words = b" ".join(part for part in data if isinstance(part, bytes)).decode("utf-8", "replace")
            raise CannotRead(
                _("The mailbox would not hand over message %(uid)d: %(said)s") % {"uid": uid, "said": words}
            )
        return next((bytes(part[1]) for part in data if isinstance(part, tuple)), None)

    @contextmanager
    def in_plain_words(self) -> Iterator[None]:
        try:
            yield
        except servers.IMAP_ERRORS as error:
            reason = servers.explain(error, self.host, self.port)
            raise CannotConnect(reason, at_once=servers.is_about_signing_in(error)) from error

    def _new(self, criteria: str) -> list[int]:
        # "n:*" always finds the last message, however low its number.
        return sorted(uid for uid in map(int, self._box.uids(criteria)) if uid > self._last)[:_AT_ONCE]

    def _newest(self) -> int:
        """The highest number that was given when the folder was opened."""
        return self._next - 1 if self._next else max(map(int, self._box.uids("ALL")), default=0)

    def _first_day(self, position: Mapping[str, Any]) -> date:
        today = clock.now().date()
        last = _day(position.get("at"))
        if position.get("mailbox") == self._name and last:
            return last - timedelta(days=_DAYS_AFTER_RENUMBERING)
        days = self.settings.get("history_days")
        return today - timedelta(days=DAYS_BACK if days is None else int(days))

    def _sizes(self, uids: Sequence[int]) -> dict[int, int]:
        if not uids:
            return {}
        _status, data = self._box.client.uid("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE)")
        lines = [part for part in data if isinstance(part, bytes)]
        found = ((_UID.search(line), _SIZE.search(line)) for line in lines)
        return {int(uid.group(1)): int(size.group(1)) for uid, size in found if uid and size}

    def _number(self, name: str) -> int:
        _name, data = self._box.client.response(name)
        return int(data[0]) if data and data[0] else 0


class Mail(Waiting):
    """One message of a mailbox, by UID."""

    def __init__(self, box: Mailbox, uid: int, size: int) -> None:
        self.box, self.uid, self.size = box, uid, size
        self.key = f"UID {uid}"

    def body(self) -> bytes | BinaryIO | None:
        try:
            return self._fetch()
        except CannotRead:
            # Busy servers say no once and yes the next time.
            return self._fetch()

    def _fetch(self) -> bytes | BinaryIO | None:
        if self.size <= _LARGE:
            return self.box.fetch(self.uid, "BODY.PEEK[]")
        file = tempfile.TemporaryFile()  # noqa: SIM115  # the core reads and forgets it
        for start in range(0, self.size, _PIECE):
            piece = self.box.fetch(self.uid, f"BODY.PEEK[]<{start}.{_PIECE}>")
            if piece is None:
                return None
            file.write(piece)
        file.seek(0)
        return file


def _day(word: object) -> date | None:
    return date.fromisoformat(str(word)) if word else None


def _imap_date(day: date) -> str:
    return f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"
