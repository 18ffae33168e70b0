"""Noor moves in from Zendesk: everything comes with its own times, once, and sets nothing off."""

from datetime import UTC, datetime

import pytest

from rapport.exchange.moving_in.tests.desks.base import limited

pytestmark = pytest.mark.django_db


def at(said):
    return datetime.fromisoformat(said).replace(tzinfo=UTC)


def test_a_ticket_comes_with_everything_said_in_it(zendesk, moved, ada):
    from rapport.conversations.models import Conversation

    move = moved("zendesk", zendesk)
    assert (move.state, move.problem) == ("done", "")
    told = Conversation.objects.get(formerly="Zendesk 4711")
    assert (told.subject, told.status, told.priority) == ("The lamp flickers", "closed", 3)
    assert (told.created_at, told.last_at) == (at("2024-03-01T09:00"), at("2024-03-02T16:20"))
    assert told.assignee == ada
    assert sorted(tag.name for tag in told.tags.all()) == ["lamp", "warranty"]
    said = list(told.messages.all())
    assert [(each.direction, each.author_name) for each in said] == [
        ("in", "Kim Park"),
        ("note", "Ada Lindqvist"),
        ("out", "Ada Lindqvist"),
        ("in", "Kim Park"),
    ]
    assert said[1].agent == said[2].agent == ada
    assert said[0].created_at == at("2024-03-01T09:00")
    assert said[0].external_id == "CAK-lamp-1@studio-north.example"
    assert "<script" not in said[2].html
    assert told.preview == "Thank you!"


def test_files_come_along_and_pictures_stay_in_the_letter(zendesk, moved):
    from rapport.backbone import files
    from rapport.conversations.models import Attachment, Message
    from rapport.exchange.moving_in.tests.desks.base import PNG

    moved("zendesk", zendesk)
    picture, label = Attachment.objects.order_by("id")
    assert (picture.name, picture.inline, label.name, label.inline) == ("lamp.png", True, "label.pdf", False)
    assert files.read(label.file) == PNG
    assert f"cid:{picture.content_id}" in Message.objects.get(text__startswith="It flickers").html


def test_customers_come_with_their_company_and_what_was_known_of_them(zendesk, moved):
    from rapport.customers.fields import FIELDS
    from rapport.customers.models import Customer

    move = moved("zendesk", zendesk)
    kim = Customer.objects.get(email="kim@studio-north.example")
    assert (kim.name, kim.phone, kim.time_zone) == ("Kim Park", "+46701234567", "Europe/Stockholm")
    assert (kim.company.name, kim.company.domain) == ("Studio North", "studio-north.example")
    assert sorted(kim.identities.values_list("kind", "value")) == [
        ("email", "kim@studio-north.example"),
        ("external", "C-1001"),
        ("phone", "+46701234567"),
    ]
    said = {value.field.label: value.value for value in FIELDS.values.filter(owner=kim.pk).select_related("field")}
    assert said["Plan"] == "Gold"
    assert said["Seats"] == 12
    assert str(said["Renewal"]) == "2026-11-01"
    # Two who have an address; agents are no customers, and somebody without any address is left.
    assert Customer.objects.count() == 2
    assert move.counts["customers"]["left"] == 1


def test_what_is_broken_is_told_and_holds_up_nothing(zendesk, moved):
    move = moved("zendesk", zendesk)
    assert move.counts["conversations"]["new"] == 2
    assert move.counts["conversations"]["wrong"] == 1
    problem = move.problems.get()
    assert problem.key == "4713"
    assert "could not be understood" in problem.problem


def test_macros_come_in_our_words(zendesk, moved):
    from rapport.automation.models import Macro

    moved("zendesk", zendesk)
    shipped = Macro.objects.get(name="On its way")
    assert shipped.folder == "Shipping"
    assert "{{ customer.first_name }}" in shipped.html
    assert "[ticket.ticket_field_77]" in shipped.html
    assert shipped.steps == [{"do": "tag", "value": "shipped"}, {"do": "close", "value": ""}]
    assert "{{ agent.name }}" in Macro.objects.get(name="Downgrade and inform").html


def test_articles_are_kept_as_files(zendesk, moved, tmp_path):
    moved("zendesk", zendesk)
    kept = sorted(path.name for path in tmp_path.rglob("*.html"))
    assert kept == ["35467-how-to-return-a-lamp.html"]
    assert next(tmp_path.rglob("*.html")).read_text() == "<p>Pack it well.</p>"


def test_moving_in_again_doubles_nothing_and_brings_what_is_new(zendesk, moved):
    from rapport.automation.models import Macro
    from rapport.conversations.models import Attachment, Conversation, Message
    from rapport.customers.models import Company, Customer

    def everything():
        return [model.objects.count() for model in (Conversation, Message, Attachment, Customer, Company, Macro)]

    moved("zendesk", zendesk)
    before = everything()
    asked = len(zendesk.asked)
    moved("zendesk", zendesk)
    assert everything() == before
    # Nothing that is here already is fetched again.
    assert not [path for path in zendesk.asked[asked:] if "/comments" in path and "4713" not in path]
    ticket = zendesk.data["tickets"][1]
    ticket |= {"status": "solved", "updated_at": "2024-05-01T00:00:00Z", "assignee_id": 900}
    answer = {
        "id": 6,
        "author_id": 900,
        "html_body": "<p>Ja.</p>",
        "public": True,
        "created_at": "2024-05-01T00:00:00Z",
    }
    zendesk.data["comments"]["4712"].append(answer)
    move = moved("zendesk", zendesk)
    assert move.counts["conversations"]["changed"] == 1
    assert everything() == [before[0], before[1] + 1, *before[2:]]
    gone_on = Conversation.objects.get(formerly="Zendesk 4712")
    assert (gone_on.status, gone_on.message_count, gone_on.closed_at) == ("closed", 2, at("2024-05-01T00:00"))


def test_nothing_is_set_off(zendesk, moved, ada):
    from django.core import mail

    from rapport.backbone.models import Event
    from rapport.channels.models import Dispatch

    moved("zendesk", zendesk)
    names = set(Event.objects.values_list("name", flat=True))
    assert (
        names & {"MessageArrived", "MessageWritten", "ConversationClosed", "ConversationAssigned", "NoteWritten"}
        == set()
    )
    assert "MovedIn" in names
    assert not Dispatch.objects.exists()
    assert mail.outbox == []


def test_a_rule_by_time_lets_the_past_be(zendesk, moved):
    from datetime import timedelta

    from rapport.automation.actions.timing import fallen_due
    from rapport.automation.types import Trigger
    from rapport.conversations.models import Conversation
    from rapport.kit import clock

    moved("zendesk", zendesk)
    long_ago, now = at("2020-01-01"), clock.now()
    for trigger in (Trigger.UNANSWERED_FOR, Trigger.OPEN_FOR, Trigger.UNHEARD_FOR, Trigger.UNASSIGNED_FOR):
        assert list(fallen_due(trigger, long_ago, now)) == []
    # They write again: from then on it is like any other.
    later = now + timedelta(minutes=1)
    Conversation.objects.filter(formerly="Zendesk 4712").update(waiting_since=later)
    assert fallen_due(Trigger.UNANSWERED_FOR, long_ago, later).count() == 1


def test_a_promise_begins_with_what_is_written_here(zendesk, moved):
    from datetime import timedelta

    from rapport.conversations.actions import receive
    from rapport.conversations.models import Conversation
    from rapport.conversations.types import Writing
    from rapport.kit import clock
    from rapport.routing.actions import reckon
    from rapport.routing.models import Promise, ServicePolicy

    with clock.frozen(at("2020-01-01")):
        targets = {"first_answer": {"minutes": 60}, "next_answer": {"minutes": 120}, "resolution": {"minutes": 480}}
        ServicePolicy.objects.create(name="Everyone", targets=targets)
    moved("zendesk", zendesk)
    told = Conversation.objects.get(formerly="Zendesk 4711")
    reckon(told.pk)
    assert not Promise.objects.exists()
    # Kim writes again, years later.
    said = {"customer": told.customer, "inbox": told.inbox, "channel": "email", "author_name": "Kim"}
    with clock.frozen(clock.now() + timedelta(days=1)):
        arrival = receive(Writing(text="It flickers again."), author_address=told.customer.email, into=told, **said)
        reckon(told.pk)
    assert {promise.started_at for promise in Promise.objects.all()} == {arrival.message.created_at}


def test_an_old_conversation_is_found_by_its_words_and_its_number(zendesk, moved, noor):
    from rapport.conversations.models import Conversation
    from rapport.conversations.searching import find, read

    moved("zendesk", zendesk)
    for typed, number in (("flickers", 4711), ("灯罩", 4712), ("Zendesk 4711", 4711), ("4712", 4712)):
        found = [hit.conversation for hit in find(noor, read(noor, typed)).hits]
        assert found == [Conversation.objects.get(formerly=f"Zendesk {number}").pk], typed


def test_a_later_mail_finds_its_old_conversation(zendesk, moved):
    from rapport.conversations.models import Message

    moved("zendesk", zendesk)
    found = Message.objects.filter(external_id="CAK-lamp-2@studio-north.example")
    assert [each.conversation.formerly for each in found] == ["Zendesk 4711"]


def test_it_waits_when_asked_to_be_patient(zendesk, moved):
    zendesk.refusals = {3: limited("0"), 9: limited("0")}
    assert moved("zendesk", zendesk).counts["conversations"]["new"] == 2


def test_a_long_wait_gives_the_worker_back(zendesk, prepared, noor):
    from rapport.exchange.moving_in import running, starting
    from rapport.kit import clock

    zendesk.refusals = {2: limited("600")}
    move = prepared("zendesk", zendesk)
    starting.begin(move, by=noor)
    move.refresh_from_db()
    assert running.work(move, seconds=60) == running.After.WAITING
    move.refresh_from_db()
    assert move.state == "moving"
    assert 500 < (move.waits_until - clock.now()).total_seconds() <= 600
    assert "takes no more requests" in move.problem


def test_a_wrong_token_is_said_to_be_one(zendesk, prepared):
    from rapport.exchange.moving_in import starting

    steps = starting.check(prepared("zendesk", zendesk, token="wrong"))
    assert [step.is_fine for step in steps] == [False]
    assert "does not know this token" in steps[0].problem
    fine = starting.check(prepared("zendesk", zendesk))
    assert [step.is_fine for step in fine] == [True, True]
