"""Kim rings, Ada sees it while it lasts and rings her back; in a real browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from rapport.channels.kinds.voice.simulator import PERSON, VoiceSimulator
from rapport.channels.kinds.voice.tests import calls_scene
from rapport.channels.simulating import Stage


@pytest.fixture
def stage(live_rapport):
    """Twilio on this machine, which the installation may reach."""
    live_rapport.stop()
    live_rapport.environ["RAPPORT_ALLOWED_HOSTS"] = "127.0.0.1"
    live_rapport.start()
    with Stage(VoiceSimulator()) as stage:
        made = dict(stage.simulator.settings(stage.api))
        stage.simulator.push_url = live_rapport.call(calls_scene.open_phone, **made)
        yield stage


def test_ada_sees_who_rings_and_rings_back(live_rapport, stage, page, sign_in):
    sign_in(page, "ada")
    page.goto(f"{live_rapport.address}/inbox/?view=unassigned")
    box = page.get_by_role("region", name="Calls going on")
    expect(box).to_be_hidden()
    assert {said.status_code for said in stage.say("ring")} == {200}
    expect(box.get_by_text(PERSON)).to_be_visible()
    expect(box.get_by_text("Rings")).to_be_visible()
    found = Axe().run(page, context="#calls-going-on").response["violations"]
    assert not found, [each["id"] for each in found]
    stage.say("press 1, nobody, press 1")
    expect(box).to_be_hidden()
    expect(page.locator(".list-row", has_text=PERSON).first).to_be_visible()
    page.locator(".list-row", has_text=PERSON).first.click()
    expect(page.locator("#items").get_by_text("They would like to be rung back.").first).to_be_visible()
    stage.simulator.agent_does = "no-answer"
    page.get_by_role("button", name=f"Ring {PERSON}").click()
    expect(page.get_by_text("Your phone rings now.")).to_be_visible()
    expect(page.get_by_text("The agent's phone was not answered.").first).to_be_visible()
