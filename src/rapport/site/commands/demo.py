"""`rapport demo`: a believable company to look around in, on this machine only."""

import os
import socket
import sys
from pathlib import Path

import click
from django.conf import settings

from rapport.kit import clock
from rapport.site.demo.scene import ALIASES, DEFAULT, NAMES, Scene, scene, scene_named

HOST = "127.0.0.1"
MAIL_PORT = 2525


class _Demo(click.Command):
    """Lists the companies beneath its options."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Scenarios"):
            formatter.write_dl([(name, scene(name).line) for name in NAMES])


@click.command(cls=_Demo)
@click.option(
    "--scenario",
    type=click.Choice((*NAMES, *ALIASES)),
    metavar="NAME",
    help=f"Which company, of those below.  [default: the one that is there already, else {DEFAULT}]",
)
@click.option("--no-serve", is_flag=True, help="Only fill the database.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="The port.")
@click.option("--data", metavar="DIRECTORY", expose_value=False, help="Where it lives; the same as before the command.")
def demo(scenario: str | None, no_serve: bool, port: int) -> None:
    """Fill an empty data directory with a demo company, then run it on this machine.

    Nothing leaves the machine: mails are written into a folder. A second start shows the same company.
    """
    from rapport.site.commands.running import prepare

    prepare()
    company = scene(scenario) if scenario else _present() or scene()
    _fill(company)
    if not no_serve:
        _serve(port, company)


def _present() -> Scene | None:
    """The demo company this directory holds."""
    from rapport.team.models import Organisation

    name = Organisation.objects.values_list("name", flat=True).first()
    return scene_named(name) if name else None


def _fill(company: Scene) -> None:
    from rapport.site.demo.filling import fill
    from rapport.team.models import Agent, Organisation

    if Organisation.objects.filter(name=company.name).exists():
        return
    if Agent.objects.exists():
        there = _present()
        whose = f"the demo company {there.name}" if there else "a company"
        raise click.ClickException(
            f"{settings.DATA} holds {whose} already. Choose an empty directory for the demo with --data."
        )
    began = clock.monotonic()
    click.echo(f"Filling the demo company {company.name} ...", err=True)
    filled = fill(scene=company)
    click.echo(
        f"{filled.customers} customers, {filled.conversations} conversations and {filled.messages} messages "
        f"in {clock.monotonic() - began:.1f} s.",
        err=True,
    )


def _serve(port: int, company: Scene) -> None:
    from rapport.site.serving import serve

    settings.DEMO = True
    here = f"http://{HOST}:{port}"
    os.environ.setdefault("RAPPORT_BASE_URL", here)
    settings.BASE_URL = os.environ["RAPPORT_BASE_URL"]
    mail_port = _keep_mail_here()
    if not serve(HOST, port, on_ready=lambda: _welcome(company, here, mail_port)):
        raise click.ClickException(f"Port {port} on {HOST} cannot be used. Choose another with --port.")


def _keep_mail_here() -> int:
    """Mail goes out into a folder and comes in here alone; the worker learns it by its environment."""
    outbox = Path(settings.DATA) / "outbox"
    outbox.mkdir(exist_ok=True)
    os.environ["EMAIL_URL"] = f"filemail:///{outbox}"  # an absolute path begins with the fourth slash
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "django.core.mail.backends.filebased.EmailBackend", str(outbox)
    mail_port = _free_port(MAIL_PORT)
    os.environ["RAPPORT_SMTP_LISTEN"] = settings.SMTP_LISTEN = f"{HOST}:{mail_port}"
    return mail_port


def _free_port(wanted: int) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    return wanted


def _welcome(company: Scene, here: str, mail_port: int) -> None:
    owner, lead, agent = (company.colleague(part).email for part in ("owner", "lead", "agent"))
    support = company.address("support")
    click.echo(
        f"""
{company.name} is open: {here}

  Sign in     {owner}
  Password    {company.password}

  Its page    {here}/demo/shop/ with the chat in its corner: open it in another browser, and talk to yourself.

  Everyone at {company.name} has this password; {lead} leads, {agent} is an agent.
  Mails are written into {Path(settings.DATA) / "outbox"}, none leaves this machine.
  Write one yourself and watch it arrive:

    python3 -c 'import smtplib; smtplib.SMTP("{HOST}", {mail_port}).sendmail(
      "you@mail.example", "{support}",
      "From: You <you@mail.example>\\nTo: {support}\\nSubject: Hello\\n\\n{company.says["page"]["ask"]}")'

  Stop it with Ctrl C.
"""
    )
    sys.stdout.flush()
