"""Trying a mailbox: each step is told, and the first that fails says what to do."""

import socket

import pytest

from rapport.channels.kinds.email import servers
from rapport.channels.kinds.email.checking import check
from rapport.channels.tests.imap_server import imap_server
from rapport.channels.tests.post_office import post_office

QUIET = {"incoming": "none", "outgoing": "installation"}


def said(settings):
    return [(step.name, step.ok) for step in check(settings)], [step.remedy for step in check(settings) if not step.ok]


@pytest.fixture
def server():
    with imap_server() as running:
        yield running


def test_a_mailbox_that_works(server):
    with post_office(password="pw") as office:
        way_out = {
            "outgoing": "smtp",
            "smtp_host": "127.0.0.1",
            "smtp_port": office.port,
            "smtp_security": "plain",
            "smtp_user": "support",
            "smtp_password": "pw",
        }
        steps, remedies = said({**server.settings, **way_out})
    assert steps == [
        ("Find 127.0.0.1", True),
        ("Connect to 127.0.0.1", True),
        ("Sign in for incoming mail", True),
        ("Open the folder INBOX", True),
        ("Find 127.0.0.1", True),
        ("Connect to 127.0.0.1", True),
        ("Sign in for outgoing mail", True),
    ]
    assert remedies == []


@pytest.mark.parametrize(
    ("change", "last_step", "remedy"),
    [
        ({"imap_password": "wrong"}, "Sign in for incoming mail", "does not know this user name or password"),
        ({"imap_folder": "Archive"}, "Open the folder Archive", "no such folder"),
        ({"imap_port": 1}, "Connect to 127.0.0.1", "does not answer on port 1"),
        ({"imap_host": "imap.nowhere.invalid"}, "Find imap.nowhere.invalid", "There is no server called"),
        ({"imap_security": "tls"}, "Connect to 127.0.0.1", "Try the other security setting"),
        ({"imap_security": "starttls"}, "Connect to 127.0.0.1", "127.0.0.1"),
    ],
)
def test_a_way_in_ends_with_the_step_that_fails(server, monkeypatch, change, last_step, remedy):
    monkeypatch.setattr(servers, "TIMEOUT", 2)
    steps, remedies = said({**server.settings, **change, "outgoing": "installation"})
    way_in = [step for step in steps if step[0] != "Prepare outgoing mail"]
    assert way_in[-1] == (last_step, False)
    assert all(ok for _name, ok in way_in[:-1])
    assert remedy in remedies[0]


@pytest.mark.parametrize(
    ("host", "remedy"),
    [
        ("imap.gmail.com", "app password"),
        ("outlook.office365.com", "app password"),
        ("imap.qq.com", "authorisation code"),
        ("imap.mail.me.com", "app password"),
        ("mail.lampwright.example", "Check both"),
    ],
)
def test_a_wrong_password_is_explained_for_the_provider(host, remedy):
    from imap_tools.errors import MailboxLoginError

    refusal = MailboxLoginError(("NO", [b"[AUTHENTICATIONFAILED] Invalid credentials"]), "OK")
    assert remedy in servers.explain(refusal, host, 993)


def test_a_way_out_that_does_not_answer():
    way_out = {"outgoing": "smtp", "smtp_host": "127.0.0.1", "smtp_port": 1, "smtp_security": "plain"}
    steps, remedies = said({"incoming": "none", **way_out})
    assert steps == [("Find 127.0.0.1", True), ("Connect to 127.0.0.1", False)]
    assert "port 1" in remedies[0]


def test_a_wrong_password_on_the_way_out():
    with post_office(password="right") as office:
        way_out = {
            "outgoing": "smtp", "smtp_host": "127.0.0.1", "smtp_port": office.port, "smtp_security": "plain",
            "smtp_user": "support", "smtp_password": "wrong",
        }  # fmt: skip
        steps, remedies = said({"incoming": "none", **way_out})
    assert steps[-1] == ("Sign in for outgoing mail", False)
    assert "does not know this user name or password" in remedies[0]


def test_a_provider_without_its_key():
    steps, remedies = said({"incoming": "none", "outgoing": "provider", "provider": "mailgun"})
    assert steps == [("Prepare outgoing mail", False)]
    assert "Mailgun needs api_key" in remedies[0]


def test_mail_that_is_forwarded_here_needs_a_listener(settings):
    settings.SMTP_LISTEN = ""
    _, remedies = said({**QUIET, "incoming": "smtp"})
    assert "RAPPORT_SMTP_LISTEN" in remedies[0]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings.SMTP_LISTEN = f"127.0.0.1:{listener.getsockname()[1]}"
        steps, _ = said({**QUIET, "incoming": "smtp"})
        assert steps[0] == ("Take mail in by SMTP", True)
    _, remedies = said({**QUIET, "incoming": "smtp"})
    assert "Start the worker" in remedies[0]
