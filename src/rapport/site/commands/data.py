"""`rapport data`: tables in and out."""

import click

from rapport.site.commands.exporting import export


@click.group()
def data() -> None:
    """Take tables out."""


data.add_command(export)
