"""What the pages do under Ada's hands, in a real browser, on the styleguide."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("rapport.design.tests.pages")]


@pytest.fixture
def styleguide(live_server, page):
    page.goto(f"{live_server.url}/styleguide?theme=light")
    return page


@pytest.fixture
def signed_in(live_server, client, ada, page):
    """Ada's page, signed in without the form: that is another room's to try."""
    client.force_login(ada)
    session = client.cookies["rapport_session"].value
    page.context.add_cookies([{"name": "rapport_session", "value": session, "url": live_server.url}])
    return page


def say(page, **detail):
    page.evaluate("customElements.whenDefined('toast-region').then(() => true)")
    page.evaluate("detail => window.dispatchEvent(new CustomEvent('rapport:toast', { detail }))", detail)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_serious(live_server, open_page, theme, width):
    page = open_page(width=width, color_scheme=theme, reduced_motion="reduce")
    page.goto(f"{live_server.url}/styleguide?theme={theme}")
    found = Axe().run(page).response["violations"]
    serious = [
        (violation["id"], [node["target"] for node in violation["nodes"]][:5])
        for violation in found
        if violation["impact"] in {"serious", "critical"}
    ]
    assert serious == []


def test_nothing_is_wider_than_a_phone(live_server, open_page):
    page = open_page(width=320)
    page.goto(f"{live_server.url}/styleguide")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate("document.querySelector('main').scrollWidth") <= 320


def test_icons_come_from_one_file_and_are_drawn(styleguide):
    box = styleguide.locator(".icon-list svg").first.evaluate(
        "svg => { const box = svg.querySelector('use').getBBox(); return [box.width, box.height] }"
    )
    assert min(box) > 5
    assert styleguide.locator("svg symbol").count() == 0


def test_a_menu_takes_the_arrows_and_gives_the_focus_back(styleguide):
    opener = styleguide.get_by_role("button", name="More ways to send")
    opener.press("Enter")
    first, second = (styleguide.get_by_role("menuitem", name=name) for name in ("Send and close", "Send later"))
    expect(first).to_be_focused()
    styleguide.keyboard.press("ArrowDown")
    expect(second).to_be_focused()
    styleguide.keyboard.press("ArrowDown")
    expect(first).to_be_focused()
    styleguide.keyboard.press("ArrowUp")
    expect(second).to_be_focused()
    styleguide.keyboard.press("Home")
    expect(first).to_be_focused()
    styleguide.keyboard.press("Escape")
    expect(first).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_menu_opens_beside_its_button_and_closes_with_a_choice(styleguide):
    opener = styleguide.get_by_role("button", name="More ways to send")
    opener.click()
    menu, button = styleguide.locator("#send-sample").bounding_box(), opener.bounding_box()
    assert 0 <= menu["y"] - (button["y"] + button["height"]) < 12
    assert menu["x"] <= button["x"] + button["width"] <= menu["x"] + menu["width"] + 1
    styleguide.get_by_role("menuitem", name="Send later").click()
    expect(styleguide.locator("#send-sample")).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_dialog_keeps_the_focus_and_gives_it_back(styleguide):
    opener = styleguide.get_by_role("button", name="Open a dialog")
    opener.click()
    dialog = styleguide.get_by_role("dialog", name="Delete this view?")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_toasts_come_one_at_a_time_and_leave_after_eight_seconds(live_server, page):
    page.clock.install()
    page.goto(f"{live_server.url}/styleguide")
    toasts = page.locator("toast-region > .toast")
    say(page, text="Closed.")
    say(page, text="Assigned to Omar.")
    expect(toasts).to_have_count(1)
    expect(toasts).to_have_text("Assigned to Omar.")
    page.clock.fast_forward(5_000)
    expect(toasts).to_have_count(1)
    page.clock.fast_forward(3_100)
    expect(toasts).to_have_count(0)


def test_a_toast_waits_while_it_is_pointed_at(live_server, page):
    page.clock.install()
    page.goto(f"{live_server.url}/styleguide")
    toasts = page.locator("toast-region > .toast")
    say(page, text="Closed.", undo="/undone")
    toasts.hover()
    page.clock.fast_forward(30_000)
    expect(toasts).to_have_count(1)
    page.mouse.move(700, 5)
    page.clock.fast_forward(9_000)
    expect(toasts).to_have_count(0)


def test_an_error_stays_until_ada_has_read_it(live_server, page):
    page.clock.install()
    page.goto(f"{live_server.url}/styleguide")
    say(page, text="Not sent.", kind="error")
    say(page, text="Closed.")
    page.clock.fast_forward(60_000)
    toast = page.locator("toast-region > .toast")
    expect(toast).to_have_text("Not sent.")
    expect(toast).to_have_role("alert")


def test_undo_posts_with_the_token_and_a_failure_is_said(styleguide):
    say(styleguide, text="Closed.", undo="/undone")
    with styleguide.expect_response("**/undone") as answered:
        styleguide.locator("toast-region").get_by_role("button", name="Undo").click()
    assert answered.value.status == 200
    assert answered.value.request.method == "POST"
    say(styleguide, text="Closed.", undo="/broken")
    styleguide.locator("toast-region").get_by_role("button", name="Undo").click()
    expect(styleguide.locator("toast-region > .toast.error")).to_contain_text("That did not work")


def test_the_server_can_answer_with_a_toast(styleguide):
    styleguide.evaluate("htmx.ajax('POST', '/undone', { swap: 'none' })")
    expect(styleguide.locator("toast-region > .toast")).to_contain_text("It is open again.")


def test_the_theme_is_chosen_at_once_and_remembered(live_server, signed_in):
    page = signed_in
    page.goto(f"{live_server.url}/styleguide")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Ada Lindqvist").click()
    page.get_by_role("menuitemradio", name="Dark").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_time_left_counts_down_and_changes_its_tone(live_server, page):
    page.clock.install()
    page.goto(f"{live_server.url}/styleguide")
    pill = (
        page.locator("time-left")
        .filter(has_text="37 min")
        .or_(page.locator("time-left").filter(has_text="38 min"))
        .last
    )
    pill.evaluate("element => element.id = 'watched'")
    watched = page.locator("#watched")
    page.clock.fast_forward("30:00")
    expect(watched).to_have_class("pill bad")
    page.clock.fast_forward("20:00")
    expect(watched).to_contain_text("Late by")


def test_a_form_is_sent_once_however_often_kim_clicks(live_server, page):
    page.goto(f"{live_server.url}/slow")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.evaluate("for (let i = 0; i < 3; i++) document.querySelector('#slow button').click()")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert len(sent) == 1


def test_offline_is_said_and_taken_back(styleguide):
    banner = styleguide.locator("offline-banner")
    expect(banner).to_be_hidden()
    styleguide.context.set_offline(True)
    expect(banner).to_be_visible()
    styleguide.context.set_offline(False)
    expect(banner).to_be_hidden()


def test_copying_says_so(styleguide):
    styleguide.context.grant_permissions(["clipboard-read", "clipboard-write"])
    styleguide.get_by_role("button", name="Copy LW-3382").click()
    expect(styleguide.locator("toast-region > .toast")).to_have_text("Copied")
    assert styleguide.evaluate("navigator.clipboard.readText()") == "LW-3382"


def test_on_a_phone_everything_is_behind_more(live_server, open_page):
    page = open_page(width=390, height=800)
    page.goto(f"{live_server.url}/styleguide")
    expect(page.locator(".rail")).to_be_hidden()
    page.get_by_role("button", name="More", exact=True).click()
    expect(page.get_by_role("menuitemradio", name="Dark")).to_be_visible()
