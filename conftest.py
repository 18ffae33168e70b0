"""How tests run, and the cast: Ada answers, Omar leads, Noor administers, Eve is a stranger, Kim is a customer."""

import atexit
import os
import shutil
import socket
import tempfile

import pytest

# Each process has a data directory of its own, parallel workers too.
os.environ["RAPPORT_DATA"] = tempfile.mkdtemp(prefix="rapport-tests-")
atexit.register(shutil.rmtree, os.environ["RAPPORT_DATA"], ignore_errors=True)
os.environ["DJANGO_SETTINGS_MODULE"] = "rapport.site.settings"
# Tests run beside each other: threads that wait for one another busily would take the cores from the rest.
os.environ.setdefault("OMP_NUM_THREADS", "1")

pytest_plugins = ["tests.database", "tests.loopback", "tests.browser.fixtures"]


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="faults at full size, the API at every limit of its document")


def pytest_configure():
    """The settings are the product's own but for what would only make tests slow."""
    from django.conf import settings

    from tests import emptying

    # Threads and subprocesses must see the same database, which SQLite in memory cannot give them.
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(settings.DATA / "tests.sqlite3")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    emptying.install()
    # Nothing is collected here, but WhiteNoise wants to see the directory.
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session):
    # A worker asks after each test how often it was tried; small packets that wait for one another took 40 ms a time.
    asking = getattr(getattr(session.config, "failures_db", None), "sock", None)
    if asking is not None:
        asking.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # Parallel workers inherit the environment; with the settings already named they would be read before this file.
    if session.config.getoption("numprocesses", None):
        del os.environ["DJANGO_SETTINGS_MODULE"], os.environ["RAPPORT_DATA"]


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


@pytest.fixture
def write(inbox, kim):
    """Kim writes: a function that makes a conversation, or goes on in one."""
    from rapport.conversations.actions import receive
    from rapport.conversations.models import Conversation
    from rapport.conversations.types import Writing
    from rapport.kit import clock

    def written(text="The lamp flickers.", *, subject="Flickering lamp", by=None, into=None, address="", **said):
        person = by or kim
        said = {"to": ("support@lampwright.example",), "sent_at": clock.now(), **said}
        arrival = receive(
            Writing(text=text, subject=subject, **said),
            customer=person,
            inbox=inbox,
            channel="email",
            author_name=person.name,
            author_address=address or person.email,
            into=into,
        )
        return Conversation.objects.get(pk=arrival.message.conversation_id)

    return written


@pytest.fixture
def signed_in():
    """A browser of this agent's."""
    from django.test import Client

    def client(agent):
        browser = Client()
        browser.force_login(agent, backend="allauth.account.auth_backends.AuthenticationBackend")
        return browser

    return client


def _agent(name: str, email: str, role: str):
    from rapport.team.models import Agent

    return Agent.objects.create_user(email, "correct horse battery", name=name, role=role)


@pytest.fixture(autouse=True)
def _forget_the_language():
    """A page in Chinese leaves its thread in Chinese; the next test is another reader."""
    yield
    from django.utils import timezone, translation

    translation.deactivate()
    timezone.deactivate()
