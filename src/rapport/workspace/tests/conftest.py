"""Who writes and answers in these tests."""

import pytest


@pytest.fixture
def viewer(db):
    from rapport.team.models import Agent

    return Agent.objects.create_user(
        "vera@lampwright.example", "correct horse battery", name="Vera Viewer", role="viewer"
    )
