"""A visitor on somebody else's site and Ada in her inbox, side by side."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from rapport.channels.tests import chat_scene
from rapport.channels.tests.site_next_door import site
from rapport.channels.visitors.tokens import user_hash


@pytest.fixture(scope="module")
def chat(live_rapport):
    return live_rapport.call(chat_scene.open_chat, mail_after=1, quick_replies=["Where is my order?"])


@pytest.fixture(scope="module")
def shop(live_rapport, chat):
    with site(live_rapport.address, chat["key"]) as address:
        yield address


@pytest.fixture
def visitor(open_page, shop):
    page = open_page()
    page.goto(shop)
    return page


@pytest.fixture
def ada(open_page, sign_in):
    page = open_page()
    sign_in(page, "ada")
    return page


def begin(page, text, *, email=""):
    page.get_by_role("button", name="Chat with us").click()
    page.get_by_role("button", name="Start a conversation").click()
    page.get_by_label("Your email").fill(email)
    page.get_by_role("button", name="Start chat").click()
    write(page, text)
    expect(page.get_by_text("Sent", exact=True)).to_be_visible()


def write(page, text):
    page.get_by_label("Write a message").fill(text)
    page.keyboard.press("Enter")


def find(ada, live_rapport, text):
    """Open the conversation in which this was written."""
    ada.goto(f"{live_rapport.address}/inbox/?view=unassigned")
    ada.locator(".list-row", has_text=text).first.click()
    expect(ada.locator("#items")).to_contain_text(text)


def answer(ada, text):
    field = ada.locator("#composer-text").first
    field.click()
    field.press_sequentially(text)
    ada.keyboard.press("Control+Enter")
    # It is there at once, and marked until the server has it: what comes in between would stop it.
    expect(ada.locator("#items .message:not(.pending) .ours", has_text=text)).to_be_visible()


def kept(page):
    return page.evaluate("() => [Object.keys(localStorage).length, document.cookie]")


def faults(page):
    found = Axe().run(page, context="#rapport-chat", options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    return [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]]


def test_wren_asks_and_ada_answers_while_both_see_each_other(live_rapport, visitor, ada):
    launcher = visitor.get_by_role("button", name="Chat with us")
    expect(launcher).to_be_visible()
    assert kept(visitor) == [0, ""], "nothing is kept before the chat is used"
    launcher.click()
    assert not faults(visitor)
    visitor.keyboard.press("Escape")
    expect(launcher).to_be_focused()

    begin(visitor, "Does the Arc work in London?", email="wren@studio.example")
    assert kept(visitor) == [1, ""]
    find(ada, live_rapport, "Does the Arc work in London?")
    expect(ada.locator("visitor-here")).to_contain_text("Now on: The shop")
    visitor.get_by_label("Write a message").press_sequentially("and a longer cab")
    expect(ada.locator("visitor-writing")).to_contain_text("and a longer cab")
    ada.locator("#composer-text").first.press_sequentially("Yes")
    expect(visitor.get_by_text("Ada is typing")).to_be_visible()
    ada.locator("#composer-text").first.press_sequentially(", choose the UK plug.")
    ada.keyboard.press("Control+Enter")
    expect(visitor.get_by_text("Yes, choose the UK plug.")).to_be_visible()
    assert not faults(visitor)

    visitor.locator("input[type=file]").set_input_files(
        [{"name": "lamp.txt", "mimeType": "text/plain", "buffer": b"hello"}]
    )
    write(visitor, "This is it.")
    expect(ada.locator("#items")).to_contain_text("lamp.txt")
    # Tab goes round inside, and comes out again by Escape.
    for _ in range(12):
        visitor.keyboard.press("Tab")
        assert visitor.evaluate("() => document.activeElement.id") == "rapport-chat"

    ada.locator("#closure-button").click()
    expect(visitor.get_by_text("How was your chat?")).to_be_visible(timeout=40_000)
    visitor.get_by_text("Very good").click()
    assert not faults(visitor)
    visitor.locator(".csat .primary").click()
    expect(visitor.get_by_text("Thank you. That helps us.")).to_be_visible()


def test_nothing_is_lost_or_doubled_when_the_line_drops(live_rapport, visitor, ada):
    begin(visitor, "Is anybody there?")
    find(ada, live_rapport, "Is anybody there?")
    visitor.context.set_offline(True)
    write(visitor, "I am on a train.")
    expect(visitor.locator(".offline")).to_be_visible()
    answer(ada, "We are here.")
    visitor.context.set_offline(False)
    expect(visitor.get_by_text("We are here.")).to_have_count(1)
    expect(ada.locator("#items .message", has_text="I am on a train.")).to_have_count(1)
    # The server goes away and comes back, and the page is loaded anew in between.
    live_rapport.stop()
    write(visitor, "A tunnel.")
    live_rapport.start()
    # Ada has the conversation before her: it may be read by the time that we look.
    arrived = visitor.locator("[data-state=sent], [data-state=read]", has_text="A tunnel.")
    expect(arrived).to_have_count(1, timeout=40_000)
    visitor.reload()
    visitor.get_by_role("button", name="Chat with us").click()
    for text in ("Is anybody there?", "I am on a train.", "We are here.", "A tunnel."):
        expect(visitor.locator(".bubble", has_text=text)).to_have_count(1)
    said = [text for _direction, _channel, text in live_rapport.call(chat_scene.messages)]
    assert [said.count(text) for text in ("I am on a train.", "We are here.", "A tunnel.")] == [1, 1, 1]


def test_who_is_signed_in_on_the_site_is_themselves_on_their_phone_too(live_rapport, open_page, shop, chat):
    user = {"id": "4711", "name": "Kim Park", "hash": user_hash("4711", chat["secret"])}
    live_rapport.call(chat_scene.speak_to_a_segment, text="Your lamps are ready.", name="Kim Park", account="4711")
    # A browser keeps for a minute how the chat looks: this one has not seen it yet.
    visitor = open_page()
    visitor.goto(shop)
    visitor.get_by_role("button", name="Chat with us").wait_for()
    visitor.wait_for_timeout(2_000)
    expect(visitor.get_by_text("Your lamps are ready.")).to_have_count(0)
    visitor.evaluate("(user) => Rapport('identify', user)", user)
    expect(visitor.get_by_role("button", name="Your lamps are ready.")).to_be_visible()
    assert kept(visitor) == [0, ""], "nothing is kept before the chat is used"
    begin(visitor, "Where is order 1042?")
    phone = open_page(width=390, height=844, locale="ar")
    phone.goto(shop)
    phone.wait_for_function("() => window.Rapport?.isHere")
    phone.evaluate("(user) => { Rapport('identify', user); Rapport('set', {consent: true}); Rapport('open'); }", user)
    expect(phone.locator(".list .item", has_text="Where is order 1042?")).to_be_visible()
    assert not faults(phone)
    assert phone.locator(".panel").bounding_box()["width"] == 390
    eve = open_page()
    eve.goto(shop)
    eve.wait_for_function("() => window.Rapport?.isHere")
    with eve.expect_response(lambda said: "/session" in said.url and said.request.method == "POST") as refused:
        eve.evaluate(
            "(user) => { Rapport('identify', user); Rapport('set', {consent: true}); }", {**user, "id": "4712"}
        )
    assert refused.value.status == 401


def test_an_answer_follows_wren_by_mail_and_hers_comes_back(live_rapport, visitor, ada, smtp_sink):
    import smtplib
    from email.message import EmailMessage

    begin(visitor, "Can you quote twelve lamps?", email="wren@studio.example")
    find(ada, live_rapport, "Can you quote twelve lamps?")
    visitor.goto("about:blank")
    expect(ada.locator("visitor-here")).to_contain_text("Not on the page any more")
    answer(ada, "€219 each, with an invoice.")
    live_rapport.call(chat_scene.leave_behind, answer="€219 each")
    mail = smtp_sink.wait_for(lambda each: "€219" in each.get_body(("plain",)).get_content())
    assert mail["To"] == "wren@studio.example"
    reply = EmailMessage()
    reply["From"], reply["To"], reply["Subject"] = "wren@studio.example", mail["Reply-To"], f"Re: {mail['Subject']}"
    reply["Message-ID"], reply["In-Reply-To"] = "<hers@studio.example>", mail["Message-ID"]
    reply.set_content("Twelve, please.")
    with smtplib.SMTP(*live_rapport.smtp) as server:
        server.send_message(reply)
    expect(ada.locator("#items")).to_contain_text("Twelve, please.")
