"""Every page on which a team sets up its inbox, for whoever has no mouse or does not see well."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from rapport.site.tests import showing

PAGES = (
    "settings/assignment/", "settings/assignment/1/", "settings/skills/1/", "settings/here/",
    "settings/roles/", "settings/roles/1/", "settings/people/",
    "inbox/?view=junk", "inbox/?view=view:1", "settings/blocked-senders/",
    "settings/promises/", "settings/promises/1/", "promises/", "promises/list/",
    "settings/rules/", "settings/rules/1/", "settings/rules/1/log/", "settings/macros/", "settings/macros/1/",
    "settings/webhooks/", "settings/webhooks/1/", "settings/audit/",
    "settings/tags/", "settings/tags/1/", "settings/fields/", "settings/fields/conversations/1/",
)  # fmt: skip
# What Tab has to reach: of radio buttons with one name the browser stops at one.
REACHABLE = """() => [...document.querySelectorAll(
  'main :is(a[href], button, input, select, textarea, summary, [tabindex="0"], [contenteditable="true"])'
)].filter(each => each.checkVisibility({visibilityProperty: true}) && !each.disabled && each.type !== 'hidden'
  && each.tabIndex >= 0 && each.getClientRects().length && (each.type !== 'radio' || each.checked)
).map((each, place) => { each.dataset.place = place; return each.outerHTML.slice(0, 160); })"""
FOCUSED = """() => {
  const here = document.activeElement, around = [here, here.parentElement, here.closest('.composer')];
  const shown = around.some(each => {
    const looks = each && getComputedStyle(each);
    return looks && looks.outlineStyle !== 'none' && parseFloat(looks.outlineWidth) > 0;
  });
  return [here.dataset.place ?? null, shown, here.outerHTML.slice(0, 160)];
}"""
OPENERS = "main :is([popovertarget], [data-dialog]):visible:enabled"
OPEN = "[popover]:popover-open, dialog[open]"


@pytest.fixture(scope="module")
def settings(live_rapport, browser):
    """Olga's one page for all tests: signing in costs more than looking."""
    live_rapport.call(showing.one_of_everything, people=live_rapport.people)
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def opened(settings, live_rapport, sign_in):
    def at(path):
        if settings.url == "about:blank":
            sign_in(settings, "olga")
        settings.emulate_media(color_scheme="light")
        settings.set_viewport_size({"width": 1440, "height": 900})
        settings.goto(f"{live_rapport.address}/{path}")
        return settings

    return at


@pytest.mark.parametrize("path", PAGES)
def test_nobody_is_kept_out(opened, path):
    page = opened(path)
    page.wait_for_load_state("networkidle")
    assert not serious(page), "in light"
    missed, unseen = walked_by_tab(page)
    assert not missed, "Tab never comes to this"
    assert not unseen, "nobody sees that this has the focus"
    assert not left_open_by_escape(page), "Escape does not close what this opens, or the focus is lost"
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    assert not serious(page), "in dark, on a phone"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "it is cut off on a phone"


def walked_by_tab(page):
    """What the Tab key does not come to, and what does not show that it came there."""
    page.locator("main").evaluate("main => { main.tabIndex = -1; main.focus(); }")
    wanted = dict(enumerate(page.evaluate(REACHABLE)))
    assert wanted
    unseen = set()
    for _ in range(3 * len(wanted) + 20):
        page.keyboard.press("Tab")
        place, is_shown, html = page.evaluate(FOCUSED)
        if place is None:
            continue
        wanted.pop(int(place), None)
        if not is_shown:
            unseen.add(html)
        if not wanted:
            break
    return list(wanted.values()), sorted(unseen)


def left_open_by_escape(page):
    """Of what opens something, the first that Escape does not bring back to where it was."""
    openers = page.locator(OPENERS)
    for number in range(min(openers.count(), 3)):
        opener = openers.nth(number)
        opener.focus()
        page.keyboard.press("Enter")
        page.locator(OPEN).first.wait_for()
        page.keyboard.press("Escape")
        page.wait_for_function("selector => !document.querySelector(selector)", arg=OPEN, timeout=5000)
        if not opener.evaluate("each => each === document.activeElement"):
            return opener.evaluate("each => each.outerHTML")
    return None


def serious(page):
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in found if each["impact"] in ("serious", "critical")
    ]
