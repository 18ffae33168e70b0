"""`rapport channel`: which channels there are, and trying one with its provider played on this machine."""

import json
import mimetypes
import queue
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import httpx

from rapport.channels.models import Channel
from rapport.channels.pushing import push_url
from rapport.channels.seam import kinds
from rapport.channels.simulating import CannotSay, Heard, SentFile, Stage
from rapport.conversations.models import Inbox

_FILE = "/file "
# Under this name its simulator's memory is among a channel's settings.
_MEMORY = "simulator"


@click.group()
def channel() -> None:
    """See the channels, and try one without an account at its provider."""


@channel.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_channels(as_json: bool) -> None:
    """Every channel with its kind and its address."""
    for each in Channel.objects.order_by("id"):
        state = "paused" if each.paused_at else "ok" if each.is_healthy else each.error
        told = {"id": each.pk, "kind": each.kind, "name": each.name, "address": each.address, "state": state}
        click.echo(
            json.dumps(told, ensure_ascii=False) if as_json else "\t".join(str(value) for value in told.values())
        )


@channel.command()
@click.argument("kind", metavar="KIND")
@click.option("--at", metavar="URL", help="Where Rapport runs, if not at its own address.")
@click.option("--port", default=0, metavar="PORT", help="Where the provider listens; any free port by itself.")
@click.option("--say", "sayings", multiple=True, metavar="TEXT", help="What the person writes; may be repeated.")
@click.option(
    *("--file", "paths"),
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file that goes with the first of them; may be repeated.",
)
@click.option("--wait", default=0.0, metavar="SECONDS", help="How long to wait for an answer after that.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def simulate(
    kind: str, at: str | None, port: int, sayings: tuple[str, ...], paths: tuple[Path, ...], wait: float, as_json: bool
) -> None:
    """Play the provider of KIND for the Rapport that is running, with one person who writes and is answered.

    The person writes what you type, a line at a time; "/file PATH words" sends a file. What is answered in the inbox
    is printed here. It speaks the provider's own protocol in both directions: over HTTP, signed; by SMTP for email; as
    a visitor's page does for chat, and as a browser does for a form.
    """
    known = kinds().get(kind)
    simulator = known.simulator() if known else None
    if known is None or simulator is None:
        possible = ", ".join(name for name, each in kinds().items() if each.simulator() is not None)
        raise click.ClickException(f"{kind} cannot be simulated. These can: {possible}.")
    with simulator.stage(port=port) as stage:
        found = _connected(kind, str(known.label), stage, at)
        teller = _Teller(stage, simulator.person, as_json=as_json)
        if not as_json:
            click.echo(
                f"{simulator.person} is on {known.label}, channel {found.pk}, provider at {stage.api}.", err=True
            )
            if simulator.hint:
                click.echo(simulator.hint, err=True)
        teller.start()
        try:
            _reach(stage.arrive)
            if sayings or paths:
                _say_all(stage, sayings, paths)
                teller.wait(wait)
            else:
                _say_what_is_typed(stage)
        finally:
            teller.stop()
            _remember(found, simulator.memory)


def _connected(kind: str, label: str, stage: Stage, at: str | None) -> Channel:
    """A channel of its own whose provider is the simulator; made the first time, kept for the next.

    When the simulator has ended, what is sent waits until it runs again.
    """
    simulator = stage.simulator
    found = Channel.objects.filter(kind=kind).exclude(simulated_at="").order_by("-id").first()
    if found is None:
        inbox = Inbox.objects.order_by("id").first() or Inbox.objects.create(name="Support")
        found = Channel(kind=kind, inbox=inbox, name=f"{label} (simulated)")
    simulator.memory = dict(found.settings.get(_MEMORY, {}))
    made = dict(simulator.settings(stage.api))
    found.settings, found.address, found.simulated_at = made, str(made.get("address", "")), stage.api
    found.paused_at, found.error = None, ""
    found.save()
    simulator.channel_settings = made
    pushed = urlsplit(push_url(found))
    base = urlsplit(at) if at else pushed
    simulator.push_url = pushed._replace(scheme=base.scheme, netloc=base.netloc).geturl()
    return found


def _remember(channel: Channel, memory: dict[str, Any]) -> None:
    """For the next run: with the settings, which may have been changed meanwhile."""
    if memory:
        channel.refresh_from_db(fields=["settings"])
        channel.settings = {**channel.settings, _MEMORY: memory}
        channel.save(update_fields=["settings"])


def _say_all(stage: Stage, sayings: tuple[str, ...], paths: tuple[Path, ...]) -> None:
    files = [_file(path) for path in paths]
    for number, text in enumerate(sayings or ("",)):
        try:
            _say(stage, text, files if number == 0 else [])
        except CannotSay as error:
            raise click.ClickException(str(error)) from error


def _say_what_is_typed(stage: Stage) -> None:
    for line in sys.stdin:
        text = line.rstrip("\n")
        files = []
        if text.startswith(_FILE):
            name, _space, text = text.removeprefix(_FILE).partition(" ")
            if not Path(name).is_file():
                click.echo(f"There is no file {name}.", err=True)
                continue
            files = [_file(Path(name))]
        if text.strip() or files:
            try:
                _say(stage, text, files)
            except CannotSay as error:
                click.echo(str(error), err=True)


def _say(stage: Stage, text: str, files: list[SentFile]) -> None:
    _reach(lambda: stage.say(text, files))


def _reach(tell: Callable[[], list[httpx.Response]]) -> None:
    try:
        for answer in tell():
            if answer.status_code >= 400:
                raise click.ClickException(f"Rapport refused it with {answer.status_code}: {answer.text.strip()}")
    except httpx.HTTPError as error:
        raise click.ClickException(
            f"Rapport cannot be reached: {error}. Start it with `rapport up`, or say where it is by --at."
        ) from error


def _file(path: Path) -> SentFile:
    return SentFile(path.name, mimetypes.guess_type(path.name)[0] or "application/octet-stream", path.read_bytes())


class _Teller(threading.Thread):
    """Prints what reaches the person, and what went wrong on the way to Rapport."""

    def __init__(self, stage: Stage, person: str, *, as_json: bool) -> None:
        super().__init__(name="teller", daemon=True)
        self._stage, self._person, self._as_json = stage, person, as_json
        self._heard = threading.Event()
        self._ended = threading.Event()

    def run(self) -> None:
        # What was heard before the end is told too.
        while not self._ended.is_set() or not self._stage.simulator.heard.empty():
            with suppress(queue.Empty):
                self._tell(self._stage.simulator.heard.get(timeout=0.1))
            while not self._stage.problems.empty():
                click.echo(self._stage.problems.get(), err=True)

    def wait(self, seconds: float) -> None:
        """Until something reaches the person, so long at most."""
        if seconds:
            self._heard.wait(seconds)

    def stop(self) -> None:
        self._ended.set()
        self.join()

    def _tell(self, heard: Heard) -> None:
        if self._as_json:
            files = [{"name": name, "size": len(body)} for name, body in heard.files]
            told = {"text": heard.text, "files": files, "id": heard.id} | ({"sign": heard.sign} if heard.sign else {})
            click.echo(json.dumps(told, ensure_ascii=False))
        else:
            files_told = "".join(f" [{name}, {len(body)} bytes]" for name, body in heard.files)
            click.echo(f"{'·' if heard.sign else '→'} {heard.text}{files_told}")
        if not heard.sign:
            self._heard.set()
