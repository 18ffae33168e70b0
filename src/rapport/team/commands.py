"""`rapport user` and `rapport token`."""

import json
import sys

import click
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from rapport.team import actions, queries
from rapport.team.errors import TeamError
from rapport.team.models import Agent
from rapport.team.types import Role, TokenScope


@click.group()
def user() -> None:
    """People who work here."""


@user.command("create")
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--role", type=click.Choice(Role.values), default=Role.AGENT.value, show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
@click.option("--json", "as_json", is_flag=True, help="Print what was created as JSON.")
def create_user(email: str, name: str, role: str, password_stdin: bool, as_json: bool) -> None:
    """Create an account that signs in with a password."""
    try:
        validate_email(email.strip())
        agent = actions.create_agent(email=email, name=name, role=role, password=_password(password_stdin))
    except ValidationError as error:
        raise click.ClickException(" ".join(error.messages)) from error
    except TeamError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps({"id": agent.id, "email": agent.email, "name": agent.name, "role": agent.role}))
    else:
        click.echo(f"{agent.name} <{agent.email}> can sign in as {agent.get_role_display().lower()}.")


@user.command("password")
@click.option("--email", required=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
def change_password(email: str, password_stdin: bool) -> None:
    """Set a new password, for someone who cannot get in any more."""
    agent = _agent(email)
    try:
        actions.set_password(agent, password=_password(password_stdin))
    except ValidationError as error:
        raise click.ClickException(" ".join(error.messages)) from error
    click.echo(f"{agent.name} has a new password.")


@click.group()
def token() -> None:
    """API tokens."""


@token.command("create")
@click.option("--email", required=True, help="Whose token it is: it can do no more than they can.")
@click.option("--scope", type=click.Choice(TokenScope.values), default=TokenScope.READ.value, show_default=True)
@click.option("--name", default="", help="What it is for, to recognise it later.")
@click.option("--days", type=click.IntRange(1, 3650), default=365, show_default=True)
def create_token(email: str, scope: str, name: str, days: int) -> None:
    """Print a new API token, once."""
    click.echo(actions.create_token(_agent(email), scope=scope, name=name, days=days))


def _agent(email: str) -> Agent:
    agent = queries.agent_by_email(email)
    if agent is None or not agent.is_active:
        raise click.ClickException(f"Nobody signs in as {email} here.")
    return agent


def _password(from_stdin: bool) -> str:
    if not from_stdin:
        asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return asked
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise click.ClickException("Standard input held no password.")
    return password
