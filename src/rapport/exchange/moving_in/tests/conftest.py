"""Desks to move in from, and moving in."""

import pytest


@pytest.fixture(autouse=True)
def _may_reach_this_machine(settings, tmp_path):
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    settings.DATA = tmp_path


def _desk(path):
    from django.utils.module_loading import import_string

    from rapport.exchange.moving_in.tests.desks.base import running

    with running(import_string(f"rapport.exchange.moving_in.tests.desks.{path}")) as desk:
        yield desk


@pytest.fixture
def zendesk():
    yield from _desk("zendesk.ZendeskDesk")


@pytest.fixture
def chatwoot():
    yield from _desk("chatwoot.ChatwootDesk")


@pytest.fixture
def zammad():
    yield from _desk("zammad.ZammadDesk")


@pytest.fixture
def freshdesk():
    yield from _desk("freshdesk.FreshdeskDesk")


@pytest.fixture
def intercom(monkeypatch):
    from rapport.exchange.moving_in.sources.intercom import Intercom

    for desk in _desk("intercom.IntercomDesk"):
        monkeypatch.setattr(Intercom, "hosts", {"us": desk.address})
        yield desk


@pytest.fixture
def hubspot(monkeypatch):
    from rapport.exchange.moving_in.sources.hubspot import HubSpot

    for desk in _desk("hubspot.HubSpotDesk"):
        monkeypatch.setattr(HubSpot, "root", desk.address)
        yield desk


@pytest.fixture
def script():
    from rapport.site.tests.conftest import Script

    return Script


@pytest.fixture
def prepared(noor, inbox):
    """Noor says where from; nothing is read yet."""
    from rapport.exchange.moving_in import starting
    from rapport.exchange.moving_in.types import Kind

    def prepared(source, desk, *, kinds=tuple(Kind), **more):
        return starting.prepare(source, desk.settings | more, kinds=kinds, inbox=inbox, by=noor)

    return prepared


@pytest.fixture
def moved(prepared, noor):
    """Noor moves in, and waits until it is over."""
    from rapport.backbone.jobs import run_pending
    from rapport.exchange.moving_in import starting

    def moved(source, desk, **said):
        move = prepared(source, desk, **said)
        starting.begin(move, by=noor)
        run_pending(strict=True)
        move.refresh_from_db()
        return move

    return moved
