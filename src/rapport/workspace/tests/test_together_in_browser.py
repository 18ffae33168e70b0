"""Ada and Omar in one conversation, side by side."""

from playwright.sync_api import expect

from rapport.workspace.tests import writing


def test_two_people_see_each_other_and_only_one_answers(live_rapport, open_page, sign_in):
    lamp = live_rapport.call(writing.arrive, text="The lamp flickers")
    ada, omar = open_page(), open_page()
    for page, who in ((ada, "ada"), (omar, "omar")):
        sign_in(page, who)
        with page.expect_response(lambda answer: "/live" in answer.url):
            page.goto(f"{live_rapport.address}/inbox/{lamp['number']}/?view=open")

    expect(ada.locator("#thread-head people-here .avatar")).to_have_attribute("title", "Omar Haddad is looking")
    expect(omar.locator(f"#row-{lamp['id']} people-here .avatar")).to_have_attribute(
        "title", "Ada Lindqvist is looking"
    )

    text = omar.locator("#composer-text[contenteditable]")
    ada.locator("#composer-text[contenteditable]").press_sequentially("Hold the button for ten seconds.")
    expect(omar.locator("writing-now")).to_contain_text("Ada Lindqvist is writing", timeout=1500)
    text.press_sequentially("We send a new one.")
    expect(ada.locator("writing-now")).to_contain_text("Omar Haddad is writing", timeout=1500)
    text.press("Control+Enter")
    expect(omar.locator("#items .message[id] .ours")).to_have_count(1)
    expect(ada.locator("#items .message .ours")).to_have_count(1)

    ada.keyboard.press("Control+Enter")
    stopped = ada.get_by_role("dialog", name="A message came while you wrote")
    expect(stopped).to_contain_text("We send a new one.")
    stopped.get_by_role("button", name="Look again").click()
    expect(ada.locator("#composer-text")).to_have_text("Hold the button for ten seconds.")
    expect(ada.locator("#items .message .ours")).to_have_count(1)
    ada.keyboard.press("Control+Enter")
    expect(ada.locator("#items .message[id] .ours")).to_have_count(2)

    omar.goto(f"{live_rapport.address}/customers/")
    expect(ada.locator("people-here .avatar")).to_have_count(0, timeout=2000)
