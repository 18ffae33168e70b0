"""Scripts that call the API over HTTP, each with a token of its own."""

import contextlib
import json

import pytest
from django.test import Client

from rapport.site.tests import running


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
