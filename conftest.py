"""The cast: Ada answers, Omar leads, Noor administers, Eve is a stranger, Kim is a customer."""

import os
import tempfile

import pytest

os.environ["RAPPORT_DATA"] = tempfile.mkdtemp(prefix="rapport-tests-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.site.settings")


@pytest.fixture
def omar(db):
    return _agent("Omar Haddad", "omar@lampwright.example", "lead")


@pytest.fixture
def ada(db):
    return _agent("Ada Lindqvist", "ada@lampwright.example", "agent")


@pytest.fixture
def noor(db):
    return _agent("Noor Aziz", "noor@lampwright.example", "admin")


@pytest.fixture
def inbox(db):
    from rapport.conversations.models import Inbox

    return Inbox.objects.create(name="Support")


@pytest.fixture
def kim(db):
    from rapport.customers.actions import meet
    from rapport.customers.models import IdentityKind

    return meet(kind=IdentityKind.EMAIL, value="kim@studio.example", name="Kim Park", verified=True)


def _agent(name: str, email: str, role: str):
    from rapport.team.models import Agent

    return Agent.objects.create_user(email, "correct horse battery", name=name, role=role)
