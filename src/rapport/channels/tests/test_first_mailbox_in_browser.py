"""From an empty installation to the first mailbox and the first mail, in a real browser."""

import contextlib
import re
import smtplib
import socket
import time

from playwright.sync_api import expect

MAIL = """From: Kim Park <kim@studio.example>
To: support@lampwright.example
Subject: The lamp hums
Message-ID: <first@studio.example>

It hums in the evening.
"""


def listens(address, seconds=30):
    """The worker starts to listen a moment after the pages are there."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(address, timeout=1):
            return
        time.sleep(0.1)
    raise AssertionError("nothing listens for mail")


def test_mia_sets_up_rapport_and_gets_her_first_mail(fresh_rapport, smtp_sink, page):
    page.goto(fresh_rapport.address)
    expect(page.get_by_role("heading", name="Welcome to Rapport")).to_be_visible()
    page.get_by_label("Company").fill("Lampwright")
    page.get_by_label("Your name").fill("Mia Lindqvist")
    page.get_by_label("Email").fill("mia@lampwright.example")
    page.get_by_label("Password").fill("lamps at the window")
    page.get_by_role("button", name="Create the owner account").click()

    expect(page.get_by_role("heading", name="Connect your first mailbox")).to_be_visible()
    page.get_by_label("Address").fill("support@gmail.com")
    page.get_by_label("Address").blur()
    expect(page.get_by_label("IMAP server")).to_have_value("imap.gmail.com")
    expect(page.get_by_text("Gmail needs an app password")).to_be_visible()

    page.get_by_label("Address").fill("support@lampwright.example")
    page.get_by_label("Incoming mail", exact=True).select_option("smtp")
    expect(page.get_by_label("IMAP server")).to_be_hidden()
    page.get_by_label("SMTP server").fill("127.0.0.1")
    page.get_by_label("SMTP port").fill("1")
    page.get_by_label("SMTP security").select_option("plain")
    page.get_by_label("SMTP user name").fill("")
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("Something does not work yet.")).to_be_visible()
    expect(page.get_by_text("127.0.0.1 does not answer on port 1.")).to_be_visible()

    listens(fresh_rapport.smtp)
    page.get_by_label("SMTP port").fill(str(smtp_sink.port))
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("Everything works.")).to_be_visible()
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_role("heading", name="Support is connected")).to_be_visible()

    page.get_by_role("link", name="Open the inbox").click()
    with smtplib.SMTP(*fresh_rapport.smtp, timeout=10) as server:
        server.sendmail("kim@studio.example", ["support@lampwright.example"], MAIL.replace("\n", "\r\n"))
    expect(page.get_by_text("The lamp hums").first).to_be_visible(timeout=20_000)
    page.goto(f"{fresh_rapport.address}/settings/deliveries/")
    expect(page.get_by_text("New conversation")).to_be_visible()


def test_a_mistake_loses_nothing_that_was_typed(live_rapport, page, sign_in):
    sign_in(page, "noor")
    page.goto(f"{live_rapport.address}/settings/channels/new/email/")
    page.get_by_label("Address").fill("support@lampwright.example")
    page.get_by_label("IMAP password").fill("hunter2")
    expect(page.get_by_label("SMTP server")).to_have_value("smtp.lampwright.example")
    page.get_by_label("SMTP server").fill("")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.locator(".error").first).to_be_visible()
    expect(page.get_by_label("IMAP password")).to_have_value("hunter2")
    expect(page.get_by_label("SMTP server")).to_have_attribute("aria-invalid", "true")


def test_a_guess_that_comes_late_does_not_land_where_noor_is_about_to_write(live_rapport, page, sign_in):
    sign_in(page, "noor")
    page.goto(f"{live_rapport.address}/settings/channels/new/email/")
    asked, guess = [], re.compile("suggest")
    page.route(guess, lambda route: asked.append(route))
    with page.expect_request(guess):
        page.get_by_label("Address").fill("support@lampwright.example")
        page.get_by_label("Address").blur()
    server = page.get_by_label("IMAP server")
    server.focus()
    with page.expect_response(guess):
        asked[0].continue_()
    expect(page.get_by_label("SMTP server")).to_have_value("smtp.lampwright.example")
    server.press_sequentially("127.0.0.1")
    expect(server).to_have_value("127.0.0.1")
