"""Ada puts right what is known of Kim, reads what happened, and makes a company of a domain."""

import contextlib
import re
from datetime import timedelta

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, expect


def kims_past():
    """Fifty things Kim did, and a colleague at the same domain; answers Kim's id."""
    from rapport.customers.actions import meet
    from rapport.customers.models import CustomerEvent, IdentityKind
    from rapport.kit import clock

    kim = meet(kind=IdentityKind.EMAIL, value="kim@marchetti.example", name="Kim Park", verified=True)
    meet(kind=IdentityKind.EMAIL, value="lee@marchetti.example", name="Lee Wong")
    now = clock.now()
    CustomerEvent.objects.bulk_create(
        CustomerEvent(customer=kim, name=f"did number {n}", at=now - timedelta(hours=n)) for n in range(50)
    )
    return kim.pk


def fault_free(page):
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert not found, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


def test_ada_keeps_kims_page_right_and_reads_what_happened(live_rapport, open_page, sign_in):
    pk = live_rapport.call(kims_past)
    page = open_page()
    sign_in(page, "ada")
    page.goto(f"{live_rapport.address}/customers/{pk}/")
    fault_free(page)
    addresses, toast = page.locator("#customer-addresses"), page.locator("toast-region")

    addresses.get_by_text("Add address").click()
    addresses.get_by_label("Address or number").fill("nonsense")
    addresses.get_by_role("button", name="Add", exact=True).click()
    expect(addresses).to_contain_text("This is not a mail address.")
    expect(addresses.get_by_label("Address or number")).to_have_value("nonsense")
    addresses.get_by_label("Kind of address").select_option(label="Phone")
    addresses.get_by_label("Address or number").fill("+39 0255500142")
    addresses.get_by_label("Label").fill("office")
    addresses.get_by_role("button", name="Add", exact=True).click()
    expect(addresses).to_contain_text("+39 02 5550 0142")
    expect(addresses).to_contain_text("2 linked")
    addresses.get_by_role("button", name="What to do with +390255500142").click()
    page.get_by_role("menuitem", name="Remove").click()
    expect(addresses).to_contain_text("1 linked")
    toast.get_by_role("button", name="Undo").click()
    expect(addresses).to_contain_text("+39 02 5550 0142")

    notes = page.locator("#customer-notes")
    notes.get_by_label("New note").fill("Prefers mornings")
    notes.get_by_role("button", name="Add note").click()
    expect(notes.get_by_role("article")).to_contain_text("Prefers mornings")
    expect(page.locator("#timeline")).to_contain_text("Note by Ada")
    notes.get_by_role("button", name="What to do with this note").click()
    page.get_by_role("menuitem", name="Edit").click()
    notes.get_by_label("Note", exact=True).fill("Prefers evenings")
    notes.get_by_role("button", name="Save").click()
    expect(notes.get_by_role("article")).to_contain_text("edited")

    reads_what_happened(page, f"{live_rapport.address}/customers/{pk}/?only=events")
    changes_the_details(page)


def reads_what_happened(page, address):
    timeline = page.locator("#timeline")
    # What was just changed comes into it by itself: a tab is chosen once it is there.
    expect(timeline).to_contain_text("Prefers evenings")
    timeline.get_by_role("link", name="Activity 50").click()
    expect(timeline).not_to_contain_text("Note by Ada")
    expect(page).to_have_url(address)
    expect(timeline.locator(".timeline > li:not(.more)")).to_have_count(30)
    timeline.get_by_role("link", name="Show more").click()
    expect(timeline.locator(".timeline > li")).to_have_count(50)
    expect(timeline).to_contain_text("did number 49")
    fault_free(page)


def changes_the_details(page):
    page.locator("#customer-details").get_by_role("link", name="Edit").click()
    page.get_by_label("Job title").fill("Founder")
    page.get_by_label("Language", exact=True).select_option(label="Italian")
    page.get_by_label("Owner").select_option(label="Ada Lindqvist")
    fault_free(page)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".hero-row")).to_contain_text("Founder")
    expect(page.locator(".hero-row")).to_contain_text("Writes in Italian.")


def kim_quick(word):
    from rapport.customers.actions import meet
    from rapport.customers.models import IdentityKind

    return meet(kind=IdentityKind.EMAIL, value=f"{word}@quick.example", name="Kim Quick", verified=True).pk


class Held:
    """The server's answers for one part of the page, which wait until they are let go."""

    def __init__(self, page, part):
        self.answers, self._is_open = [], False
        page.route(part, self._asked)

    def _asked(self, route):
        answer = route.fetch()
        self.answers.append((route, answer))
        if self._is_open:
            self.let_go()

    def let_go(self):
        self._is_open = True
        while self.answers:
            route, answer = self.answers.pop(0)
            with contextlib.suppress(Error):  # The page waits no more for some of them.
                route.fulfill(response=answer)


def note(page, text):
    notes = page.locator("#customer-notes")
    notes.get_by_label("New note").fill(text)
    notes.get_by_role("button", name="Add note").click()
    expect(notes.get_by_role("article").filter(has_text=text)).to_be_visible()


def wait_for(page, held):
    for _ in range(150):
        if held.answers:
            return
        page.wait_for_timeout(100)
    raise AssertionError("nothing was asked for")


def test_what_ada_writes_quickly_is_in_the_timeline_however_late_its_answers_are(live_rapport, open_page, sign_in):
    pk = live_rapport.call(kim_quick, word="notes")
    page = open_page()
    sign_in(page, "ada")
    page.goto(f"{live_rapport.address}/customers/{pk}/")
    held = Held(page, re.compile(r"/timeline"))
    note(page, "First thing")
    wait_for(page, held)
    note(page, "Second thing")
    # The first answer knows nothing of the second note.
    held.let_go()
    expect(page.locator("#timeline")).to_contain_text("Second thing")


def test_a_tab_that_ada_chose_comes_though_something_happened_meanwhile(live_rapport, open_page, sign_in):
    pk = live_rapport.call(kim_quick, word="tabs")
    page = open_page()
    sign_in(page, "ada")
    page.goto(f"{live_rapport.address}/customers/{pk}/")
    note(page, "First thing")
    timeline = page.locator("#timeline")
    expect(timeline).to_contain_text("First thing")
    held = Held(page, re.compile(r"/timeline"))
    timeline.get_by_role("link", name="Notes").click()
    wait_for(page, held)
    note(page, "Second thing")
    held.let_go()
    expect(page).to_have_url(re.compile("only=notes"))
    expect(timeline).to_contain_text("Second thing")
    expect(timeline.locator("[aria-current=page]")).to_contain_text("Notes")


def test_ada_makes_a_company_of_a_domain_and_finds_its_people(live_rapport, open_page, sign_in):
    live_rapport.call(kims_past)
    page = open_page()
    sign_in(page, "ada")
    page.goto(f"{live_rapport.address}/customers/")
    page.get_by_role("link", name="Companies").click()
    fault_free(page)
    page.get_by_role("button", name="Make marchetti.example a company").click()
    expect(page.get_by_role("heading", name="Marchetti", level=1)).to_be_visible()
    expect(page.locator(".people-grid")).to_contain_text("Lee Wong")
    fault_free(page)
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Notes").fill("Net 30")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#company-details")).to_contain_text("Net 30")
    small = open_page(width=390, height=844, color_scheme="dark")
    sign_in(small, "ada")
    for address in ("/companies/", page.url.removeprefix(live_rapport.address), "/customers/"):
        small.goto(f"{live_rapport.address}{address}")
        assert small.evaluate("document.documentElement.scrollWidth <= innerWidth")
        fault_free(small)
