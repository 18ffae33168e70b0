"""The journeys' own promises: a real Rapport starts, keeps what it has over a restart, and lets the cast in."""

import signal

import pytest

from tests.browser import seeding


def test_nobody_has_opened_a_fresh_rapport(fresh_rapport, page):
    page.goto(fresh_rapport.address)
    assert page.url == f"{fresh_rapport.address}/welcome/"


def test_ada_signs_in(live_rapport, page, sign_in):
    sign_in(page, "ada")
    assert page.get_by_role("main").is_visible()


@pytest.mark.on_both_databases
def test_what_is_there_survives_a_power_cut(fresh_rapport):
    people = fresh_rapport.call(seeding.cast)
    fresh_rapport.stop(signal.SIGKILL)
    fresh_rapport.start()
    told = fresh_rapport.run("token", "create", "--email", "ada@lampwright.example")
    assert people["ada"]
    assert told.stdout.strip()
