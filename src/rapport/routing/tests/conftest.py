"""Kim writes, Ada answers, and something was promised."""

import pytest


@pytest.fixture
def day(db):
    from rapport.routing.tests.scene import Day

    return Day()


@pytest.fixture
def policy(db):
    """An hour for the first answer, half of it if urgent, two for each later one, eight to solve it."""
    from rapport.kit import clock
    from rapport.routing.models import ServicePolicy
    from rapport.routing.tests.scene import moment

    with clock.frozen(moment(-600)):
        return ServicePolicy.objects.create(
            name="Everyone",
            targets={
                "first_answer": {"minutes": 60, "by_priority": {"4": 30}},
                "next_answer": {"minutes": 120},
                "resolution": {"minutes": 480},
            },
        )


@pytest.fixture
def answer(ada):
    from rapport.conversations.actions import write
    from rapport.conversations.types import Writing

    return lambda conversation, text="Try the reset button.": write(conversation, writing=Writing(text=text), by=ada)
