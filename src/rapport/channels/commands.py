"""`rapport mail`: mail from files."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

import click
from django.db import DatabaseError

from rapport.backbone.files import NoSpace
from rapport.channels.ingesting import ingest as take_in
from rapport.channels.mailfiles import CannotOpen, mails_in, total_bytes
from rapport.channels.models import Channel
from rapport.channels.queries import addressed, channels_by_address
from rapport.channels.types import Incoming
from rapport.conversations.models import Inbox

KIND = "email"


@click.group()
def mail() -> None:
    """Take in mail from files."""


@mail.command()
@click.argument("paths", nargs=-1, metavar="[PATH|DIR|MBOX|-]...")
@click.option("--inbox", metavar="ADDRESS", help="Treat every mail as sent to this address.")
@click.option("--json", "_as_json", is_flag=True, help="One JSON object a line; this is how it always prints.")
def ingest(paths: tuple[str, ...], inbox: str | None, _as_json: bool) -> None:
    """Take in mails: files, folders, mbox archives, or - for standard input.

    Prints one JSON object a line for each mail, in input order. Taking the same mail in again changes nothing.
    """
    channel = _channel_for(inbox) if inbox else None
    problems: list[str] = []
    paths = paths or ("-",)
    recipients = (inbox,) if inbox else ()
    try:
        with _progress(paths) as on_bytes:
            opened = _openable(mails_in(paths, recipients=recipients, on_bytes=on_bytes), problems)
            for result in take_in(opened, kind=KIND, channel=channel):
                click.echo(json.dumps(asdict(result), ensure_ascii=False))
    except (NoSpace, DatabaseError) as error:
        problems.append(f"Stopped, the mail printed so far is stored: {error}")
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        sys.exit(1)


def _openable(found: Iterator[Incoming | CannotOpen], problems: list[str]) -> Iterator[Incoming]:
    for mail in found:
        if isinstance(mail, CannotOpen):
            problems.append(str(mail))
        else:
            yield mail


def _channel_for(address: str) -> Channel:
    """The mailbox with this address. The very first one is made on the spot, so that an import can come first."""
    channels = channels_by_address(KIND)
    found = addressed(channels, [address])
    if found is not None:
        return found
    if channels:
        raise click.ClickException(f"No mailbox has the address {address}. There are: {', '.join(sorted(channels))}.")
    inbox = Inbox.objects.order_by("id").first() or Inbox.objects.create(name="Support")
    settings = {"address": address.lower(), "incoming": "none", "outgoing": "installation"}
    return Channel.objects.create(kind=KIND, inbox=inbox, name=inbox.name, address=address.lower(), settings=settings)


@contextmanager
def _progress(paths: tuple[str, ...]) -> Iterator[Callable[[int], None]]:
    """A bar on the terminal, beside the results and not among them."""
    length = total_bytes(paths) if sys.stderr.isatty() else 0
    if not length:
        yield lambda count: None
        return
    with click.progressbar(length=length, label="Taking in mail", file=sys.stderr) as bar:
        yield bar.update
