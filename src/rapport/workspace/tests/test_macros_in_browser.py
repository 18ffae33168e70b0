"""Ada puts kept words into a reply without leaving the keyboard."""

import re

import pytest
from playwright.sync_api import expect

from rapport.workspace.tests import writing


def keep() -> None:
    """Run inside the installation: two macros that everybody may use."""
    from rapport.automation.actions.macros import save_macro
    from rapport.team.models import Agent

    omar = Agent.objects.get(email="omar@lampwright.example")
    words = "<p>Hello {{ customer.first_name }},</p><p>it left us for {{ customer.company }} today.</p>"
    steps = [{"do": "tag", "value": "refund"}, {"do": "close", "value": ""}]
    save_macro(None, by=omar, name="Refund is on its way", shortcut="refund", html=words, steps=steps)
    save_macro(None, by=omar, name="Mark as odd", shortcut="odd", steps=[{"do": "tag", "value": "odd"}])


@pytest.fixture
def thread(live_rapport, page, sign_in):
    (made,) = live_rapport.call(writing.correspond, subjects=["My money"])
    live_rapport.call(keep)
    sign_in(page, "ada")
    page.goto(f"{live_rapport.address}/inbox/{made['number']}/?view=open")
    text = page.locator("#composer-text[contenteditable]")
    expect(text).to_be_visible()
    return made, text


def test_ada_types_a_slash_fills_in_what_is_missing_sends_and_takes_back_what_the_macro_did(live_rapport, page, thread):
    made, text = thread
    text.click()
    page.keyboard.type("/")
    options = page.locator(".macros [role=option]")
    expect(options).to_have_count(2)
    page.keyboard.type("odd")
    expect(options).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("“Mark as odd” did one thing.")
    expect(text).to_have_text("")

    page.keyboard.type("/ref")
    expect(page.locator("[data-preview]")).to_contain_text("add the tag refund")
    page.keyboard.press("Tab")
    expect(text.locator("code")).to_have_text("{{ customer.company }}")
    expect(page.locator("[data-pending-macros]")).to_contain_text("add the tag refund · close")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".composer-error")).to_contain_text("The customer's company")
    page.keyboard.type("Studio Park")
    expect(text).to_contain_text("it left us for Studio Park today.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_contain_text("“Refund is on its way” did 2 things.")
    # It waits while it is pointed at.
    page.locator(".toast").hover()
    assert live_rapport.call(writing.stands, conversation=made["id"])["status"] == "closed"
    expect(page.locator("[data-pending-macros]")).to_be_hidden()
    page.locator(".toast [data-undo]").click()
    expect(page.locator("#closure-button")).to_have_accessible_name(re.compile("Close"))
    now = live_rapport.call(writing.stands, conversation=made["id"])
    assert (now["status"], now["tags"]) == ("open", ["odd"])
