"""Noor says who gets what; Ada and Omar each get theirs, and what Omar leaves behind moves on."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.customers import listens, mailbox, post


@pytest.fixture(scope="module")
def desk(live_rapport):
    live_rapport.call(mailbox)
    live_rapport.call(repair_team, people=[live_rapport.people["ada"], live_rapport.people["omar"]])
    listens(live_rapport)


@pytest.fixture
def signed_in(live_rapport, open_page, sign_in):
    """Somebody at their own list of conversations, listening."""

    def somebody(who, path="/inbox/?view=mine"):
        page = open_page()
        sign_in(page, who)
        with page.expect_response(lambda answer: "/live" in answer.url):
            page.goto(f"{live_rapport.address}{path}")
        return page

    return somebody


def repair_team(people: list[int]) -> None:
    """Run inside: whoever mends lamps."""
    from rapport.team.models import Team

    Team.objects.create(name="Repairs").members.set(people)


def row(page, subject):
    return page.locator(".list-row", has_text=subject)


def test_each_gets_theirs_with_the_reason_and_what_omar_leaves_goes_to_ada(live_rapport, desk, signed_in):
    noor = signed_in("noor", "/settings/assignment/new/")
    noor.get_by_label("Name").fill("Repairs first")
    noor.get_by_label("People of").select_option(label="Repairs")
    noor.get_by_label("Every other channel").fill("2")
    noor.get_by_label("Open conversations of somebody who goes away").select_option(label="They go to others at once")
    noor.get_by_role("button", name="Save").click()
    expect(noor.get_by_role("main")).to_contain_text("Repairs first")

    ada, omar = signed_in("ada"), signed_in("omar")
    post(live_rapport, "The lamp hums", "It hums.", who="Kim Park <kim@studio.example>")
    post(live_rapport, "The lamp smells", "It smells.", who="Lee Wong <lee@harbour.example>")
    for page in (ada, omar):
        expect(row(page, "The lamp")).to_have_count(1)
    hers, his = (subject_of(page) for page in (ada, omar))
    assert {hers, his} == {"The lamp hums", "The lamp smells"}

    row(ada, hers).click()
    reason = ada.locator("#items .event", has_text="Assigned to")
    expect(reason).to_contain_text("Assigned to you by “Repairs first”, least busy")
    reason.get_by_role("button", name="Why?").click()
    looked_at = ada.get_by_role("dialog", name="Who was looked at")
    expect(looked_at).to_contain_text("chosen")
    expect(looked_at).to_contain_text("Omar Haddad")
    ada.keyboard.press("Escape")
    expect(looked_at).to_be_hidden()

    omar.goto(f"{live_rapport.address}/settings/away/")
    omar.get_by_role("button", name="Go away").click()
    expect(omar.get_by_role("main")).to_contain_text("You are away.")
    expect(row(ada, his)).to_be_visible()
    row(ada, his).click()
    expect(ada.locator("#items")).to_contain_text(re.compile("Assigned to you by.*Omar Haddad is away"))

    post(live_rapport, "The lamp sings", "It sings.", who="Mia Sol <mia@dock.example>")
    noor.goto(f"{live_rapport.address}/settings/here/")
    waiting = noor.locator("section", has=noor.get_by_role("heading", name="Waiting for somebody free"))
    expect(noor.locator(".here > .away")).to_contain_text("Omar Haddad")
    eventually(noor, waiting, "The lamp sings")
    expect(waiting).to_contain_text("everyone who is here has as much as they take")

    ada.get_by_role("button", name=re.compile("^Close")).first.click()
    # Nothing moves in a list that somebody works in: what is new waits there for a click.
    ada.get_by_role("button", name="1 new conversation").click()
    expect(row(ada, "The lamp sings")).to_be_visible()


def subject_of(page):
    return "The lamp hums" if row(page, "The lamp hums").count() else "The lamp smells"


def eventually(page, place, words):
    """This page does not listen: it is looked at again until it says so."""
    for _ in range(40):
        if words in place.inner_text():
            return
        page.wait_for_timeout(250)
        page.reload()
    raise AssertionError(f"{words!r} is not in {place.inner_text()!r}")
