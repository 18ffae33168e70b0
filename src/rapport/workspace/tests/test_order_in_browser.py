"""Ada filters her list, keeps the filter, and closes what it shows with a few keys."""

import re

from playwright.sync_api import expect

from rapport.workspace.tests.test_inbox_in_browser import (  # noqa: F401  # the same desk
    arrive,
    elsewhere,
    inbox,
    stands,
    toast,
)


def test_ada_saves_a_view_selects_its_rows_closes_them_and_undoes_that(inbox, arrive, stands):  # noqa: F811
    lamps = [arrive(f"Violet lamp number {number}") for number in range(3)]
    arrive("An invoice")
    page = inbox("/inbox/?view=open")
    page.locator("#filter-button").click()
    dialog = page.locator("#filter-dialog")
    dialog.get_by_role("button", name="Add a line").click()
    line = dialog.locator(".filter-line").last
    line.get_by_label("What").select_option(label="Words in its messages")
    line.get_by_label("Value").fill("violet")
    dialog.get_by_text("Save as a view").click()
    dialog.get_by_label("Name").fill("Violet ones")
    dialog.get_by_role("button", name="Save the view").click()
    expect(page).to_have_url(re.compile(r"view=view%3A\d+|view=view:\d+"))
    expect(page.locator("#rows > li[id]")).to_have_count(3)
    entry = page.locator("#views-nav").get_by_role("link", name="Violet ones")
    expect(entry.locator(".badge")).to_have_text("3")
    page.locator("#rows .list-row").first.focus()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(page.locator("many-bar .selected")).to_have_text("3 selected")
    page.locator("many-bar > [data-verb=close]").click()
    expect(toast(page)).to_contain_text("3 conversations changed.")
    expect(page.locator("#rows > li[id]")).to_have_count(0)
    assert {stands(lamp)["status"] for lamp in lamps} == {"closed"}
    toast(page).get_by_role("button", name="Undo").click()
    expect(page.locator("#rows > li[id]")).to_have_count(3)
    assert {stands(lamp)["status"] for lamp in lamps} == {"open"}
