"""`rapport user` and `rapport token`, as scripts call them."""

import json

import pytest
from click.testing import CliRunner

from rapport.team import actions
from rapport.team.commands import token, user
from rapport.team.models import Agent


@pytest.fixture
def run(db):
    return lambda command, *arguments, typed="": CliRunner().invoke(command, arguments, input=typed)


def test_an_account_is_made_with_a_password_from_standard_input(run):
    done = run(
        user, "create", "--email", "Ada@Lampwright.example", "--name", "Ada", "--role", "lead", "--password-stdin",
        "--json", typed="a quiet evening\n",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    made = json.loads(done.stdout)
    ada = Agent.objects.get()
    assert made == {"id": ada.id, "email": "ada@lampwright.example", "name": "Ada", "role": "lead"}
    assert ada.check_password("a quiet evening")


@pytest.mark.parametrize(
    ("email", "typed", "says"),
    [
        ("ada@lampwright.example", "short\n", "short"),
        ("ada@lampwright.example", "", "no password"),
        ("not an address", "a quiet evening\n", "valid email"),
    ],
)
def test_what_cannot_be_made_is_said_in_one_sentence(run, email, typed, says):
    done = run(user, "create", "--email", email, "--name", "Ada", "--password-stdin", typed=typed)
    assert done.exit_code != 0
    assert says in done.stderr
    assert "Traceback" not in done.output
    assert not Agent.objects.exists()


def test_an_account_is_not_made_twice(run, ada):
    done = run(user, "create", "--email", ada.email, "--name", "A", "--password-stdin", typed="a quiet evening\n")
    assert done.exit_code != 0
    assert "already" in done.stderr


def test_a_lost_password_is_replaced_on_the_server(run, ada):
    done = run(user, "password", "--email", ada.email, "--password-stdin", typed="another quiet evening\n")
    assert done.exit_code == 0
    ada.refresh_from_db()
    assert ada.check_password("another quiet evening")


def test_a_token_stands_alone_on_standard_output(run, ada):
    done = run(token, "create", "--email", ada.email, "--scope", "write")
    assert done.exit_code == 0
    assert actions.token_for(done.stdout.removesuffix("\n")) == (ada, "write")


def test_nobody_gets_a_token_for_someone_who_left(run, ada, noor):
    actions.deactivate(ada, by=noor)
    for email in (ada.email, "eve@elsewhere.example"):
        done = run(token, "create", "--email", email)
        assert done.exit_code != 0
        assert "Nobody signs in" in done.stderr
        assert done.stdout == ""
