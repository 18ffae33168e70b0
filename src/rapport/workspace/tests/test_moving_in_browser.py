"""Ada finds a letter in the wrong conversation, and her colleague sees it go."""

import pytest
from playwright.sync_api import expect

from rapport.workspace.tests.test_inbox_in_browser import (  # noqa: F401  # the same desk
    arrive,
    elsewhere,
    inbox,
    stands,
    toast,
)


@pytest.fixture
def astray(arrive):  # noqa: F811
    lamp = arrive("The lamp flickers")
    arrive("Where is my invoice?", into=lamp["id"])
    return lamp


def test_ada_moves_it_to_a_new_conversation_and_undoes_that(inbox, astray, stands):  # noqa: F811
    page = inbox(f"/inbox/{astray['number']}/?view=open")
    message = page.locator(".message", has_text="Where is my invoice?")
    message.locator(".about").click()
    expect(message.locator(".message-details")).to_contain_text("began this conversation")
    message.get_by_role("button", name="Move to a new conversation").click()
    expect(toast(page)).to_contain_text("Moved to No.")
    expect(message).to_have_count(0)
    expect(page.locator("#items")).to_contain_text("You moved a message to No.")
    assert stands(astray)["messages"] == ["The lamp flickers"]
    toast(page).get_by_role("button", name="Undo").click()
    expect(message).to_be_visible()
    assert stands(astray)["messages"] == ["The lamp flickers", "Where is my invoice?"]


def test_whoever_looks_on_sees_it_come_and_go(live_rapport, inbox, astray, arrive, open_page, sign_in):  # noqa: F811
    there = arrive("Older invoice", name="Lee Wong")
    omar = open_page()
    sign_in(omar, "omar")
    with omar.expect_response(lambda answer: "/live" in answer.url):
        omar.goto(f"{live_rapport.address}/inbox/{there['number']}/?view=open")
    page = inbox(f"/inbox/{astray['number']}/?view=open")
    message = page.locator(".message", has_text="Where is my invoice?")
    message.locator(".about").click()
    message.get_by_label("Move to No.").fill(str(there["number"]))
    message.get_by_role("button", name="Move", exact=True).click()
    expect(message).to_have_count(0)
    expect(omar.locator("#items")).to_contain_text("Where is my invoice?")
    expect(omar.locator("#items")).to_contain_text("moved a message here from No.")
    page.goto(f"{live_rapport.address}/inbox/{there['number']}/?view=open")
    expect(page.locator(".message")).to_have_count(2)
