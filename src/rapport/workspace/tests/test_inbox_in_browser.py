"""The inbox as Ada has it on her screen, while things happen."""

import json
import re
import subprocess
import sys
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.installation import ROOT


@pytest.fixture(scope="module")
def elsewhere(live_rapport):
    """Someone at another desk: one process for all tests, since starting Django takes longer than what it is asked."""
    program = "import django; django.setup(); from rapport.workspace.tests.writing import listen; listen()"
    environ = live_rapport.environ | {"DJANGO_SETTINGS_MODULE": "rapport.site.settings", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", program], env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )

    def asked(name, /, **said):
        process.stdin.write(json.dumps({"name": name, "said": said}) + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    yield asked
    process.stdin.close()
    process.wait(10)
    process.stdout.close()


@pytest.fixture
def arrive(elsewhere):
    return lambda text, **said: elsewhere("arrive", text=text, **said)


@pytest.fixture
def act(elsewhere):
    return lambda verb, conversation, by, **said: elsewhere(
        "act", verb=verb, conversation=conversation["id"], by=by, **said
    )


@pytest.fixture
def stands(elsewhere):
    return lambda conversation: elsewhere("stands", conversation=conversation["id"])


@pytest.fixture
def inbox(live_rapport, page, sign_in):
    """Ada's inbox at a view, listening."""
    sign_in(page, "ada")

    def opened(path="/inbox/?view=open"):
        with page.expect_response(lambda answer: "/live" in answer.url):
            page.goto(f"{live_rapport.address}{path}")
        return page

    return opened


def row(page, conversation):
    return page.locator(f"#row-{conversation['id']} .list-row")


def written(page):
    """Where a reply is written, once the editor is there."""
    return page.locator("#composer-text[contenteditable]")


def toast(page):
    return page.locator("toast-region .toast")


def test_a_new_conversation_appears_within_a_second_without_a_reload(inbox, arrive):
    page = inbox()
    page.evaluate("window.stillHere = true")
    page.mouse.move(1000, 400)
    begun = arrive("The lamp flickers")
    expect(row(page, begun)).to_be_visible(timeout=1500)
    assert page.evaluate("window.stillHere")


def test_nothing_moves_under_the_pointer(inbox, arrive):
    first = arrive("Already here")
    page = inbox()
    row(page, first).hover()
    before = row(page, first).bounding_box()
    second = arrive("Just came")
    button = page.locator("#new-rows")
    expect(button).to_have_text("1 new conversation")
    assert row(page, first).bounding_box() == before
    expect(row(page, second)).to_have_count(0)
    button.click()
    expect(row(page, second)).to_be_visible()
    expect(button).to_be_hidden()


def test_what_happened_while_the_line_was_cut_is_there_after_it(inbox, arrive, act):
    open_one = arrive("Cut the line")
    page = inbox(f"/inbox/{open_one['number']}/?view=open")
    page.mouse.move(1000, 400)
    page.context.set_offline(True)
    expect(page.locator("offline-banner")).to_be_visible()
    missed = arrive("Missed while away")
    arrive("Are you there?", into=open_one["id"])
    act("close", missed, "omar")
    another = arrive("Also missed")
    page.context.set_offline(False)
    expect(row(page, another)).to_be_visible(timeout=15_000)
    expect(page.locator("#items")).to_contain_text("Are you there?")
    expect(row(page, missed)).to_have_count(0)


def test_a_row_that_leaves_waits_until_nobody_points_at_it(inbox, arrive, act):
    first, second = arrive("Stays"), arrive("Leaves")
    page = inbox()
    row(page, first).hover()
    act("close", second, "omar")
    gone = page.locator(f"#row-{second['id']}[data-gone]")
    expect(gone).to_be_visible()
    page.mouse.move(1000, 400)
    expect(gone).to_have_count(0)


def test_counts_change_in_place(inbox, arrive, act):
    conversation = arrive("Count me")
    page = inbox()
    mine = page.locator('.views [data-count="mine"]')
    before = int(mine.text_content() or 0)
    act("assign", conversation, "omar", to="ada")
    expect(mine).to_have_text(str(before + 1))


def test_a_message_joins_an_open_thread_and_waits_for_who_reads_above(inbox, arrive):
    conversation = arrive("Start of a long one")
    arrive("Line {n}", into=conversation["id"], times=30)
    page = inbox(f"/inbox/{conversation['number']}/?view=open")
    expect(page.locator("#items")).to_contain_text("Line 29")
    arrive("At the bottom", into=conversation["id"])
    expect(page.locator("#items").get_by_text("At the bottom")).to_be_in_viewport()
    page.locator("#messages").evaluate("box => { box.scrollTop = -900 }")
    reading = page.locator(".message:has-text('Line 20')")
    before = reading.bounding_box()["y"]
    arrive("While reading above", into=conversation["id"])
    pill = page.locator("#new-messages")
    expect(pill).to_have_text("1 new message")
    assert abs(reading.bounding_box()["y"] - before) < 2
    pill.click()
    expect(page.locator("#items").get_by_text("While reading above")).to_be_in_viewport()
    expect(pill).to_be_hidden()


def test_an_answer_can_be_taken_back_and_then_really_leaves(inbox, arrive, stands, smtp_sink):
    conversation = arrive("Please answer")
    page = inbox(f"/inbox/{conversation['number']}/?view=open")
    text = written(page)
    text.fill("A new driver is on its way")
    page.keyboard.press("Control+Enter")
    expect(text).to_have_text("")
    sending = page.locator("undo-send")
    expect(sending).to_contain_text("Sending in")
    sending.get_by_role("button", name="Undo").click()
    expect(text).to_have_text("A new driver is on its way")
    expect(text).to_be_focused()
    expect(page.locator('.message[data-direction="out"]')).to_have_count(0)
    assert stands(conversation)["messages"] == ["Please answer"]
    page.keyboard.type(", Kim.")
    page.keyboard.press("Control+Enter")
    mail = smtp_sink.wait_for(lambda mail: "on its way, Kim." in mail.get_body(("plain",)).get_content())
    assert mail["To"].addresses[0].addr_spec == "kim@studio.example"
    expect(page.locator('.message[data-direction="out"] footer')).to_have_text("Sent", timeout=5000)
    expect(page.locator('.message[data-direction="out"]')).to_have_count(1)


def test_what_the_server_refuses_comes_back_with_the_reason(inbox, arrive):
    conversation = arrive("Refuse me")
    page = inbox(f"/inbox/{conversation['number']}/?view=open")
    page.locator(".addressees").click()
    page.locator("#composer-to").fill("nonsense@-.example")
    written(page).fill("Do not lose me")
    page.locator("#send-button").click()
    expect(page.locator(".composer-error")).to_have_text("“nonsense@-.example” is not an email address.")
    expect(page.locator("#composer-text")).to_have_text("Do not lose me")
    expect(page.locator(".message.pending")).to_have_count(0)


def test_a_file_goes_with_the_message(inbox, arrive, smtp_sink):
    conversation = arrive("Send me the log")
    page = inbox(f"/inbox/{conversation['number']}/?view=open")
    log = {"name": "日志.txt", "mimeType": "text/plain", "buffer": b"hello"}
    page.locator("input[name=upload]").set_input_files(log)
    expect(page.locator(".composer .chip[data-word]")).to_contain_text("日志.txt")
    written(page).fill("Here is the log")
    page.locator("#send-button").click()
    expect(page.locator(".message .attachments")).to_contain_text("日志.txt")
    mail = smtp_sink.wait_for(lambda mail: "Here is the log" in mail.get_body(("plain",)).get_content())
    assert [(part.get_filename(), part.get_content().strip()) for part in mail.iter_attachments()] == [
        ("日志.txt", "hello")
    ]


def test_unfinished_words_are_there_after_a_reload_and_elsewhere(inbox, arrive, stands):
    conversation = arrive("Draft with me")
    page = inbox(f"/inbox/{conversation['number']}/?view=open")
    written(page).press_sequentially("Dear Ki")
    page.reload()
    expect(written(page)).to_have_text("Dear Ki")
    page.keyboard.press("r")
    page.keyboard.type("m")
    expect(page.locator("[data-state]")).to_have_text("Draft kept", timeout=8000)
    assert stands(conversation)["drafts"] == ["Dear Kim"]


def test_ada_works_with_the_keyboard_alone(inbox, arrive, stands):
    lower, upper = arrive("Lower row"), arrive("Upper row")
    page = inbox("/inbox/?view=unassigned")
    page.keyboard.press("j")
    expect(row(page, upper)).to_be_focused()
    page.keyboard.press("j")
    expect(row(page, lower)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.locator("conversation-thread")).to_have_attribute("data-id", str(upper["id"]))
    expect(page.locator("#messages")).to_be_focused()
    assert page.url.endswith(f"/inbox/{upper['number']}/?view=unassigned")
    page.keyboard.press("n")
    expect(page.locator("textarea#composer-text")).to_be_focused()
    page.keyboard.type("e j ? only words here")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#items .note")).to_have_text("e j ? only words here")
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    page.keyboard.type("Refund")
    page.keyboard.press("Enter")
    expect(page.locator("#thread-tools")).to_contain_text("Refund")
    page.locator("#messages").focus()
    page.keyboard.press("e")
    expect(toast(page)).to_contain_text("Closed.")
    expect(row(page, upper)).to_have_count(0)
    expect(row(page, lower)).to_be_focused()
    page.keyboard.press("z")
    expect(row(page, upper)).to_be_visible()
    assert stands(upper)["status"] == "open"
    assert stands(upper)["tags"] == ["Refund"]


def test_keys_can_be_seen_and_turned_off(live_rapport, inbox, arrive):
    arrive("Keys")
    page = inbox()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/customers/")
    page.goto(f"{live_rapport.address}/inbox/?view=open")
    page.evaluate("document.querySelector('single-keys').setAttribute('data-off', '')")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_assigning_tagging_and_snoozing_by_the_mouse_and_taking_it_back(inbox, arrive, stands):
    conversation = arrive("Menus")
    page = inbox(f"/inbox/{conversation['number']}/?view=open")
    page.locator("#assign-button").click()
    page.get_by_placeholder("Search people").fill("omar")
    expect(page.locator("#assign-menu li:visible")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#assign-button")).to_have_text(re.compile("Omar Haddad"))
    # Within the eight seconds that the toast stays: asking the installation from outside takes some of them.
    expect(toast(page)).to_contain_text("Assigned to Omar Haddad.")
    toast(page).get_by_role("button", name="Undo").click()
    expect(page.locator("#assign-button")).not_to_have_text(re.compile("Omar"))
    assert stands(conversation)["assignee"] is None
    page.locator("#priority-button").click()
    page.get_by_role("menuitemradio", name="Urgent").click()
    expect(page.locator("#priority-button")).to_have_text(re.compile("Urgent"))
    page.locator("#snooze-button").click()
    page.get_by_role("menuitem", name="Tomorrow").click()
    expect(page.locator("#thread-tools")).to_contain_text("Snoozed until")
    expect(row(page, conversation)).to_have_count(0)
    toast(page).get_by_role("button", name="Undo").click()
    expect(row(page, conversation)).to_be_visible()
    assert stands(conversation)["status"] == "open"
    assert stands(conversation)["priority"] == 4
    page.locator("#actions-button").click()
    page.get_by_role("menuitem", name="Mark unread").click()
    expect(page.get_by_text("No conversation is open")).to_be_visible()
    expect(row(page, conversation)).to_have_attribute("data-unread", "")


def test_what_colleagues_do_shows_in_the_open_thread(inbox, arrive, act):
    conversation = arrive("Watch this")
    page = inbox(f"/inbox/{conversation['number']}/?view=open")
    act("tag", conversation, "omar", name="Firmware")
    expect(page.locator("#items .event")).to_have_text(re.compile("Omar Haddad added the tag Firmware"))
    expect(page.locator("#thread-tools")).to_contain_text("Firmware")
    act("close", conversation, "omar")
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()


def test_back_and_forward_leave_the_list_where_it_is(inbox, arrive):
    made = [arrive(f"Row {number} {time.monotonic()}") for number in range(2)]
    page = inbox()
    page.evaluate("document.querySelector('#rows').dataset.mark = 'same'")
    for conversation in made:
        row(page, conversation).click()
        expect(page.locator("conversation-thread")).to_have_attribute("data-id", str(conversation["id"]))
        expect(row(page, conversation)).to_have_attribute("aria-current", "true")
    page.go_back()
    expect(page.locator("conversation-thread")).to_have_attribute("data-id", str(made[0]["id"]))
    expect(row(page, made[0])).to_have_attribute("aria-current", "true")
    page.go_back()
    expect(page.get_by_text("No conversation is open")).to_be_visible()
    page.go_forward()
    expect(page.locator("conversation-thread")).to_have_attribute("data-id", str(made[0]["id"]))
    assert page.locator("#rows").get_attribute("data-mark") == "same"


def test_a_search_is_walked_by_the_arrow_keys_and_survives_a_cut_line(live_rapport, inbox, arrive):
    found = arrive("The zirconium lamp hums")
    page = inbox()
    page.goto(f"{live_rapport.address}/search/")
    page.context.set_offline(True)
    page.locator("main input[type=search]").fill("zircon from:kim")
    expect(page.locator(".search-failed")).to_be_visible()
    page.context.set_offline(False)
    page.locator("[data-again]").click()
    expect(page.locator("#found mark").first).to_have_text("zircon")
    expect(page.locator(".search-failed")).to_be_hidden()
    page.locator("main input[type=search]").press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/inbox/{found['number']}/"))


def test_on_a_phone_one_pane_at_a_time(live_rapport, open_page, sign_in, arrive):
    conversation = arrive("On the phone")
    page = open_page(width=390, height=844, has_touch=True)
    sign_in(page, "ada")
    page.goto(f"{live_rapport.address}/inbox/?view=open")
    row(page, conversation).click()
    expect(page.locator("#composer-text")).to_be_visible()
    expect(page.locator("#list")).to_be_hidden()
    page.get_by_role("link", name="Customer details").click()
    expect(page.get_by_role("heading", name="Customer")).to_be_visible()
    expect(page.locator("#composer-text")).to_be_hidden()
    page.go_back()
    expect(page.locator("#composer-text")).to_be_visible()
    page.get_by_role("link", name="Back to list").click()
    expect(row(page, conversation)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_new_conversation_is_begun_in_a_dialog(inbox, arrive, smtp_sink):
    arrive("So that there is a mailbox")
    page = inbox()
    page.get_by_role("link", name="New conversation").click()
    dialog = page.get_by_role("dialog", name="New conversation")
    dialog.get_by_label("To", exact=True).fill("lee@blue.example")
    dialog.get_by_label("Subject", exact=True).fill("Your order")
    dialog.locator("#beginning-text[contenteditable]").fill("It left today.")
    dialog.get_by_role("button", name="Send", exact=False).first.click()
    expect(page.get_by_role("heading", name="Your order")).to_be_visible()
    assert (
        smtp_sink.wait_for(lambda mail: mail["Subject"] == "Your order")["To"].addresses[0].addr_spec
        == "lee@blue.example"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_out_by_how_it_is_built(live_rapport, open_page, sign_in, arrive, act, scheme):
    conversation = arrive("Accessible to all")
    act("tag", conversation, "omar", name="Refund")
    act("assign", conversation, "omar", to="ada")
    page = open_page(color_scheme=scheme)
    sign_in(page, "ada")
    for path in (
        f"/inbox/{conversation['number']}/",
        "/inbox/?view=snoozed",
        "/search/?q=all",
        "/customers/",
        "/customers/1/",
    ):
        page.goto(f"{live_rapport.address}{path}")
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        serious = [
            (path, problem["id"], [node["target"] for node in problem["nodes"]][:3])
            for problem in found
            if problem["impact"] in ("serious", "critical")
        ]
        assert serious == []
