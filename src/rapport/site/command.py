"""The `rapport` command: a thin door to each room's own commands."""

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import click

from rapport.kit.garbage import all_stays

# A room brings its commands in `commands.py`; they are imported when asked for, after Django is set up.
COMMANDS = {
    "up": "rapport.site.commands.running:up",
    "web": "rapport.site.commands.running:web",
    "worker": "rapport.site.commands.running:worker",
    "migrate": "rapport.site.commands.running:migrate",
    "check": "rapport.site.commands.checking:check",
    "demo": "rapport.site.commands.demo:demo",
    "user": "rapport.team.commands:user",
    "token": "rapport.team.commands:token",
    "mail": "rapport.channels.commands:mail",
    "channel": "rapport.channels.playing:channel",
    "data": "rapport.site.commands.data:data",
    "move-in": "rapport.exchange.commands:move_in",
    "analyse": "rapport.site.commands.analysing:analyse",
}
# They run anywhere, with no data directory and no settings.
STAND_ALONE = {"analyse"}


class Rooms(click.Group):
    """Finds a command in its room, and says every failure in one plain sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The data directory may be named after the command too; Django must know it before the command is found."""
        for place, word in enumerate(args):
            name, equals, value = word.partition("=")
            if name == "--data" and (equals or args[place + 1 :]):
                _remember_data(Path(value if equals else args[place + 1]))
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        if cmd_name not in STAND_ALONE and not _set_up_django():
            sys.exit(2)
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=Rooms, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="RAPPORT_DATA",
    default="data",
    show_default=True,
    help="Where the database, stored files and keys live.",
    is_eager=True,
    expose_value=False,
    callback=lambda _context, _parameter, value: _remember_data(value),
)
@click.version_option(package_name="rapport", message="%(version)s")
def main() -> None:
    """Rapport: every channel in one inbox."""


def _remember_data(value: Path) -> None:
    os.environ["RAPPORT_DATA"] = str(value)


def _set_up_django() -> bool:
    import django

    from rapport.site.environment import UnknownSetting

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.site.settings")
    try:
        with all_stays():
            django.setup()
    except UnknownSetting as error:
        click.echo(str(error), err=True)
        return False
    return True


def run(arguments: list[str] | None = None, **extra: Any) -> None:
    """Run the command as a program would, for tests and `python -m rapport`."""
    main(args=arguments, **extra)
