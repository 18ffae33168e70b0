"""Ada moves a deal by keys and by dragging, wins one, and looks at the forecast; Omar sees it move."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect


def fill():
    """A few deals to move, and a year behind them."""
    import random

    from rapport.customers.actions import meet
    from rapport.customers.models import IdentityKind
    from rapport.kit import clock
    from rapport.kit.money import Money
    from rapport.sales.deals import actions, queries, seeding
    from rapport.team.models import Agent

    kim = meet(kind=IdentityKind.EMAIL, value="kim@studio.example", name="Kim Park", verified=True)
    ada = Agent.objects.get(email="ada@lampwright.example")
    actions.ready()
    seeding.seed([kim], [ada], random.Random(3), clock.now())
    lead = queries.open_stages(queries.pipelines()[0])[0]
    for title in ("Turin office", "Milan office"):
        actions.open_deal(title=title, stage=lead, money=Money(980000, "EUR"), customer=kim, owner=ada, by=ada)
    qualified = queries.open_stages(queries.pipelines()[0])[1]
    actions.open_deal(title="Rome showroom", stage=qualified, money=Money(500000, "EUR"), owner=ada, by=ada)


def stages_of(title):
    from rapport.sales.deals.models import Deal

    deal = Deal.objects.get(title=title)
    return [deal.stage.name, deal.reason.name if deal.reason else "", deal.moves.count()]


def fault_free(page):
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert not found, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


def column(page, name):
    return page.locator(".deal-column", has=page.get_by_role("heading", name=name, exact=True))


def card(page, title):
    return page.locator(".deal-card", has_text=title)


def test_ada_moves_deals_and_wins_one(live_rapport, open_page, sign_in):
    live_rapport.call(fill)
    page, other = open_page(), open_page()
    sign_in(page, "ada")
    sign_in(other, "omar")
    for each in (page, other):
        each.goto(f"{live_rapport.address}/")
        each.get_by_role("link", name="Sales", exact=True).first.click()
    fault_free(page)

    # By keys: to the next stage, told to who does not see it, and taken back.
    card(page, "Turin office").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(column(page, "Qualified").locator(".deal-card", has_text="Turin office")).to_be_focused()
    expect(page.locator("#live-region")).to_contain_text("Turin office is in Qualified now, 1 of")
    expect(page.locator("toast-region")).to_contain_text("Turin office is in Qualified.")
    expect(column(other, "Qualified")).to_contain_text("Turin office")
    page.get_by_role("button", name="Undo").click()
    expect(column(page, "Lead")).to_contain_text("Turin office")
    assert live_rapport.call(stages_of, title="Turin office") == ["Lead", "", 1]

    # By the menu of M, then along the board.
    card(page, "Turin office").focus()
    page.keyboard.press("m")
    page.get_by_role("menuitem", name="Proposal sent").click()
    expect(column(page, "Proposal sent")).to_contain_text("Turin office")
    page.keyboard.press("ArrowLeft")
    expect(column(page, "Qualified").locator(".deal-card").first).to_be_focused()

    # By dragging.
    card(page, "Milan office").drag_to(column(page, "Negotiation").locator("header"))
    expect(column(page, "Negotiation")).to_contain_text("Milan office")
    expect(column(other, "Negotiation")).to_contain_text("Milan office")

    # Won, with a reason.
    card(page, "Milan office").drag_to(column(page, "Won").locator("header"))
    dialog = page.get_by_role("dialog", name="Why was it won?")
    expect(dialog).to_contain_text("Milan office")
    dialog.get_by_label("Reason").select_option(label="Recommended")
    fault_free(page)
    dialog.get_by_role("button", name="Won").click()
    expect(column(page, "Won")).to_contain_text("Milan office")
    expect(column(other, "Won")).to_contain_text("Milan office")
    assert live_rapport.call(stages_of, title="Milan office") == ["Won", "Recommended", 3]

    page.get_by_role("link", name="Forecast").click()
    for figure in ("By stage", "By history", "Owners’ call"):
        expect(page.locator(".stat", has_text=figure).locator("dd").first).to_contain_text("€")
    expect(page.locator("vega-chart[data-drawn]")).to_have_count(2)
    fault_free(page)


def test_a_deal_is_opened_and_kept_on_a_phone(live_rapport, open_page, sign_in):
    page = open_page(width=390, height=844, color_scheme="dark")
    sign_in(page, "ada")
    page.goto(f"{live_rapport.address}/deals/")
    page.get_by_role("link", name="New deal").click()
    dialog = page.get_by_role("dialog", name="New deal")
    dialog.get_by_label("What is to be sold").fill("Rome office")
    dialog.get_by_label("Amount").fill("plenty")
    dialog.get_by_role("button", name="Open deal").click()
    expect(dialog).to_contain_text("Write an amount")
    dialog.get_by_label("Amount").fill("1200.50")
    fault_free(page)
    dialog.get_by_role("button", name="Open deal").click()
    expect(page.get_by_role("heading", level=1, name="Rome office")).to_be_visible()
    expect(page.locator(".stat", has_text="Amount")).to_contain_text("€1,200")
    page.get_by_label("Product or service").first.fill("Desk lamp")
    page.get_by_label("Price each").first.fill("99.90")
    page.get_by_role("button", name="Save lines").click()
    expect(page.locator(".stat", has_text="Amount")).to_contain_text("€100")
    fault_free(page)
    for address in ("/deals/", "/deals/list/", "/deals/forecast/", page.url.removeprefix(live_rapport.address)):
        page.goto(f"{live_rapport.address}{address}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        fault_free(page)
