"""A number of WhatsApp whose provider is played on this machine."""

from types import SimpleNamespace

import pytest

from rapport.channels.kinds.whatsapp.kind import WhatsApp
from rapport.channels.simulating import Stage
from rapport.channels.types import Address, Outgoing

KIM = Address("Kim Park", "+16505551234")


@pytest.fixture
def api(settings):
    """Kind, simulator and settings, over real HTTP."""
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    kind = WhatsApp()
    simulator = kind.simulator()
    with Stage(simulator) as stage:
        yield SimpleNamespace(kind=kind, simulator=simulator, settings=simulator.settings(stage.api), stage=stage)


@pytest.fixture
def outgoing():
    def made(text="", *, to=KIM, parts=(), template=None):
        return Outgoing(
            sender=Address("Ada from Lampwright", "+15550783881"),
            to=[to],
            text=text,
            parts=parts,
            template=template,
        )

    return made
