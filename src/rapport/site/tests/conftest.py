"""Scripts that call the API over HTTP, each with a token of its own."""

import contextlib
import json

import pytest
from django.test import Client

from rapport.site.tests import running


def pytest_ignore_collect(collection_path, config):
    """Making up thousands of requests takes most of a minute before the first is sent."""
    if collection_path.name == "test_api_schema_in_full.py" and not config.getoption("--full"):
        return True
    return None


class Script:
    """A program with an API token."""

    def __init__(self, agent, scope="write"):
        from rapport.team import actions as team

        self.agent = agent
        self.token = team.create_token(agent, scope=scope)
        self.http = Client(raise_request_exception=False)

    def get(self, path, **query):
        return self.http.get(f"/api/v1{path}", query, headers=self._headers())

    def send(self, method, path, body=None, *, key=None, **headers):
        data = "" if body is None else json.dumps(body)
        extra = {"Idempotency-Key": key} if key else {}
        return self.http.generic(
            method,
            f"/api/v1{path}",
            data,
            content_type="application/json",
            headers={**self._headers(), **extra, **headers},
        )

    def post(self, path, body=None, **more):
        return self.send("POST", path, body, **more)

    def patch(self, path, body, **more):
        return self.send("PATCH", path, body, **more)

    def put(self, path, body, **more):
        return self.send("PUT", path, body, **more)

    def delete(self, path, **more):
        return self.send("DELETE", path, **more)

    def _headers(self):
        return {"Authorization": f"Bearer {self.token}"}


@pytest.fixture
def script():
    """Make a script for somebody: `script(ada)`, `script(ada, "read")`."""
    return Script


@pytest.fixture
def mailbox(inbox):
    """Support, with a mailbox whose mails leave through the test's own outbox."""
    from rapport.channels.models import Channel

    return Channel.objects.create(
        kind="email",
        inbox=inbox,
        name="Support",
        address="support@lampwright.example",
        settings={"address": "support@lampwright.example", "incoming": "none", "outgoing": "installation"},
    )


@pytest.fixture
def write_in(inbox):
    """Kim, or whoever is named, writes: `write_in(kim, "The lamp flickers")`."""
    from rapport.conversations.actions import receive
    from rapport.conversations.types import Writing

    def write(customer, text, subject="Flicker", into=None, where=None):
        return receive(
            Writing(text=text, subject=subject),
            customer=customer,
            inbox=where or inbox,
            channel="email",
            author_name=customer.name,
            author_address=customer.email,
            into=into,
        ).message

    return write


@pytest.fixture
def token(noor, kim, mailbox, write_in, script, monkeypatch):
    """One of everything, and a token that may do everything with it."""
    from django.core.signals import request_finished, request_started
    from django.db import close_old_connections

    from rapport.backbone import files
    from rapport.channels.models import Delivery
    from rapport.conversations.models import Attachment
    from rapport.customers.actions import add_company
    from rapport.kit.limiting import Limiter

    monkeypatch.setattr("rapport.site.api._limit", Limiter(burst=10**9, a_second=10**9))
    message = write_in(kim, "The lamp flickers. 灯在闪。")
    write_in(kim, "Still flickering", into=message.conversation)
    Delivery.objects.create(kind="email", body=b"From: x\r\n\r\nHi", sha256="0", message=message, state="done")
    stored = files.keep(b"hello")
    Attachment.objects.create(message=message, file=stored, name="a.txt", content_type="text/plain", size=5)
    add_company(name="Studio", domain="studio.example", by=noor)
    # As in Django's own test client: a request does not end the test's transaction.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield script(noor, "admin").token
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """`with prepared(directory) as made:` an installation with its tables and static files, copied in a moment."""
    with running.installation(tmp_path_factory.mktemp("prepared")) as template:
        template.run("migrate")

        @contextlib.contextmanager
        def copy(directory):
            with running.installation(directory, template=running.database_name(template)) as made:
                made.copy_from(template.data)
                yield made

        yield copy
