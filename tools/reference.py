"""Writes what the code knows best into the reference pages, between their `generated` marks: `make fix` runs it.

<!-- generated: settings -->
...
<!-- end -->
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"
BLOCK = re.compile(r"<!-- generated: (\w+) -->\n.*?<!-- end -->", re.DOTALL)
METHODS = ("get", "post", "put", "patch", "delete")


def settings() -> Iterator[str]:
    from rapport.site.environment import KNOWN

    shared = {
        "DATABASE_URL": "the database; an SQLite file in the data directory when absent",
        "EMAIL_URL": "how mail leaves when a mailbox brings no settings of its own: smtp+tls://user:password@host:587",
    }
    yield from _table(("name", "what it says"), ((f"`{name}`", text) for name, text in {**KNOWN, **shared}.items()))


def commands() -> Iterator[str]:
    from rapport.site.command import main

    context = click.Context(main, info_name="rapport")
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        if command is not None:
            yield from _command(command, click.Context(command, info_name=name, parent=context))


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from _command(inner, click.Context(inner, info_name=name, parent=context))
        return
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield from (f"## {context.command_path}", "", _prose(command.help), "", "```text", usage, "```", "")
    options = [option for option in command.params if isinstance(option, click.Option) and not option.hidden]
    if options:
        yield from _table(("option", "what it does"), ((_names(option), _about(option)) for option in options))
        yield ""


def _names(option: click.Option) -> str:
    value = "" if option.is_flag else option.make_metavar(click.Context(click.Command(""))).replace(" RANGE", "")
    return ", ".join(f"`{name}`" for name in option.opts) + (f" `{value}`" if value else "")


def _about(option: click.Option) -> str:
    said = [_prose(option.help)] if option.help else []
    if option.required:
        said.append("Required.")
    elif option.show_default and option.default is not None and not callable(option.default):
        said.append(f"Default: `{option.default}`.")
    return " ".join(said)


def events() -> Iterator[str]:
    from rapport.backbone.events import Announcement

    kinds = [kind for kind in Announcement.__subclasses__() if "tests" not in kind.__module__.split(".")]
    for room in sorted({kind.__module__.split(".")[1] for kind in kinds}):
        yield from (f"## {room.capitalize()}", "")
        ours = (kind for kind in kinds if kind.__module__.split(".")[1] == room)
        yield from _table(
            ("event", "carries", "means"), ((f"`{kind.__name__}`", _fields(kind), _doc(kind)) for kind in ours)
        )
        yield ""


def abilities() -> Iterator[str]:
    from rapport.channels.seam import kinds
    from rapport.channels.types import Abilities

    names = [field.name for field in fields(Abilities)]
    every = kinds().values()
    rows = ((f"`{name}`", *(_value(getattr(kind.abilities, name)) for kind in every)) for name in names)
    yield from _table(("ability", *(kind.name for kind in every)), rows)


def roles() -> Iterator[str]:
    from rapport.team.types import PERMISSIONS, Permission, Role

    rows = (
        (str(permission.label), *("yes" if permission in PERMISSIONS[role] else "" for role in Role))
        for permission in Permission
    )
    yield from _table(("may", *(role.value for role in Role)), rows)


def api() -> Iterator[str]:
    from rapport.site.api import api as rest

    document = rest.get_openapi_schema()
    rows = (
        (f"`{method.upper()} {path.removeprefix('/api/v1')}`", _prose(about.get("summary", "")))
        for path, operations in document["paths"].items()
        for method, about in operations.items()
        if method in METHODS
    )
    yield from _table(("endpoint", "what it does"), rows)


def science() -> Iterator[str]:
    from tools import library

    yield from library.science(_table)


PARTS: dict[str, Callable[[], Iterable[str]]] = {
    part.__name__: part for part in (settings, commands, events, abilities, roles, api, science)
}


def fresh(page: str) -> str:
    """The page with its generated parts as the code says them now."""

    def write(found: re.Match[str]) -> str:
        body = "\n".join(PARTS[found[1]]()).strip()
        return f"<!-- generated: {found[1]} -->\n\n{body}\n\n<!-- end -->"

    return BLOCK.sub(write, page)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'|'.join('---' for _ in head)}|"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def _fields(kind: type) -> str:
    return ", ".join(f"`{field.name}`" for field in fields(kind))


def _doc(kind: type) -> str:
    """The docstring somebody wrote; a dataclass's own default is its signature, which the fields say already."""
    doc = kind.__doc__ or ""
    return "" if doc.startswith(f"{kind.__name__}(") else _prose(doc)


def _value(value: Any) -> str:
    return {True: "yes", False: "no", None: "no limit"}.get(
        value, f"{value:,}" if isinstance(value, int) else str(value)
    )


def _prose(text: str | None) -> str:
    return " ".join((text or "").split())


def main() -> None:
    import os
    import tempfile

    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "rapport.site.settings"
    with tempfile.TemporaryDirectory() as data:
        os.environ["RAPPORT_DATA"] = data
        django.setup()
        for path in sorted(REFERENCE.glob("*.md")):
            page = path.read_text()
            if fresh(page) != page:
                path.write_text(fresh(page))
                print(f"wrote {path.name}", file=sys.stderr)


if __name__ == "__main__":
    main()
