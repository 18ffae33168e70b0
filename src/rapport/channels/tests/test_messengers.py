"""What the core does for channels on which people chat, shown with a kind that waves flags."""

import json
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from rapport.backbone.models import Event
from rapport.channels import actions, seam
from rapport.channels.actions.fitting import losses
from rapport.channels.actions.settling import sweep
from rapport.channels.errors import CannotWrite
from rapport.channels.models import Channel, Delivery, Dispatch
from rapport.channels.tests.semaphore import Semaphore
from rapport.channels.types import Chosen, Incoming
from rapport.conversations import actions as conversations
from rapport.conversations.models import Attachment, Conversation, Message
from rapport.customers.models import Customer, Identity
from rapport.kit import clock


@pytest.fixture(autouse=True)
def flags(settings):
    settings.CHANNEL_KINDS = [*settings.CHANNEL_KINDS, "rapport.channels.tests.semaphore.Semaphore"]
    seam.kinds.cache_clear()
    Semaphore.sent.clear()
    yield
    seam.kinds.cache_clear()


@pytest.fixture
def hill(inbox):
    return Channel.objects.create(kind="semaphore", inbox=inbox, name="Hill", address="hill")


@pytest.fixture
def wave(hill):
    """`wave("text", id="1", text="Hello")`: Kim waves, and it is read. Answers what became of it."""
    numbers = count(1)

    def waved(type, *, by="kim-4711", name="Kim Park", hill=hill, **said):
        said = {"type": type, "id": f"w{next(numbers)}", "from": by, "name": name, **said}
        delivery = actions.accept(Incoming(json.dumps(said).encode()), kind="semaphore", channel=hill)
        actions.process_all([delivery])
        return Delivery.objects.get(pk=delivery.pk)

    return waved


def later(**by):
    """Everything about this conversation happened so much earlier."""
    moved = timedelta(**by)
    for message in Message.objects.all():
        Message.objects.filter(pk=message.pk).update(created_at=message.created_at - moved)
    for conversation in Conversation.objects.exclude(closed_at=None):
        Conversation.objects.filter(pk=conversation.pk).update(closed_at=conversation.closed_at - moved)


def states():
    return [event.payload["state"] for event in Event.objects.filter(name="MessageChanged").order_by("id")]


def test_what_a_person_writes_goes_on_in_one_conversation(wave, ada):
    first = wave("text", text="Hello").message
    second = wave("text", text="Are you there?").message
    assert first.conversation_id == second.conversation_id
    assert (first.threaded_by, second.threaded_by) == ("new", "person")
    other = wave("text", by="lee-12", name="Lee", text="Me too").message
    assert other.conversation_id != first.conversation_id
    conversations.close(second.conversation, by=ada)
    third = wave("text", text="One more thing").message
    assert third.conversation_id == first.conversation_id
    assert Conversation.objects.get(pk=first.conversation_id).status == "open"


def test_a_week_after_the_end_it_is_a_new_matter(wave, ada):
    first = wave("text", text="Hello").message
    conversations.close(first.conversation, by=ada)
    later(days=8)
    assert wave("text", text="Something else").message.conversation_id != first.conversation_id


def test_an_exchange_that_the_channel_names_has_its_own_conversation(wave):
    one = wave("text", exchange="chat-1", text="Hello").message
    two = wave("text", exchange="chat-2", text="Hello again").message
    three = wave("text", exchange="chat-1", text="Back here").message
    assert one.conversation_id == three.conversation_id != two.conversation_id
    assert Customer.objects.count() == 1


def test_somebody_whom_the_channel_vouches_for_is_the_customer_we_know(wave, kim):
    proven = [{"kind": "email", "value": "Kim@Studio.example", "is_proven": True}]
    message = wave("text", text="Hello", known_as=proven).message
    assert message.conversation.customer == kim
    assert set(kim.identities.values_list("kind", flat=True)) == {"email", "handle"}


def test_what_somebody_only_claims_to_be_takes_nothing_from_its_owner(wave, kim):
    claimed = [
        {"kind": "email", "value": "kim@studio.example"},
        {"kind": "phone", "value": "+49 30 1234567"},
    ]
    message = wave("text", by="mallory", name="Mallory", text="Hello", known_as=claimed).message
    mallory = message.conversation.customer
    assert mallory != kim
    assert list(mallory.identities.values_list("kind", flat=True)) == ["handle", "phone"]
    assert not Identity.objects.get(value="+49301234567").verified_at


def test_who_gives_no_name_is_asked_of_the_provider(wave):
    from rapport.channels.actions.people import introduce

    customer = wave("text", name="", text="Hello").message.conversation.customer
    introduce(customer.pk, Channel.objects.get().pk, "kim-4711")
    customer.refresh_from_db()
    assert (customer.name, customer.language, customer.phone) == ("Kim Park", "en", "+49301234567")


def test_what_the_writer_changed_is_shown_changed_with_what_it_was(wave):
    message = wave("text", id="a", text="The lamp fickers").message
    assert wave("edit", about="a", text="The lamp flickers").state == "done"
    message.refresh_from_db()
    assert (message.text, message.earlier[0]["text"]) == ("The lamp flickers", "The lamp fickers")
    assert message.edited_at
    assert Conversation.objects.get().preview == "The lamp flickers"


def test_what_the_writer_took_back_is_gone_with_its_files_and_its_original(wave):
    message = wave("text", id="a", text="My password is hunter2", files=["keys.txt"]).message
    wave("delete", about="a")
    message.refresh_from_db()
    assert (message.text, message.visible_text, message.earlier) == ("", "", [])
    assert message.deleted_at
    assert not Attachment.objects.exists()
    assert Delivery.objects.order_by("id").first().body == b""
    assert wave("text", id="a", text="My password is hunter2").outcome == "duplicate", "nor does it come again"


def test_each_person_puts_one_emoji_to_a_message(wave):
    message = wave("text", id="a", text="Hello").message
    wave("react", about="a", emoji="👍")
    wave("react", about="a", emoji="❤️")
    message.refresh_from_db()
    assert [(each["by"], each["emoji"]) for each in message.reactions] == [("Kim Park", "❤️")]
    wave("react", about="a", emoji="")
    message.refresh_from_db()
    assert message.reactions == []


@pytest.fixture
def answered(wave, ada):
    """Kim asked, Ada answered, it has left: the answer."""
    conversation = wave("text", text="Hello").message.conversation
    message = actions.reply(conversation, by=ada, text="Good morning", undo_seconds=0)
    actions.send(message.dispatch.pk)
    return message


def test_an_answer_goes_where_it_was_asked(answered):
    (sent,) = Semaphore.sent
    assert ([person.address for person in sent.to], sent.text) == (["kim-4711"], "Good morning")
    assert sent.once
    assert Dispatch.objects.get().provider_id == "out-1"


def test_what_ada_said_first_leaves_first_however_the_jobs_run(wave, ada):
    conversation = wave("text", text="Hello").message.conversation
    first, second = (
        actions.reply(conversation, by=ada, text=text, undo_seconds=0).dispatch for text in ("One moment", "Here it is")
    )
    actions.send(second.pk)
    assert Semaphore.sent == []
    actions.send(first.pk)
    with clock.frozen(clock.now() + timedelta(seconds=1)):
        actions.send(second.pk)
    assert [each.text for each in Semaphore.sent] == ["One moment", "Here it is"]


def test_nobody_waits_for_what_is_stuck(wave, ada):
    conversation = wave("text", text="Hello").message.conversation
    first = actions.reply(conversation, by=ada, text="One moment", undo_seconds=0).dispatch
    Dispatch.objects.filter(pk=first.pk).update(due_at=clock.now() - timedelta(minutes=2))
    actions.send(actions.reply(conversation, by=ada, text="Here it is", undo_seconds=0).dispatch.pk)
    assert [each.text for each in Semaphore.sent] == ["Here it is"]


def test_where_it_can_be_taken_back_afterwards_an_answer_leaves_at_once(wave, ada, monkeypatch):
    conversation = wave("text", text="Hello").message.conversation
    waiting = actions.reply(conversation, by=ada, text="One moment").dispatch
    assert waiting.due_at > clock.now() + timedelta(seconds=5), "time to undo"
    monkeypatch.setattr(Semaphore, "abilities", replace(Semaphore.abilities, deletes=True))
    assert actions.reply(conversation, by=ada, text="Good morning").dispatch.due_at <= clock.now()


def test_we_see_that_it_arrived_and_was_read_whichever_is_told_first(answered, wave):
    wave("state", about="out-1", state="read")
    wave("state", about="out-1", state="delivered")
    dispatch = Dispatch.objects.get()
    assert dispatch.read_at
    assert dispatch.delivered_at
    assert states() == ["sent", "read"]


def test_read_up_to_a_moment_is_read_for_all_before_it(answered, wave, ada):
    second = actions.reply(answered.conversation, by=ada, text="And more", undo_seconds=0)
    actions.send(second.dispatch.pk)
    wave("state", state="read", at=(clock.now() + timedelta(seconds=1)).timestamp())
    assert Dispatch.objects.filter(read_at=None).count() == 0


def test_news_that_overtake_what_they_are_about_wait_for_it(wave):
    early = wave("edit", about="late", text="Better words")
    assert early.state == "stored"
    wave("text", id="late", text="Words")
    Delivery.objects.filter(pk=early.pk).update(received_at=clock.now() - timedelta(minutes=1))
    sweep()
    assert Message.objects.get(external_id="late").text == "Better words"
    assert Delivery.objects.get(pk=early.pk).state == "done"


def test_news_of_what_never_comes_are_put_away_in_the_end(wave):
    early = wave("state", about="somebody else's", state="read")
    Delivery.objects.update(received_at=clock.now() - timedelta(minutes=1))
    for _ in range(5):
        sweep()
    kept = Delivery.objects.get(pk=early.pk)
    assert (kept.state, kept.outcome) == ("done", "")


def test_after_the_session_only_a_template_is_sent(wave, ada):
    conversation = wave("text", text="Hello").message.conversation
    later(hours=25)
    with pytest.raises(CannotWrite, match="within 24 hours"):
        actions.reply(conversation, by=ada, text="Good morning")
    chosen = Chosen("order_update", "en", ("4711",))
    message = actions.reply(conversation, by=ada, text="Your order 4711 left.", template=chosen, undo_seconds=0)
    actions.send(message.dispatch.pk)
    assert Semaphore.sent[0].template == chosen


def test_what_does_not_fit_is_said_before_it_is_sent(wave, ada):
    conversation = wave("text", text="Hello").message.conversation
    with pytest.raises(CannotWrite, match="no Cc"):
        actions.reply(conversation, by=ada, text="Hello", cc=["lee@studio.example"])
    lost = losses(Semaphore(), html='<p><b>Hi</b> <a href="https://a.example">there</a></p>', text="Hi", files=[])
    assert lost == ["formatting", "links behind words (the address is written out)"]


def test_ada_answers_a_mail_by_flags_and_the_answer_comes_back_to_it(wave, kim, ada, hill, write):
    """One person, two channels: the conversation goes on where Kim was written to."""
    mail = write("The lamp flickers.")
    Identity.objects.create(customer=kim, kind="handle", value="semaphore:kim-4711")
    with pytest.raises(CannotWrite, match="within 24 hours"):
        actions.reply(mail, by=ada, text="Look at the hill", sender=hill)
    wave("text", text="Unrelated")
    message = actions.reply(mail, by=ada, text="Look at the hill", sender=hill, undo_seconds=0)
    assert (message.channel, message.to) == ("semaphore", ["kim-4711"])
    actions.send(message.dispatch.pk)
    back = wave("text", text="I see it").message
    assert (back.conversation_id, back.channel, back.threaded_by) == (mail.pk, "semaphore", "person")
    again = actions.reply(Conversation.objects.get(pk=mail.pk), by=ada, text="Good", undo_seconds=0)
    assert again.channel == "semaphore", "an answer goes where was written last"


def test_a_call_is_a_line_where_there_is_a_conversation_and_begins_one_where_it_should(wave):
    ignored = wave("call", exchange="c1", what="call.ended", said="A call ended.")
    assert (ignored.state, ignored.outcome) == ("done", "")
    missed = wave("call", exchange="c2", what="call.missed", said="Missed call", begins=True)
    assert (missed.outcome, missed.message.text) == ("created", "Missed call")
    wave("call", exchange="c2", what="call.ended", said="The call lasted 12 s.")
    told = Event.objects.get(name="ChannelHappening")
    assert (told.payload["what"], told.payload["said"]) == ("call.ended", "The call lasted 12 s.")


def test_a_provider_that_looks_first_gets_its_riddle_answered(client, hill):
    url = f"/in/semaphore/{hill.key}/"
    assert client.get(url, {"flag": "red", "riddle": "42"}).content == b"42"
    assert client.get(url, {"flag": "blue"}).status_code == 403
    assert client.get("/in/semaphore/nobody/").status_code == 404


def test_a_provider_that_wants_more_than_a_yes_gets_it(client, hill):
    body = json.dumps({"type": "text", "id": "1", "from": "kim", "text": "Hello"})
    url = f"/in/semaphore/{hill.key}/"
    answer = client.post(url, body, content_type="application/json", headers={"X-Flag": "red"})
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"<seen>True</seen>", "text/xml")
    assert client.post(url, body, content_type="application/json", headers={"X-Flag": "blue"}).status_code == 401
    assert Delivery.objects.count() == 1
