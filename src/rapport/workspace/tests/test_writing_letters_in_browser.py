"""Ada writes letters as she would in any good mail program, and what she wrote is what arrives."""

import base64
import re

import pytest
from playwright.sync_api import expect

from rapport.workspace.tests import writing

SUBJECTS = ["Answer me", "Pass me on", "Later please", "Clean me", "Keep me"]
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture(scope="module")
def conversations(live_rapport):
    return dict(zip(SUBJECTS, live_rapport.call(writing.correspond, subjects=SUBJECTS), strict=True))


@pytest.fixture
def opened(live_rapport, page, sign_in, conversations):
    """Ada, or somebody else, has opened a conversation, and the editor is there."""

    def open_it(subject, who="ada"):
        if page.url == "about:blank":
            sign_in(page, who)
        with page.expect_response(lambda answer: "/live" in answer.url):
            page.goto(f"{live_rapport.address}/inbox/{conversations[subject]['number']}/?view=open")
        expect(text_of(page)).to_be_visible()
        return page

    return open_it


def text_of(page):
    return page.locator("#composer-text[contenteditable]")


def chips(page, name):
    return page.locator(f'address-field[data-name="{name}"] .chip')


def paste(place, **data):
    """What is on the clipboard, by its types; a file as (name, type, base64)."""
    place.evaluate(
        """(place, [texts, file]) => {
            const clipboard = new DataTransfer();
            for (const [type, said] of Object.entries(texts)) clipboard.setData(type, said);
            if (file) {
                const bytes = Uint8Array.from(atob(file[2]), (letter) => letter.charCodeAt(0));
                clipboard.items.add(new File([bytes], file[0], { type: file[1] }));
            }
            const pasted = { clipboardData: clipboard, bubbles: true, cancelable: true };
            place.dispatchEvent(new ClipboardEvent("paste", pasted));
        }""",
        [{name.replace("_", "/"): said for name, said in data.items() if name != "file"}, data.get("file")],
    )


def test_an_answer_to_everybody_arrives_as_it_was_written(opened, smtp_sink):
    page = opened("Answer me")
    expect(page.locator(".addressees")).to_contain_text("to Kim Park, max@studio.example, lee@studio.example")
    page.locator(".addressees").click()
    expect(chips(page, "cc")).to_have_count(2)
    page.get_by_role("button", name="Bcc", exact=True).click()
    page.keyboard.type("wor")
    page.get_by_role("option", name="Works").wait_for()
    page.keyboard.press("Enter")
    expect(chips(page, "bcc")).to_have_text(re.compile("Works"))
    cc = page.locator("#composer-cc")
    paste(cc, text_plain='"Park, Jo" <jo@studio.example>; Ann <ann@studio.example>\nnobody@studio.example')
    expect(chips(page, "cc")).to_have_count(5)
    expect(chips(page, "cc").nth(2)).to_have_text(re.compile("Park, Jo"))
    cc.press("Backspace")
    page.keyboard.press("Backspace")
    expect(chips(page, "cc")).to_have_count(4)
    page.locator("#composer-sender").select_option("sales@lampwright.example")
    page.get_by_role("button", name="Subject", exact=True).click()
    page.locator("#composer-subject").fill("Your three lamps")
    text_of(page).focus()
    page.keyboard.type("Dear Kim, **sorry** for that. See ")
    page.keyboard.press("Control+k")
    page.keyboard.type("lampwright.example/help")
    page.keyboard.press("Enter")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("1. hold it")
    page.keyboard.press("Enter")
    page.keyboard.type("wait")
    page.keyboard.press("Control+Enter")
    mail = smtp_sink.wait_for(lambda mail: mail["Subject"] == "Your three lamps")
    assert [person.addr_spec for person in mail["To"].addresses] == ["kim@studio.example"]
    copied = [person.addr_spec for person in mail["Cc"].addresses]
    assert copied == ["max@studio.example", "lee@studio.example", "jo@studio.example", "ann@studio.example"]
    assert mail["From"].addresses[0].addr_spec == "sales@lampwright.example"
    assert mail["In-Reply-To"] == "<kim0@studio.example>"
    assert "works@supplier.example" in smtp_sink.recipients[smtp_sink.received.index(mail)]
    assert "works@supplier.example" not in str(mail)
    said = mail.get_body(["plain"]).get_content().replace("\r\n", "\n")
    assert said.startswith("Dear Kim, sorry for that. See lampwright.example/help")
    assert "\n\n1. hold it\n2. wait\n\nOn " in said
    assert said.rstrip().endswith("Kim Park wrote:\n\n> Three lamps flicker.")
    html = mail.get_body(["html"]).get_content()
    assert "<strong>sorry</strong>" in html
    assert 'href="https://lampwright.example/help"' in html
    assert '<div class="gmail_quote' in html
    expect(page.locator('.message[data-direction="out"] footer')).to_have_text("Sent")


def test_a_forward_with_a_picture_survives_a_reload_and_brings_its_files(opened, smtp_sink):
    page = opened("Pass me on")
    page.locator(".message header").hover()
    page.locator('.message [data-answer="forward"]').click()
    expect(page.locator("#composer-to")).to_be_focused()
    page.keyboard.type("works@supplier.example,")
    text_of(page).focus()
    page.keyboard.type("Can you repair it?")
    paste(text_of(page), file=["lamp.png", "image/png", base64.b64encode(PIXEL).decode()])
    expect(text_of(page).locator('img[src^="/uploads/"]')).to_have_count(1)
    plan = {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"plan"}
    page.locator("input[name=upload]").set_input_files(plan)
    expect(page.locator(".composer .chip[data-word]")).to_have_count(1)
    expect(page.locator("[data-state]")).to_have_text("Draft kept", timeout=9000)
    page.evaluate("localStorage.clear()")
    page.reload()
    expect(text_of(page)).to_contain_text("Can you repair it?")
    expect(text_of(page).locator('img[src^="/uploads/"]')).to_have_count(1)
    expect(page.locator(".composer .chip[data-word]")).to_have_text(re.compile("plan.txt"))
    expect(page.locator(".addressees")).to_contain_text("to Works")
    quoted = page.frame_locator(".quoted-part iframe")
    expect(quoted.locator("body")).to_contain_text("Forwarded message")
    page.locator("#send-button").click()
    mail = smtp_sink.wait_for(lambda mail: mail["Subject"] == "Fwd: Pass me on")
    assert [person.addr_spec for person in mail["To"].addresses] == ["works@supplier.example"]
    parts = " ".join(part.get_content_subtype() for part in mail.walk())
    assert parts == "mixed alternative plain related html png plain"
    picture = next(part for part in mail.walk() if part.get_content_type() == "image/png")
    assert picture.get_payload(decode=True) == PIXEL
    html = mail.get_body(["html"]).get_content()
    assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in html
    assert "From: Kim Park &lt;kim@studio.example&gt;" in html
    shown = page.frame_locator('.message[data-direction="out"] iframe').locator("img")
    expect(shown).to_have_js_property("naturalWidth", 1)


def test_what_is_sent_later_can_be_changed_cancelled_and_hurried(opened, smtp_sink):
    page = opened("Later please")
    text_of(page).focus()
    page.keyboard.type("Good *morning*, Kim.")
    page.locator("#send-menu-button").click()
    page.get_by_role("menuitem", name=re.compile("Tomorrow morning")).click()
    footer = page.locator('.message[data-direction="out"] footer')
    expect(footer).to_contain_text("Will be sent:")
    expect(footer).to_contain_text("08:00")
    footer.get_by_role("button", name="Edit").click()
    expect(footer).to_have_count(0)
    expect(text_of(page).locator("em")).to_have_text("morning")
    expect(page.locator(".quoted-part")).to_be_visible()
    expect(chips(page, "cc")).to_have_count(2)
    page.locator("#send-menu-button").click()
    page.get_by_role("menuitem", name=re.compile("In an hour")).click()
    footer.get_by_role("button", name="Cancel").click()
    expect(footer).to_have_count(0)
    page.locator("toast-region .toast").get_by_role("button", name="Undo").click()
    expect(text_of(page)).to_contain_text("Good morning, Kim.")
    page.locator("#send-menu-button").click()
    page.get_by_role("menuitem", name=re.compile("In an hour")).click()
    footer.get_by_role("button", name="Send now").click()
    mail = smtp_sink.wait_for(lambda mail: mail["Subject"] == "Re: Later please")
    assert "<em>morning</em>" in mail.get_body(["html"]).get_content()


def test_what_is_pasted_from_elsewhere_is_cleaned_and_what_is_too_large_refused(opened):
    page = opened("Clean me")
    word = (
        "<html xmlns:o='urn:o'><style>p{color:red}</style><!--[if gte mso 9]><xml>junk</xml><![endif]-->"
        "<p class=MsoNormal style='font-size:22pt'>Hello <b>Kim</b><o:p></o:p></p>"
        "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]>"
        "<span style='mso-list:Ignore'>1.</span><![endif]>First</p>"
        "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>2.</span>Second</p>"
        "<p><span style='font-weight:700'>Bold</span><img src='file:///c:/x.png'></p>"
    )
    paste(text_of(page), text_html=word, text_plain="Hello Kim")
    said = page.evaluate("document.querySelector('reply-composer').said.html")
    assert said.replace(' data-type="decimal"', "") == (
        "<p>Hello <strong>Kim</strong></p><ol><li><p>First</p></li><li><p>Second</p></li></ol>"
        "<p><strong>Bold</strong></p>"
    )
    page.evaluate("for (const each of document.querySelector('reply-composer').start.senders) each.limit = 1048576")
    large = {"name": "film.mov", "mimeType": "video/quicktime", "buffer": b"0" * 1_048_577}
    page.locator("input[name=upload]").set_input_files(large)
    expect(page.locator(".composer-error")).to_contain_text("film.mov is larger than 1 MB.")
    expect(page.locator(".composer [data-files] .chip")).to_have_count(0)
    page.locator(".addressees").click()
    page.locator("#composer-to").fill("nonsense")
    page.locator("#send-button").click()
    expect(page.locator(".composer-error")).to_have_text("“nonsense” is not an email address.")
    page.keyboard.press("Escape")
    page.locator("#messages").focus()
    page.keyboard.press("n")
    expect(page.locator("textarea#composer-text")).to_have_value(re.compile("Hello Kim"))
    expect(page.locator(".composer-tools")).to_be_hidden()


def test_omars_signature_stands_under_his_words_and_above_the_quote(live_rapport, opened, page, smtp_sink):
    page = opened("Keep me", "omar")
    page.goto(f"{live_rapport.address}/settings/signature/")
    field = page.locator("#signature-text[contenteditable]")
    field.focus()
    page.keyboard.type("Kind regards, ")
    page.get_by_role("button", name="Your first name").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("toast-region .toast")).to_contain_text("Saved.")
    page = opened("Keep me")
    expect(text_of(page).locator(".gmail_signature")).to_have_text("Kind regards, Omar")
    text_of(page).locator("p").first.click()
    page.keyboard.type("Thank you.")
    page.locator("[data-quote-toggle]").click()
    page.get_by_role("button", name="Edit", exact=True).click()
    expect(text_of(page).locator("quoted-text")).to_contain_text("Three lamps flicker.")
    page.locator("#send-button").click()
    mail = smtp_sink.wait_for(lambda mail: mail["Subject"] == "Re: Keep me")
    said = mail.get_body(["plain"]).get_content().replace("\r\n", "\n").rstrip()
    assert said.startswith("Thank you.\n\n-- \nKind regards, Omar\n\nOn ")
    assert said.endswith("wrote:\n\n> Three lamps flicker.")
    assert said.count("Kind regards") == 1
