"""The circle that everything stands on: a mail becomes a conversation that is answered, closed and rated."""

import re
import smtplib
import socket
import time
from email.message import EmailMessage

from playwright.sync_api import expect

from rapport.workspace.tests import writing

HELP = "support@lampwright.example"


def post(rapport, subject, text, *, answering=None):
    """Kim's own mail program: a real SMTP conversation."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Kim Park <kim@studio.example>", HELP, subject
    mail["Message-ID"] = f"<{time.time_ns()}@studio.example>"
    if answering is not None:
        mail["In-Reply-To"] = answering["Message-ID"]
        mail["References"] = f"{answering['References']} {answering['Message-ID']}"
    mail.set_content(text)
    with smtplib.SMTP(*rapport.smtp, timeout=10) as server:
        server.send_message(mail)
    return mail


def said(mail):
    return mail.get_body(("plain",)).get_content()


def listens(rapport, seconds=30):
    """Wait until the worker takes mail: it opens its door a moment after the pages are there."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(rapport.smtp, timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < deadline, rapport.said()
            time.sleep(0.1)


def test_a_mail_becomes_a_solved_and_rated_case(live_rapport, smtp_sink, page, open_page, sign_in):
    live_rapport.call(writing.mailbox)
    listens(live_rapport)
    sign_in(page, "ada")
    with page.expect_response(lambda answer: "/live" in answer.url):
        page.goto(f"{live_rapport.address}/inbox/?view=open")
    page.mouse.move(1000, 400)

    asked = post(live_rapport, "The lamp hums", "It hums in the evening.\n\nKim")
    row = page.locator(".list-row", has_text="The lamp hums")
    expect(row).to_be_visible(timeout=5_000)
    row.click()
    expect(page.locator("#items")).to_contain_text("It hums in the evening.")
    page.locator("#composer-text").fill("Turn the dimmer above 35%, Kim.")
    page.locator("#composer-text").press("Control+Enter")
    expect(page.locator("#items")).to_contain_text("Turn the dimmer above 35%")

    answer = smtp_sink.wait_for(lambda mail: "dimmer" in said(mail))
    assert answer["To"] == "Kim Park <kim@studio.example>"
    assert answer["In-Reply-To"] == asked["Message-ID"]
    assert asked["Message-ID"] in answer["References"]
    assert answer["Subject"] == "Re: The lamp hums"
    expect(page.locator("#items")).to_contain_text("Sent", timeout=5_000)

    post(live_rapport, "Re: The lamp hums", "That helped.", answering=answer)
    expect(page.locator("#items")).to_contain_text("That helped.", timeout=20_000)
    assert page.locator("#items article.message").count() == 3

    page.get_by_role("button", name=re.compile("^Close")).first.click()
    expect(page.locator("toast-region")).to_contain_text("Closed.")
    invitation = smtp_sink.wait_for(lambda mail: "/rate/" in said(mail), seconds=60)
    link = re.search(r"http://\S+/rate/[\w-]+/", said(invitation))[0]
    kims = open_page(width=390, height=844)
    kims.goto(f"{link}5/")
    expect(kims.get_by_role("heading", level=1)).to_be_visible()
    kims.locator("textarea").fill("Quick and kind.")
    kims.locator("form:has(textarea) button[type=submit]").click()
    expect(kims.get_by_text("Your rating and your comment are kept.")).to_be_visible()

    page.goto(f"{live_rapport.address}/inbox/?view=closed")
    page.locator(".list-row", has_text="The lamp hums").click()
    expect(page.locator("#items")).to_contain_text("5 of 5")
    page.goto(f"{live_rapport.address}/feedback/")
    expect(page.get_by_text("Quick and kind.")).to_be_visible()


def test_mails_that_come_while_the_line_is_cut_are_all_there_after_it(live_rapport, page, sign_in):
    live_rapport.call(writing.mailbox)
    listens(live_rapport)
    sign_in(page, "ada")
    with page.expect_response(lambda answer: "/live" in answer.url):
        page.goto(f"{live_rapport.address}/inbox/?view=open")
    page.mouse.move(1000, 400)
    page.context.set_offline(True)
    for number in range(4):
        post(live_rapport, f"While you were away {number}", "Hello?")
    page.context.set_offline(False)
    for number in range(4):
        expect(page.locator(".list-row", has_text=f"While you were away {number}")).to_be_visible(timeout=15_000)
