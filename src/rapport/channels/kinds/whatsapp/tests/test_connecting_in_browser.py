"""Noor connects a number of WhatsApp, and Kim's first message is in the inbox; in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from rapport.channels.kinds.whatsapp.simulator import WhatsAppSimulator
from rapport.channels.simulating import Stage


@pytest.fixture
def stage(live_rapport):
    """WhatsApp on this machine, which the installation may reach."""
    live_rapport.stop()
    live_rapport.environ["RAPPORT_ALLOWED_HOSTS"] = "127.0.0.1"
    live_rapport.start()
    with Stage(WhatsAppSimulator()) as stage:
        yield stage


def test_noor_connects_a_number_and_kim_writes(live_rapport, stage, page, sign_in):
    made = stage.simulator.settings(stage.api)
    sign_in(page, "noor")
    page.goto(f"{live_rapport.address}/settings/channels/")
    page.get_by_role("link", name=re.compile("WhatsApp")).first.click()
    page.get_by_label("Phone number", exact=True).fill("+1 555 078 3881")
    page.get_by_label("Phone number ID").fill(made["phone_number_id"])
    page.get_by_label("WhatsApp Business account ID").fill(made["waba_id"])
    page.get_by_label("Access token").fill("an old one")
    page.get_by_label("App secret").fill(made["app_secret"])
    page.get_by_text("More settings").click()
    page.get_by_label("Address of the API").fill(made["api"])
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("WhatsApp no longer takes the access token.")).to_be_visible()
    page.get_by_label("Access token").fill(made["token"])
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("Everything works.")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("WhatsApp")
    page.get_by_role("button", name="Connect", exact=True).click()
    # The guide on the form says the words too: the page that follows has the address.
    expect(page.get_by_role("heading", name="WhatsApp is connected")).to_be_visible()
    expect(page.get_by_text("Callback URL").first).to_be_visible()

    page.goto(f"{live_rapport.address}/settings/channels/")
    page.get_by_role("link", name="WhatsApp", exact=True).click()
    page.get_by_role("button", name="Test now").click()
    expect(page.get_by_text("WhatsApp now pushes to")).to_be_visible()
    stage.simulator.push_url = stage.simulator.webhook
    assert [said.status_code for said in stage.say("Does it come in green?")] == [200]
    page.goto(f"{live_rapport.address}/inbox/?view=unassigned")
    expect(page.get_by_text("Does it come in green?").first).to_be_visible()
    page.get_by_text("Does it come in green?").first.click()
    expect(page.get_by_text("Kim Park").first).to_be_visible()
