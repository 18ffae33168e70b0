"""Ada works through her tasks and goes through her customers without a mouse."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect


def fault_free(page):
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert not found, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


def things(people):
    from rapport.customers.actions import add_company, meet
    from rapport.customers.models import IdentityKind
    from rapport.customers.tasks import doing
    from rapport.kit.money import Money
    from rapport.sales.deals import actions as deals
    from rapport.sales.deals.models import Stage
    from rapport.team.models import Agent

    ada = Agent.objects.get(pk=people["ada"])
    for title in ("Call Kim", "Send the lamps", "Write to Lee"):
        doing.add(title=title, by=ada, assignee=ada)
    for name in ("Kim Park", "Lee Ng"):
        meet(kind=IdentityKind.EMAIL, value=f"{name[:3].lower()}@x.example", name=name)
        add_company(name=f"{name} Studio", domain=f"{name[:3].lower()}.example", by=ada)
    deals.ready()
    deals.open_deal(title="Forty lamps", stage=Stage.objects.all()[0], money=Money(100, "EUR"), by=ada)


def test_ada_works_through_her_tasks_by_keys(live_rapport, open_page, sign_in):
    live_rapport.call(things, people=live_rapport.people)
    ada = open_page()
    sign_in(ada, "ada")
    ada.goto(f"{live_rapport.address}/tasks/")
    titles = ada.locator("#task-heaps .task-row:not(.done) .task-title")
    expect(titles).to_have_count(3)
    first, second, third = titles.all_inner_texts()
    ada.keyboard.press("j")
    expect(ada.get_by_role("link", name=first, exact=True)).to_be_focused()
    ada.keyboard.press("j")
    ada.keyboard.press("k")
    ada.keyboard.press("c")
    expect(titles).to_have_text([second, third])
    # The next one is in its place: a second key does the second task.
    expect(ada.get_by_role("link", name=second, exact=True)).to_be_focused()
    ada.keyboard.press("z")
    expect(titles).to_have_count(3)
    ada.get_by_role("link", name=second, exact=True).focus()
    ada.keyboard.press("h")
    expect(ada.get_by_role("dialog", name="Do it later")).to_be_visible()
    fault_free(ada)
    ada.get_by_role("button", name="In two weeks").click()
    expect(ada.locator(".task-row", has_text=second).locator(".when")).to_be_visible()
    ada.keyboard.press("n")
    expect(ada.get_by_label("New task")).to_be_focused()
    ada.keyboard.press("Escape")
    ada.keyboard.press("?")
    keys = ada.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("Done, or not done after all")
    ada.keyboard.press("Escape")
    ada.get_by_role("link", name=third, exact=True).focus()
    ada.keyboard.press("Enter")
    expect(ada.get_by_role("heading", name=third)).to_be_visible()

    for path in ("customers", "companies", "deals/list"):
        ada.goto(f"{live_rapport.address}/{path}/")
        ada.keyboard.press("j")
        ada.keyboard.press("j")
        ada.keyboard.press("k")
        ada.keyboard.press("?")
        expect(ada.get_by_role("dialog", name="Keys")).to_contain_text("Next, previous row")
        ada.keyboard.press("Escape")
        ada.keyboard.press("Enter")
        expect(ada).to_have_url(re.compile(rf"/{path.partition('/')[0]}/\d+/$"))
