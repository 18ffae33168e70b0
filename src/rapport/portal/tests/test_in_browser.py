"""Kim at the portal, and a form in a frame on the company's site."""

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from rapport.portal.tests import scene

RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="module")
def there(live_rapport):
    return live_rapport.call(scene.open_portal)


@pytest.fixture
def kim(open_page):
    return open_page(width=390, height=844, color_scheme="dark")


def faults(page):
    found = Axe().run(page, options={"runOnly": RULES})
    return [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]]


def is_within(page):
    """Nothing is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_kim_signs_in_by_mail_and_reads_what_ada_answers(live_rapport, smtp_sink, there, kim):
    kim.goto(f"{live_rapport.address}/portal/")
    assert faults(kim) == []
    kim.get_by_label("Your email").fill("kim@studio.example")
    kim.get_by_role("button", name="Send me a link").click()
    expect(kim.get_by_role("heading", name="Look into your mail")).to_be_visible()
    mail = smtp_sink.wait_for(lambda each: each["Subject"] == "Your link to sign in")
    kim.goto(re.search(r"https?://\S+", mail.get_body(("plain",)).get_content())[0])
    kim.get_by_role("button", name="Sign in").click()
    expect(kim.get_by_role("heading", name="My requests")).to_be_visible()
    assert faults(kim) == []
    assert is_within(kim)

    kim.get_by_role("link", name="Flickering lamp").click()
    kim.get_by_label("Your message").fill("It flickers in the kitchen, too.")
    photo = {"name": "lamp.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8lamp"}
    kim.get_by_label("Files").set_input_files([photo])
    kim.get_by_role("button", name="Send").click()
    expect(kim.get_by_text("Sent.")).to_be_visible()
    expect(kim.locator("#said")).to_contain_text("It flickers in the kitchen, too.")
    expect(kim.get_by_role("link", name="lamp.jpg")).to_be_visible()
    assert faults(kim) == []
    assert is_within(kim)

    live_rapport.call(scene.answer, number=there["number"], text="A new driver is on its way.")
    # It leaves by mail; her page asks for news by itself.
    expect(kim.locator("#said")).to_contain_text("A new driver is on its way.", timeout=60_000)
    smtp_sink.wait_for(lambda each: "A new driver is on its way." in each.as_string())
    expect(kim.locator("#said")).to_contain_text("Ada from Lampwright")
    expect(kim.get_by_text("Answered")).to_be_visible()

    kim.get_by_role("button", name="It is solved").click()
    expect(kim.get_by_role("heading", name="Write again")).to_be_visible()
    kim.get_by_role("button", name="Sign out").click()
    expect(kim.get_by_role("heading", name="Your requests to us")).to_be_visible()


@pytest.fixture
def site(live_rapport, there):
    """A page of the company's, on another host, with the form in a frame as it is to be copied."""
    from rapport.channels.contact.framing import snippet

    url = f"{live_rapport.address}/forms/{there['form']}/"
    body = f"<!doctype html><html lang=en><title>Shop</title><main><h1>Contact</h1>{snippet(url)}</main>"

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://localhost:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def test_lee_sends_the_form_in_a_frame_that_is_as_high_as_it(site, open_page):
    page = open_page(width=390, height=844)
    page.goto(site)
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Write to Lampwright")).to_be_visible()
    page.wait_for_function("parseInt(document.querySelector('iframe').style.height) > 0")
    inner = page.frames[1]
    inner.wait_for_function("document.documentElement.scrollHeight <= innerHeight + 1")
    assert inner.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults(page) == []
    frame.get_by_label("Your name (optional)").fill("Lee")
    frame.get_by_label("Your email").fill("lee@studio.example")
    frame.get_by_label("Subject").fill("Where is it?")
    frame.get_by_label("Topic").select_option("Order")
    frame.get_by_label("Message").fill("Order 4711 has not come.")
    page.wait_for_timeout(3100)
    frame.get_by_role("button", name="Send").click()
    expect(frame.get_by_role("heading", name="Thank you")).to_be_visible()
    expect(frame.get_by_text(re.compile(r"#\d+"))).to_be_visible()
    assert faults(page) == []
