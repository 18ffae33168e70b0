"""A designed letter on Ada's screen: pictures wait, wide tables scroll in their box, links tell where they lead."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from tests.browser.installation import Installation

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001080600000"
    "01f15c4890000000d49444154789c63f8cfc0f01f00050001ffe1ea1a0b0000000049454e44ae426082"
)


def write_letter(html: str) -> int:
    """Run inside: a shop writes to us in HTML, read as any mail is."""
    from rapport.channels import actions
    from rapport.channels.models import Delivery
    from rapport.channels.types import Incoming

    head = b"From: Lamp Shop <news@shop.example>\nTo: support@lampwright.example\nSubject: Sale\n"
    body = head + b"Content-Type: text/html; charset=utf-8\n\n" + html.encode()
    [delivery] = actions.process_all([actions.accept(Incoming(body, "test"), kind="email")])
    return Delivery.objects.select_related("message__conversation").get(pk=delivery.pk).message.conversation.number


@pytest.fixture(scope="module")
def shop():
    """The shop's web server, and which paths it was asked for."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(PNG)

        def log_message(self, *_said):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    server.asked = asked
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def rapport(live_rapport) -> Installation:
    """One that may reach the shop, which lies on this machine."""
    live_rapport.stop()
    live_rapport.environ["RAPPORT_ALLOWED_HOSTS"] = "127.0.0.1"
    live_rapport.start()
    return live_rapport


def test_a_designed_letter_stays_within_its_place(rapport, shop, page, sign_in):
    shop.asked.clear()
    picture = f"http://127.0.0.1:{shop.server_port}"
    cells = "".join(f"<td>Wonderful lamp number {number}</td>" for number in range(30))
    number = rapport.call(
        write_letter,
        html=f'<p style="background:#fff3c4">Sale</p><img src="{picture}/banner.png" width="300" height="80">'
        f'<img src="{picture}/spy.gif" width="1" height="1"><img src="{picture}/hidden.gif" style="display:none">'
        f'<a href="https://evil.example/" title="https://bank.example">bank</a><table><tr>{cells}</tr></table>'
        f"<p>{'long' * 200}</p>",
    )
    sign_in(page, "ada")
    page.goto(f"{rapport.address}/inbox/{number}/")
    body = page.locator("message-body")
    letter = body.frame_locator("iframe")
    expect(letter.locator(".wide")).to_be_visible()
    widths = letter.locator("body").evaluate("body => [body.scrollWidth, body.clientWidth, innerWidth]")
    assert widths[0] <= widths[2]
    assert letter.locator(".wide").evaluate("box => box.scrollWidth > box.clientWidth")
    assert letter.locator("a").get_attribute("title") == "https://evil.example/"
    assert "noreferrer" in letter.locator("a").get_attribute("rel")
    assert shop.asked == []
    body.get_by_role("button", name="Show images").click()
    expect(letter.locator("img:not(.waiting)")).to_have_count(1)
    expect(letter.locator("img:not(.waiting)")).to_have_js_property("naturalWidth", 1)
    assert shop.asked == ["/banner.png"]
    expect(body.get_by_role("button")).to_have_count(0)
    heights = [
        page.locator("message-body iframe").bounding_box()["height"],
        letter.locator("body").bounding_box()["height"],
    ]
    assert abs(heights[0] - heights[1]) < 3


def test_ada_wants_the_pictures_of_this_sender_always(rapport, shop, page, sign_in):
    number = rapport.call(
        write_letter,
        html=f'<p>Again</p><img src="http://127.0.0.1:{shop.server_port}/again.png" width="300" height="80">',
    )
    sign_in(page, "ada")
    page.goto(f"{rapport.address}/inbox/{number}/")
    body = page.locator("message-body")
    with page.expect_response(lambda answer: answer.url.endswith("/pictures")):
        body.get_by_role("button", name="Always for news@shop.example").click()
    expect(body.frame_locator("iframe").locator("img:not(.waiting)")).to_have_js_property("naturalWidth", 1)
    page.reload()
    expect(body.frame_locator("iframe").locator("img:not(.waiting)")).to_have_js_property("naturalWidth", 1)
    body.get_by_role("button", name="Stop showing images of news@shop.example").click()
    expect(body.frame_locator("iframe").locator("img.waiting")).to_have_count(1)
