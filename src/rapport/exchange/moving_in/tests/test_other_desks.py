"""Noor moves in from desks other than Zendesk: what each calls differently comes to the same here."""

import pytest

pytestmark = pytest.mark.django_db

SAID = [
    ("in", "It flickers since Tuesday.", "Kim Park"),
    ("note", "Known batch, we replace it.", "Ada Lindqvist"),
    ("out", "A new one is on its way.", "Ada Lindqvist"),
    ("in", "Thank you!", "Kim Park"),
]


@pytest.fixture(params=["chatwoot", "zammad", "freshdesk", "intercom", "hubspot"])
def source(request):
    return request.param


@pytest.fixture
def desk(source, request):
    return request.getfixturevalue(source)


def lamp():
    from rapport.conversations.models import Conversation

    return Conversation.objects.get(subject="The lamp flickers")


def test_a_conversation_comes_with_everything_said_in_it(source, desk, moved, ada):
    move = moved(source, desk)
    assert (move.state, move.problem) == ("done", "")
    told = lamp()
    said = [(each.direction, each.text.strip(), each.author_name) for each in told.messages.all()]
    assert [(way, text.partition("\n")[0], name) for way, text, name in said] == SAID
    assert (told.status, told.assignee) == ("closed", ada)
    # Tickets of HubSpot have none.
    assert sorted(tag.name for tag in told.tags.all()) == ([] if source == "hubspot" else ["lamp", "warranty"])
    assert told.formerly.endswith("4711")
    assert told.created_at.year == 2024
    # Freshdesk and Intercom do not say which mail a message came by.
    known = "CAK-lamp-2@studio-north.example" if source in ("chatwoot", "zammad", "hubspot") else ""
    assert told.messages.get(text="Thank you!").external_id == known
    assert [each.name for message in told.messages.all() for each in message.attachments.all()] == ["lamp.png"]
    assert not told.messages.filter(text__contains="was assigned").exists()


def test_customers_come_with_what_was_known_of_them(source, desk, moved):
    from rapport.customers.fields import FIELDS
    from rapport.customers.models import Customer

    moved(source, desk)
    kim = Customer.objects.get(email="kim@studio-north.example")
    assert (kim.name, kim.phone, kim.location) == ("Kim Park", "+46701234567", "Lund, Sweden")
    assert kim.company.name == "Studio North"
    assert [value.value for value in FIELDS.values.filter(owner=kim.pk)] == ["Gold"]
    assert not Customer.objects.filter(email="ada@lampwright.example").exists()


def test_what_is_broken_is_told_and_the_rest_comes(source, desk, moved):
    move = moved(source, desk)
    assert move.counts["conversations"]["new"] == 2
    assert [problem.kind for problem in move.problems.all()] == ["conversations"]


def test_moving_in_twice_doubles_nothing(source, desk, moved):
    from rapport.automation.models import Macro
    from rapport.conversations.models import Attachment, Conversation, Message
    from rapport.customers.models import Company, Customer

    def everything():
        return [model.objects.count() for model in (Conversation, Message, Attachment, Customer, Company, Macro)]

    moved(source, desk)
    before = everything()
    assert before[0] == 2
    asked = len(desk.asked)
    move = moved(source, desk)
    assert everything() == before
    assert move.counts["conversations"].get("changed", 0) == 0
    told = [path for path in desk.asked[asked:] if "4711" in path or "by_ticket/71" in path]
    # What is here already is not fetched again.
    assert told == []


def test_canned_replies_become_macros(source, desk, moved):
    from rapport.automation.models import Macro

    if source in ("intercom", "hubspot"):
        pytest.skip("their API has none")
    moved(source, desk)
    macro = Macro.objects.get()
    assert "{{ customer.first_name }}" in macro.html


def test_a_wrong_token_is_said_to_be_one(source, desk, prepared):
    from rapport.exchange.moving_in import starting
    from rapport.exchange.moving_in.finding import kind_of_source

    wrong = kind_of_source(source)(desk.settings | {"token": "wrong"})
    assert "does not know this token" in wrong.check()[0].problem
    assert all(step.is_fine for step in starting.check(prepared(source, desk)))


def test_a_long_chat_is_read_page_by_page(chatwoot, moved):
    from rapport.conversations.models import Conversation

    row = chatwoot.data["messages"]["4712"][0]
    chatwoot.data["messages"]["4712"] = [
        {**row, "id": 100 + number, "content": f"Line {number}", "created_at": 1711962000 + number}
        for number in range(65)
    ]
    moved("chatwoot", chatwoot)
    told = Conversation.objects.get(formerly="Chatwoot 4712")
    assert list(told.messages.values_list("text", flat=True)) == [f"Line {number}" for number in range(65)]
    assert told.customer.name == "misty-river-218"


def test_somebody_elses_account_is_refused_in_words(chatwoot, prepared):
    from rapport.exchange.moving_in import starting

    assert "It is for: 1, 7." in starting.check(prepared("chatwoot", chatwoot, number=5))[1].problem
    assert "no administrator" in starting.check(prepared("chatwoot", chatwoot, number=7))[1].problem


def test_what_waits_there_waits_here(zammad, moved):
    from rapport.conversations.models import Conversation

    moved("zammad", zammad)
    told = Conversation.objects.get(formerly="Zammad 624712")
    assert (told.status, told.snoozed_until.year) == ("snoozed", 2099)
    letter = lamp().messages.first()
    assert letter.attachments.get().inline
    assert "cid:lamp@studio" in letter.html
