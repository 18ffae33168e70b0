"""Twilio, played on this machine, with a caller."""

from types import SimpleNamespace

import pytest

from rapport.channels.kinds.voice.kind import Voice
from rapport.channels.simulating import Stage

URL = "https://desk.example/in/voice/abc/"


@pytest.fixture
def api(settings):
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    kind = Voice()
    simulator = kind.simulator()
    with Stage(simulator) as stage:
        simulator.push_url = URL
        simulator.says("ring")
        yield SimpleNamespace(kind=kind, simulator=simulator, settings=dict(simulator.settings(stage.api)), stage=stage)
