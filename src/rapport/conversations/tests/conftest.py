"""Kim's conversations."""

import pytest


@pytest.fixture
def engineers(db):
    from rapport.team.models import Team

    return Team.objects.create(name="Engineering")


@pytest.fixture
def viewer(db):
    from rapport.team.models import Agent

    return Agent.objects.create_user("vera@lampwright.example", name="Vera", role="viewer")
