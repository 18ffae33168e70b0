"""Kim's conversations are about her orders, and never about a stranger's."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.backbone.models import Event
from rapport.conversations import actions
from rapport.conversations.about_orders import conversations_about, links_of, orders_beside
from rapport.conversations.announcements import MessageArrived
from rapport.conversations.arrangements import OrderLink
from rapport.conversations.filtering import Filter
from rapport.conversations.models import Conversation, Message
from rapport.conversations.numbers import numbers_in
from rapport.conversations.queries import visible_to
from rapport.conversations.subscribers import find_the_orders_it_names, while_there_are_orders
from rapport.customers import merging
from rapport.customers.actions import meet
from rapport.customers.models import Company, Customer, IdentityKind
from rapport.kit import clock
from rapport.sales.models import Order


@pytest.fixture
def eve(db):
    return meet(kind=IdentityKind.EMAIL, value="eve@elsewhere.example", name="Eve Stranger", verified=True)


@pytest.fixture
def order(kim):
    """An order of Kim's, or of somebody else."""

    def made(number="#1042", *, by=kim, **said):
        return Order.objects.create(
            customer=by, source="api", external_id=f"{number} {by.pk}", number=number, placed_at=clock.now(),
            total=21_990, currency="EUR", status="paid", **said,
        )  # fmt: skip

    return made


@pytest.fixture
def hear(write):
    """Kim writes, and what happens after that has happened."""

    def heard(text="", *, subject="A question", **said):
        conversation = write(text, subject=subject, **said)
        message = conversation.messages.order_by("-id")[0]
        find_the_orders_it_names(MessageArrived(conversation.pk, message.pk, is_new=True))
        return conversation

    return heard


def about(conversation):
    return [link.order.number for link in OrderLink.objects.filter(conversation=conversation, removed_at=None)]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Where is #1042?", ["1042"]),
        ("Where is order 1042, please", ["1042"]),
        ("Lw-2041-B and LW-7.", ["lw-2041-b", "lw-7"]),
        ("订单1042什么时候发货？", ["1042"]),
        ("订单＃１０４２", ["1042"]),
        ("№ 1042", ["1042"]),
        ("X1042Y is something else", ["x1042y"]),
        ("I bought 7 lamps, or #7", ["7"]),
        ("Two lamps, no number", []),
        ("1042 1042 #1042", ["1042"]),
        ("", []),
    ],
)
def test_what_looks_like_a_number(text, numbers):
    assert numbers_in(text) == numbers


def test_a_pasted_table_is_not_read_without_end():
    assert len(numbers_in(" ".join(str(number) for number in range(1000, 3000)))) == 200


@pytest.mark.parametrize("text", ["Where is #1042?", "Order 1042 is late", "订单1042还没到"])
def test_kim_names_her_order(hear, order, text):
    order()
    assert about(hear(text)) == ["#1042"]
    assert about(hear("It is late", subject=text)) == ["#1042"]


def test_the_number_is_a_whole_word_and_its_letters_may_be_small(hear, order):
    order("LW-2041")
    order("104")
    assert about(hear("It is lw-2041.")) == ["LW-2041"]
    assert about(hear("It is LW-20411, or 1042")) == []


def test_a_strangers_number_reveals_nothing(hear, order, eve, ada):
    order("#1042", by=eve)
    order("#77")
    conversation = hear("Where are #1042 and #77?")
    assert about(conversation) == ["#77"]
    assert [each.order.number for each in orders_beside(conversation, viewer=ada)] == ["#77"]
    # Eve has the same number in her hands as a stranger to Kim's.
    assert about(hear("Where is #77?", by=eve)) == []


def test_a_colleagues_order_is_their_companys(hear, order, kim, eve):
    studio = Company.objects.create(name="Studio")
    Customer.objects.filter(pk__in=[kim.pk, eve.pk]).update(company=studio)
    order("#1042", by=eve)
    kim.refresh_from_db()
    assert about(hear("Where is #1042?")) == ["#1042"]


def test_only_what_was_written_this_time_counts(hear, order, write):
    order("#1042")
    assert about(hear("Thanks!\n> your order #1042", visible_text="Thanks!")) == []


def test_a_machines_answer_is_about_nothing(order, write):
    order()
    conversation = write("Away. #1042", is_automatic=True)
    find_the_orders_it_names(MessageArrived(conversation.pk, conversation.messages.get().pk, True, is_automatic=True))
    assert about(conversation) == []


def test_it_is_found_once_and_told_once(hear, order):
    order()
    conversation = hear("#1042")
    hear("#1042 again", into=conversation)
    actions.find_orders(conversation.messages.order_by("id")[0])
    assert about(conversation) == ["#1042"]
    told = Event.objects.get(name="OrderLinked")
    assert (told.payload["how"], told.payload["by"]) == ("found", None)
    assert told.subject == f"conversation:{conversation.pk}"


def test_what_ada_took_away_stays_away_until_she_says_otherwise(hear, order, ada):
    held = order()
    conversation = hear("#1042")
    actions.unlink_order(conversation, order=held, by=ada)
    hear("#1042 once more", into=conversation)
    assert about(conversation) == []
    assert actions.link_order_again(conversation, order=held, by=ada).how == "found"
    actions.unlink_order(conversation, order=held, by=ada)
    assert actions.unlink_order(conversation, order=held, by=ada) is None
    chosen = actions.link_order(conversation, order=held, by=ada)
    assert (chosen.how, chosen.by) == ("chosen", ada)
    assert actions.link_order_again(conversation, order=held, by=ada) is None
    assert Event.objects.filter(name="OrderUnlinked").count() == 2


def test_a_conversation_is_about_fifty_orders_at_most(write, order, ada):
    conversation = write()
    OrderLink.objects.bulk_create(
        OrderLink(conversation=conversation, order=order(f"#{number}"), how="chosen") for number in range(50)
    )
    with pytest.raises(ValueError, match="at most 50 orders"):
        actions.link_order(conversation, order=order("#one more"), by=ada)


def test_looking_costs_one_query_by_the_numbers_index(write, order, kim, eve):
    studio = Company.objects.create(name="Studio")
    Customer.objects.filter(pk=kim.pk).update(company=studio)
    for number in range(300):
        order(f"#{number}", by=eve)
    order("#1042")
    message = write("#1042 and #9999").messages.get()
    message = Message.objects.select_related("conversation", "customer").get(pk=message.pk)
    with CaptureQueriesContext(connection) as asked:
        actions.find_orders(message)
    looked = [each["sql"] for each in asked if "LOWER" in each["sql"]]
    assert len(looked) == 1
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {looked[0]}")
            plan = " ".join(str(row) for row in cursor.fetchall())
            assert "SCAN" not in plan
    message = write("no number at all").messages.select_related("customer").get()
    with CaptureQueriesContext(connection) as asked:
        actions.find_orders(message)
    assert [each["sql"] for each in asked if each["sql"].startswith("SELECT")] == []


def test_without_orders_nobody_is_sent_to_look(kim, order):
    assert while_there_are_orders({"MessageArrived"}) == set()
    order()
    assert while_there_are_orders({"MessageArrived"}) == {"MessageArrived"}


def test_what_it_is_about_stands_first_then_what_kim_ordered_last(write, order, ada, eve):
    old = order("#1")
    recent = [order(f"#{number}") for number in range(10, 15)]
    theirs = order("#eve", by=eve)
    conversation = write()
    actions.link_order(conversation, order=old, by=ada)
    actions.link_order(conversation, order=theirs, by=ada)
    assert [each.order.number for each in orders_beside(conversation, viewer=ada)] == [
        "#eve", "#1", *[each.number for each in reversed(recent[2:])],
    ]  # fmt: skip


def test_an_order_never_names_a_conversation_its_reader_may_not_see(hear, order, ada, omar, engineers):
    held = order()
    open_one, hidden = hear("#1042"), hear("#1042")
    actions.assign(hidden, to=None, team=engineers, by=omar)
    assert conversations_about([held.pk], ada) == {held.pk: [open_one.pk]}
    assert conversations_about([held.pk], omar) == {held.pk: [open_one.pk, hidden.pk]}


def test_merging_brings_the_orders_along_and_taking_apart_gives_them_back(hear, order, ada):
    held, other = order("#1042"), order("#77")
    one, two = hear("#1042"), hear("#77")
    actions.link_order(one, order=other, by=ada)
    merged = actions.merge(one, into=two, by=ada)
    assert sorted(about(two)) == ["#1042", "#77"]
    assert conversations_about([held.pk], ada) == {held.pk: [two.pk]}
    actions.unmerge(merged, by=ada)
    assert about(two) == ["#77"]
    assert sorted(about(one)) == ["#1042", "#77"]


def test_two_records_of_kim_are_made_one_with_what_was_said(hear, order, kim, eve, ada):
    held = order("#1042", by=eve)
    conversation = hear("#1042", by=eve)
    merged = merging.merge(eve, into=kim, by=ada)
    held.refresh_from_db()
    assert held.customer == kim
    assert about(conversation) == ["#1042"]
    merging.unmerge(merged, by=ada)
    held.refresh_from_db()
    assert (held.customer, about(conversation)) == (eve, ["#1042"])


def test_conversations_about_an_order_are_filtered(hear, order, ada):
    order()
    named, other = hear("#1042"), hear("Hello")
    wanted = {"version": 1, "match": "all", "conditions": [{"field": "about_order", "op": "is", "value": True}]}
    assert list(Filter.parse(wanted).apply(visible_to(ada), ada)) == [named]
    wanted["conditions"][0]["value"] = False
    assert list(Filter.parse(wanted).apply(visible_to(ada), ada)) == [other]
    assert Filter.parse(wanted).matches(Conversation.objects.get(pk=other.pk), ada)


def test_links_are_read_newest_order_first(write, order, ada):
    conversation, first, second = write(), order("#1"), order("#2")
    for each in (first, second):
        actions.link_order(conversation, order=each, by=ada)
    assert [link.order for link in links_of(conversation, viewer=ada)] == [second, first]
