"""Twilio, played on this machine."""

from types import SimpleNamespace

import pytest

from rapport.channels.kinds.sms.kind import Sms
from rapport.channels.kinds.sms.tests.texting import URL
from rapport.channels.simulating import Stage


@pytest.fixture
def api(settings):
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    kind = Sms()
    simulator = kind.simulator()
    with Stage(simulator) as stage:
        simulator.push_url = URL
        yield SimpleNamespace(kind=kind, simulator=simulator, settings=simulator.settings(stage.api), stage=stage)
