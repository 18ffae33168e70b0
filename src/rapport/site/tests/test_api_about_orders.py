"""Which orders a conversation is about, as scripts say it and read it."""

import pytest

from rapport.conversations import actions
from rapport.kit import clock
from rapport.sales.models import Order
from rapport.team.models import Team

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(kim):
    def made(number="#1042"):
        said = {"customer": kim, "placed_at": clock.now(), "total": 1, "currency": "EUR"}
        return Order.objects.create(source="api", external_id=number, number=number, **said)

    return made


def test_a_script_says_what_a_conversation_is_about_and_takes_it_back(ada, script, write, order):
    calling, conversation, held = script(ada), write(), order()
    here = f"/conversations/{conversation.pk}/orders"
    assert calling.get(here).json() == []
    said = calling.post(here, {"order": held.pk})
    assert said.status_code == 200, said.content
    assert [(each["order"], each["number"], each["how"], each["by"]) for each in said.json()] == [
        (held.pk, "#1042", "chosen", ada.pk)
    ]
    assert calling.post(here, {"order": held.pk}).json() == calling.get(here).json() == said.json()
    assert calling.get(f"/orders/{held.pk}").json()["conversations"] == [conversation.pk]
    assert calling.delete(f"{here}/{held.pk}").json() == []
    assert calling.delete(f"{here}/{held.pk}").status_code == 200
    assert calling.get(f"/orders/{held.pk}").json()["conversations"] == []


def test_what_is_not_there_and_who_may_only_read(ada, script, write, order):
    calling, conversation, held = script(ada), write(), order()
    assert calling.post(f"/conversations/{conversation.pk}/orders", {"order": 10**9}).status_code == 404
    assert calling.post("/conversations/999999/orders", {"order": held.pk}).status_code == 404
    assert calling.post(f"/conversations/{conversation.pk}/orders", {"order": "x"}).status_code == 422
    reading = script(ada, "read")
    assert reading.post(f"/conversations/{conversation.pk}/orders", {"order": held.pk}).status_code == 403
    assert reading.get(f"/conversations/{conversation.pk}/orders").status_code == 200


def test_an_order_names_only_the_conversations_its_reader_may_see(ada, omar, script, write, order):
    held, hidden, open_one = order(), write(), write()
    for each in (hidden, open_one):
        actions.link_order(each, order=held, by=omar)
    actions.assign(hidden, to=None, team=Team.objects.create(name="Engineering"), by=omar)
    seen = {who: script(who).get("/orders").json()["items"][0]["conversations"] for who in (ada, omar)}
    assert seen == {ada: [open_one.pk], omar: [hidden.pk, open_one.pk]}


def test_a_list_costs_one_query_more_however_many_orders(ada, script, write, order, django_assert_max_num_queries):
    conversation = write()
    for number in range(12):
        actions.link_order(conversation, order=order(f"#{number}"), by=ada)
    calling = script(ada)
    with django_assert_max_num_queries(10):
        items = calling.get("/orders").json()["items"]
    assert [each["conversations"] for each in items] == [[conversation.pk]] * 12
