"""Noor makes a role that sees only its teams and gives it to Omar; the trail says who did it, and keeps it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.customers import listens, mailbox, post

BILLING = "billing@lampwright.example"


@pytest.fixture(scope="module")
def desk(live_rapport):
    live_rapport.call(mailbox)
    live_rapport.call(billing, noor=live_rapport.people["noor"], vera=live_rapport.people["vera"])
    listens(live_rapport)
    return live_rapport


def billing(noor: int, vera: int) -> None:
    """Run inside: mail to the accountants is of their team alone."""
    from rapport.channels.models import Channel
    from rapport.conversations.models import Inbox
    from rapport.team.actions import create_team
    from rapport.team.models import Agent

    team = create_team(name="Billing", members=[Agent.objects.get(pk=vera)], by=Agent.objects.get(pk=noor))
    inbox = Inbox.objects.create(name="Billing", team=team)
    Channel.objects.create(kind="email", inbox=inbox, name="Billing", address=BILLING, settings={})


def test_omar_sees_what_his_role_shows_and_the_trail_keeps_who_changed_it(desk, open_page, sign_in):
    omar, noor = open_page(), open_page()
    sign_in(omar, "omar")
    with omar.expect_response(lambda answer: "/live" in answer.url):
        omar.goto(f"{desk.address}/inbox/?view=open")
    post(desk, "The lamp hums", "It hums.")
    post(desk, "Invoice for September", "It lacks the number.", to=BILLING)
    rows = omar.locator(".list-row")
    expect(rows).to_have_count(2)
    rows.filter(has_text="Invoice").click()
    omar.wait_for_url(re.compile(r"/inbox/\d+/"))
    invoice = omar.url

    sign_in(noor, "noor")
    noor.goto(f"{desk.address}/settings/roles/")
    noor.get_by_label("Name", exact=True).fill("Repairs")
    noor.get_by_label("Those of their teams, of no team, and their own").check()
    noor.get_by_label("Answer customers and change conversations").check()
    noor.get_by_role("button", name="Make the role").click()
    expect(noor.get_by_text("Role made. Give it to people under People.")).to_be_visible()
    noor.goto(f"{desk.address}/settings/people/")
    with noor.expect_navigation():
        noor.get_by_label("Role of Omar Haddad").select_option(label="Repairs")

    omar.goto(f"{desk.address}/inbox/?view=open")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("The lamp hums")
    omar.goto(f"{desk.address}/search/?q=invoice")
    expect(omar.get_by_role("main")).to_contain_text("Nothing was found")
    assert omar.goto(invoice).status == 404
    expect(omar.get_by_role("main")).not_to_contain_text("It lacks the number.")

    noor.goto(f"{desk.address}/settings/audit/")
    noor.get_by_label("Words or number").fill("Omar")
    noor.get_by_label("Who").select_option(label="Noor Aziz")
    noor.get_by_role("button", name="Look").click()
    line = noor.locator(".audit tbody tr", has_text="Omar Haddad").first
    expect(line).to_contain_text("Noor Aziz")
    expect(line).to_contain_text("role: Team lead")
    expect(line).to_contain_text("own role: Repairs")
    with noor.expect_download() as download:
        noor.locator("a[href^='/settings/audit/file']").click()
    kept = download.value.path().read_text()
    assert "Omar Haddad" in kept
    assert "Repairs" in kept
