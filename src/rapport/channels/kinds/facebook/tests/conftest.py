"""A Page whose provider is played on this machine."""

from types import SimpleNamespace

import pytest

from rapport.channels.kinds.facebook.kind import Facebook
from rapport.channels.kinds.facebook.simulator import FacebookSimulator
from rapport.channels.simulating import Stage
from rapport.channels.types import Address, Outgoing

KIM_ID = "6238401096248111"


@pytest.fixture(params=[False], ids=["messenger"])
def api(request, settings):
    """Kind, simulator, settings and Kim's address, over real HTTP; with `on_both` in Instagram as well."""
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    simulator = FacebookSimulator(on_instagram=request.param)
    with Stage(simulator) as stage:
        yield SimpleNamespace(
            kind=Facebook(),
            simulator=simulator,
            settings=simulator.settings(stage.api),
            stage=stage,
            kim=Address("Kim Park", f"ig:{KIM_ID}" if request.param else KIM_ID),
            prefix="ig:" if request.param else "fb:",
        )


@pytest.fixture
def outgoing(api):
    def made(text="", *, to=None, parts=(), last_heard_at=None, is_automatic=False):
        return Outgoing(
            sender=Address("Ada from Lampwright", "lampwright"),
            to=[to or api.kim],
            text=text,
            parts=parts,
            is_automatic=is_automatic,
            last_heard_at=last_heard_at,
        )

    return made
