"""Ada answers Kim's messages from Telegram, in a real browser, with Telegram played on this machine."""

import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from rapport.channels.kinds.telegram.simulator import TelegramSimulator
from rapport.channels.kinds.whatsapp.simulator import WhatsAppSimulator
from rapport.channels.simulating import Stage
from rapport.workspace.tests import chatting


@pytest.fixture
def telegram(live_rapport):
    with Stage(TelegramSimulator()) as stage:
        _connect(live_rapport, "telegram", stage)
        yield stage


@pytest.fixture
def whatsapp(live_rapport):
    with Stage(WhatsAppSimulator()) as stage:
        _connect(live_rapport, "whatsapp", stage)
        yield stage


def _connect(rapport, kind, stage):
    made = dict(stage.simulator.settings(stage.api))
    pushed = urlsplit(rapport.call(chatting.connect, kind=kind, settings=made, api=stage.api))
    here = urlsplit(rapport.address)
    stage.simulator.push_url = pushed._replace(scheme=here.scheme, netloc=here.netloc).geturl()


def choose(page, name):
    page.locator("reply-composer .by").click()
    page.get_by_role("menuitemradio", name=re.compile(name)).click()
    expect(page.locator("reply-composer .by")).to_contain_text(name)


def test_ada_answers_a_chat_and_goes_on_by_mail(live_rapport, telegram, open_page, sign_in):
    page = open_page()
    assert [said.status_code for said in telegram.say("Does the lamp come in green?")] == [200]
    sign_in(page, "ada")
    page.goto(f"{live_rapport.address}/inbox/?view=unassigned")
    page.get_by_text("Does the lamp come in green?").first.click()
    composer = page.locator("reply-composer")
    expect(composer.locator("form.composer")).to_be_visible()
    expect(composer.locator(".by")).to_have_count(0)
    live_rapport.call(chatting.introduce, name="Kim Park", email="kim@studio.example")
    page.reload()
    _answers_and_changes_it(page, composer, telegram.simulator)
    _is_not_stopped_by_kims_next_line(page, composer, telegram)
    _writes_a_mail_and_sees_what_a_chat_would_lose(page, composer)
    _goes_by_mail(page, composer)
    _sees_what_kim_changes(page, telegram)


def _answers_and_changes_it(page, composer, simulator):
    """Kim sees that somebody writes; what is sent gets its tick, and other words in their place."""
    box = composer.get_by_role("textbox", name="Message")
    box.fill("It does, from May.")
    expect(composer.get_by_role("button", name="Bold")).to_be_hidden()
    expect(composer.locator(".addressees")).to_be_hidden()
    box.press("Control+Enter")
    sent = page.locator(".message[data-direction=out]").last
    expect(sent.locator("footer")).to_contain_text("Sent")
    assert simulator.heard.get(timeout=20).text == "It does, from May."
    assert simulator.typing >= 1
    sent.hover()
    sent.get_by_role("button", name="Change or take back").click()
    sent.get_by_role("textbox").fill("It does, from June.")
    sent.get_by_role("button", name="Change it").click()
    expect(page.locator(".message[data-direction=out]").last).to_contain_text("edited")
    assert simulator.heard.get(timeout=20).text == "It does, from June."


def _is_not_stopped_by_kims_next_line(page, composer, telegram):
    """In a chat people write line by line: what Ada reads as it comes does not hold up what she is writing."""
    box = composer.get_by_role("textbox", name="Message")
    box.fill("Which size")
    assert [said.status_code for said in telegram.say("The large one, please.")] == [200]
    expect(page.locator(".message[data-direction=in]").last).to_contain_text("The large one, please.")
    box.press("End")
    page.keyboard.type(" would you like?")
    box.press("Control+Enter")
    assert telegram.simulator.heard.get(timeout=20).text == "Which size would you like?"
    expect(page.get_by_role("dialog")).to_have_count(0)


def _writes_a_mail_and_sees_what_a_chat_would_lose(page, composer):
    choose(page, "Email")
    expect(composer.locator(".addressees")).to_contain_text("kim")
    composer.locator(".rich-text").click()
    composer.get_by_role("button", name="Bold").click()
    page.keyboard.type("Green, and brass.")
    choose(page, "Telegram")
    expect(composer.locator("[data-lost]")).to_have_text("Lost by Telegram: formatting.")
    expect(composer.get_by_role("textbox", name="Message")).to_have_value(re.compile("Green, and brass."))
    for scheme, width in (("light", 1440), ("dark", 1440), ("light", 390), ("dark", 390)):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page, context="conversation-thread")
        assert not found.response["violations"], found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")


def _goes_by_mail(page, composer):
    choose(page, "Email")
    expect(composer.locator("[data-lost]")).to_be_hidden()
    composer.locator("#send-button").click()
    mailed = page.locator(".message[data-direction=out]").last
    expect(mailed.locator(".by-channel")).to_have_text("Email")
    expect(mailed.locator("footer")).to_contain_text("Sent")


def _sees_what_kim_changes(page, telegram):
    first = page.locator(".message[data-direction=in]", has_text="Does the lamp")
    update = telegram.simulator.updates[0]["message"]
    edited = {"edited_message": {**update, "edit_date": update["date"] + 60, "text": "Does the lamp come in blue?"}}
    assert telegram.push(telegram.simulator.tells(edited)).status_code == 200
    expect(first).to_contain_text("Does the lamp come in blue?")
    first.locator(".edited summary").click()
    expect(first.locator(".earlier-words")).to_contain_text("Does the lamp come in green?")


def test_after_a_day_ada_chooses_a_template(live_rapport, whatsapp, open_page, sign_in):
    page = open_page()
    assert [said.status_code for said in whatsapp.say("Is my order ready?")] == [200]
    live_rapport.call(chatting.a_day_passes, since="Is my order ready?")
    sign_in(page, "ada")
    page.goto(f"{live_rapport.address}/inbox/?view=unassigned")
    page.get_by_text("Is my order ready?").first.click()
    expect(page.locator("[data-session]")).to_contain_text("24 hours have passed")
    page.get_by_role("link", name="Choose a template").click()
    form = page.locator(".template-form:visible")
    expect(form.locator("[data-blank]").first).to_be_visible()
    for blank in form.locator("[data-blank]").all():
        blank.fill("Kim")
    expect(form.locator("[data-preview]")).not_to_contain_text("{{")
    said = form.locator("[data-preview]").text_content()
    form.get_by_role("button", name="Send").click()
    expect(page.locator(".message[data-direction=out]").last).to_contain_text(said)
    expect(page.locator("#choose-template")).to_be_hidden()
