"""Ada keeps the inbox clear: offers go to Junk, and what was asked twice becomes one. Omar sees it happen."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.customers import listens, mailbox, post

OFFERS = "Bright Deals <offers@bright-deals.example>"


@pytest.fixture(scope="module")
def desk(live_rapport):
    live_rapport.call(mailbox)
    listens(live_rapport)
    return live_rapport


@pytest.fixture
def at(desk, open_page, sign_in):
    """Somebody at a list of conversations, listening."""

    def somebody(who, path="/inbox/?view=open"):
        page = open_page()
        sign_in(page, who)
        go(page, path)
        return page

    def go(page, path):
        with page.expect_response(lambda answer: "/live" in answer.url):
            page.goto(f"{desk.address}{path}")

    somebody.go = go
    return somebody


def row(page, subject):
    return page.locator(".list-row", has_text=subject)


def toast(page):
    return page.locator("toast-region")


def test_an_offer_is_junk_the_next_is_so_by_itself_and_a_mistake_comes_back(desk, at):
    ada, omar = at("ada"), at("omar")
    post(desk, "Page one, guaranteed", "Answer today.", who=OFFERS)
    expect(row(omar, "Page one")).to_be_visible()
    row(ada, "Page one").click()
    expect(ada.locator("#items")).to_contain_text("Answer today.")
    ada.locator("#thread").focus()
    ada.keyboard.press("!")
    expect(toast(ada)).to_contain_text("Marked as junk.")
    for page in (ada, omar):
        expect(row(page, "Page one")).to_have_count(0)

    at.go(ada, "/inbox/?view=junk")
    row(ada, "Page one").click()
    ada.get_by_role("button", name="More actions").last.click()
    ada.get_by_role("menuitem", name="Block offers@bright-deals.example").click()
    expect(toast(ada)).to_contain_text("offers@bright-deals.example is blocked.")
    post(desk, "Last chance", "Pay half.", who=OFFERS)
    post(desk, "The lamp hums", "It hums.")
    # Both are on their way in this order: when the second is there, the first has been set aside.
    expect(row(omar, "The lamp hums")).to_be_visible()
    expect(row(omar, "Last chance")).to_have_count(0)
    at.go(ada, "/inbox/?view=junk")
    expect(row(ada, "Last chance")).to_contain_text("Blocked")

    row(ada, "Last chance").click()
    restore = ada.locator("#closure-button", has_text="Not junk")
    restore.click()
    expect(toast(ada)).to_contain_text("This is not junk.")
    expect(row(omar, "Last chance")).to_be_visible()
    toast(ada).get_by_role("button", name="Undo").click()
    expect(row(omar, "Last chance")).to_have_count(0)
    at.go(ada, "/inbox/?view=junk")
    expect(row(ada, "Last chance")).to_be_visible()


def test_what_kim_asked_twice_becomes_one_before_omars_eyes_and_two_again(desk, at):
    post(desk, "Lamp flickers", "It flickers in the evening.")
    post(desk, "Lamp flickers again", "It flickers still.")
    ada, omar = at("ada"), at("omar")
    for page, subject in ((omar, "It flickers in the evening."), (ada, "It flickers still.")):
        row(page, subject).click()
        expect(page.locator("#items")).to_contain_text(subject)
    # Nothing leaves a list that somebody points at or works in.
    omar.locator("#thread-head").click()
    number = re.search(r"/inbox/(\d+)/", omar.url)[1]

    ada.get_by_role("link", name="Merge", exact=True).click()
    dialog = ada.get_by_role("dialog", name="Merge with another conversation")
    dialog.get_by_label(re.compile("Or the one with the number|The one with the number")).fill(number)
    dialog.get_by_role("button", name="Look").click()
    expect(dialog).to_contain_text(f"Lamp flickers again (1 message) becomes part of No. {number} Lamp flickers.")
    dialog.get_by_role("button", name="Merge", exact=True).click()
    ada.wait_for_url(f"**/inbox/{number}/**")
    expect(ada.locator("#items .message")).to_have_count(2)
    expect(omar.locator("#items")).to_contain_text("It flickers still.")
    expect(row(omar, "Lamp flickers")).to_have_count(1)

    merged = ada.locator("#items .event", has_text="You merged")
    merged.get_by_role("button", name="Undo").click()
    expect(ada.locator("#items .message")).to_have_count(1)
    expect(omar.locator("#items")).not_to_contain_text("It flickers still.")
    expect(row(omar, "Lamp flickers")).to_have_count(2)
