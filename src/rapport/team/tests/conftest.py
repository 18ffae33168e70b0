"""Mia owns the company; Viktor may only look."""

import pytest

PASSWORD = "correct horse battery"


@pytest.fixture
def mia(db):
    return _agent("Mia Lindqvist", "mia@lampwright.example", "owner")


@pytest.fixture
def viktor(db):
    return _agent("Viktor Salo", "viktor@lampwright.example", "viewer")


@pytest.fixture(autouse=True)
def fresh_limits(db):
    """Limits on tries live in the cache, which outlasts a test's transaction on no database but must not on any."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def signed_in(client):
    """Sign in by the real form: `signed_in(ada)`."""

    def enter(agent, password=PASSWORD):
        answer = client.post("/accounts/login/", {"login": agent.email, "password": password, "remember": "on"})
        assert answer.status_code == 302, answer.content.decode()
        return client

    return enter


def _agent(name, email, role):
    from rapport.team.models import Agent

    return Agent.objects.create_user(email, PASSWORD, name=name, role=role)
