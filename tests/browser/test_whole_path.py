"""The circle that everything stands on: a mail becomes a conversation that is answered, closed and rated."""

import re

from playwright.sync_api import expect

from tests.browser.customers import listens, mailbox, post


def said(mail):
    return mail.get_body(("plain",)).get_content()


def test_a_mail_becomes_a_solved_and_rated_case(live_rapport, smtp_sink, page, open_page, sign_in):
    live_rapport.call(mailbox)
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
    page.locator("#composer-text[contenteditable]").fill("Turn the dimmer above 35%, Kim.")
    page.locator("#composer-text[contenteditable]").press("Control+Enter")
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
    live_rapport.call(mailbox)
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
