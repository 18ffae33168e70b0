"""Ada sees which orders a conversation is about, says so, and takes it away."""

import json
from datetime import timedelta

import pytest

from rapport.conversations import actions
from rapport.conversations.arrangements import OrderLink
from rapport.customers.actions import meet
from rapport.customers.models import IdentityKind
from rapport.kit import clock
from rapport.sales.models import Order
from rapport.team.models import Team

HTMX = {"HX-Request": "true"}


@pytest.fixture
def order(kim):
    def made(number="#1042", *, by=kim, days=0, source="api"):
        at = clock.now() - timedelta(days=days)
        said = {"customer": by, "placed_at": at, "total": 21_990, "currency": "EUR", "status": "paid"}
        return Order.objects.create(source=source, external_id=number, number=number, **said)

    return made


@pytest.fixture
def browser(ada, signed_in):
    return signed_in(ada)


def toast(answer):
    return json.loads(answer["HX-Trigger"])["rapport:toast"]


def beside(browser, conversation):
    page = browser.get(f"/inbox/{conversation.number}/").text
    return page[page.index('id="conversation-orders"') :].split("</ul>")[0]


def test_ada_says_what_it_is_about_and_takes_it_back(browser, write, order):
    held, conversation = order(), write()
    here = f"/conversations/{conversation.pk}/orders"
    assert 'class="about"' not in beside(browser, conversation)
    said = browser.post(f"{here}?order={held.pk}", headers=HTMX)
    assert 'class="about"' in said.text
    assert "Chosen by Ada Lindqvist" in said.text
    assert toast(said)["text"] == "This conversation is about order #1042."
    undone = browser.post(toast(said)["undo"], headers=HTMX)
    assert "HX-Trigger" not in undone
    assert not OrderLink.objects.filter(removed_at=None).exists()
    assert "It is not about" not in beside(browser, conversation)


def test_what_was_found_comes_back_as_found(browser, write, order):
    held, conversation = order(), write("Where is 1042?")
    actions.find_orders(conversation.messages.get())
    assert "Named in the message" in beside(browser, conversation)
    gone = browser.delete(f"/conversations/{conversation.pk}/orders?order={held.pk}", headers=HTMX)
    assert toast(gone)["text"] == "This conversation is not about order #1042."
    browser.post(toast(gone)["undo"], headers=HTMX)
    link = OrderLink.objects.get(removed_at=None)
    assert (link.how, link.by) == ("found", None)


def test_an_old_order_stands_first_once_it_is_linked(browser, write, order):
    for number in range(5):
        order(f"#{number}", days=number)
    old, conversation = order("#old", days=99), write()
    assert "#old" not in beside(browser, conversation)
    browser.post(f"/conversations/{conversation.pk}/orders", {"number": "old"}, headers=HTMX)
    shown = beside(browser, conversation)
    assert shown.index(">#old<") < shown.index(">#0<")
    assert OrderLink.objects.get().order == old


def test_a_number_is_first_looked_for_among_kims_own_orders(browser, write, order):
    eve = meet(kind=IdentityKind.EMAIL, value="eve@elsewhere.example", name="Eve")
    order("7", by=eve, source="a")
    mine, conversation = order("#7", source="b"), write()
    here = f"/conversations/{conversation.pk}/orders"
    assert browser.post(here, {"number": "7"}, headers=HTMX).status_code == 200
    assert OrderLink.objects.get().order == mine
    order("8", by=eve, source="a")
    order("#8", by=eve, source="b")
    for number, reason in (("8", "Several orders"), ("99", "There is no order"), ("#", "There is no order")):
        refused = browser.post(here, {"number": number}, headers=HTMX)
        assert (refused.status_code, reason in refused.text) == (422, True)
    assert browser.post(here, {"order": "x"}, headers=HTMX).status_code == 422
    assert browser.post(here, {"order": str(10**6)}, headers=HTMX).status_code == 422


def test_who_may_only_read_sees_it_without_buttons(signed_in, viewer, write, order):
    order()
    conversation = write("#1042")
    actions.find_orders(conversation.messages.get())
    shown = beside(signed_in(viewer), conversation)
    assert "Named in the message" in shown
    assert "<button" not in shown
    assert signed_in(viewer).post(f"/conversations/{conversation.pk}/orders?order=1").status_code == 403


def test_what_is_found_while_ada_looks_comes_with_the_news(browser, write, order):
    order()
    conversation = write("#1042")
    actions.find_orders(conversation.messages.get())
    news = browser.get(f"/inbox/{conversation.number}/news?message=0&event=0").text
    assert "Named in the message" in news


def test_the_page_of_an_order_lists_only_what_its_reader_may_see(browser, signed_in, omar, write, order):
    held, shown, hidden = order(), write(subject="Where is it?"), write(subject="Of engineers only")
    page = browser.get(f"/orders/{held.pk}/").text
    assert "Conversations about it" not in page
    for each in (shown, hidden):
        actions.link_order(each, order=held, by=omar)
    actions.assign(hidden, to=None, team=Team.objects.create(name="Engineering"), by=omar)
    page = browser.get(f"/orders/{held.pk}/").text
    assert "Where is it?" in page
    assert "chosen by Omar Haddad" in page
    assert "Of engineers only" not in page
    assert "Of engineers only" in signed_in(omar).get(f"/orders/{held.pk}/").text
