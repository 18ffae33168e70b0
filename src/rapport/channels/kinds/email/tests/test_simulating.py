"""Kim's mail, played on this machine, and the desk's own SMTP server: letters both ways over real sockets."""

import pytest

from rapport.backbone import files
from rapport.channels import actions, listeners
from rapport.channels.errors import CannotDeliver
from rapport.channels.kinds.email.kind import Email
from rapport.channels.kinds.email.pooling import POOL
from rapport.channels.kinds.email.simulator import DESK, EmailSimulator
from rapport.channels.models import Channel, Delivery, Dispatch
from rapport.channels.simulating import CannotSay, SentFile
from rapport.channels.tests.letters import letter
from rapport.channels.tests.test_listening import wait_until
from rapport.channels.types import Address, Outgoing
from rapport.conversations.models import Conversation, Message
from rapport.conversations.types import IncomingFile

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stage(settings, inbox):
    with EmailSimulator().stage() as stage:
        settings.SMTP_LISTEN = "smtp://127.0.0.1:0"
        made = dict(stage.simulator.settings(stage.api))
        Channel.objects.create(
            kind="email", inbox=inbox, name="Mail", address=DESK, settings=made, simulated_at=stage.api
        )
        yield stage
    POOL.close()


@pytest.fixture
def desk(stage, settings):
    """The desk listens, and the simulator knows where."""
    opened = []

    def listening(way="smtp"):
        settings.SMTP_LISTEN = f"{way}://127.0.0.1:0"
        opened.append(listeners.Doors())
        stage.simulator.push_url = f"{way}://127.0.0.1:{opened[0]._listeners[0].port}/in/email/key/"
        return opened[0]

    yield listening
    for each in opened:
        each.stop()


@pytest.fixture
def write(stage, desk):
    desk()

    def written(text, carried=()):
        before = Message.objects.filter(direction="in").count()
        (said,) = stage.say(text, carried)
        assert said.status_code == 250, said.text
        wait_until(lambda: Message.objects.filter(direction="in").count() > before)
        return Message.objects.filter(direction="in").order_by("-id").first()

    return written


def answer(ada, conversation, text="Turn it off and on.", **said):
    message = actions.reply(conversation, by=ada, text=text, undo_seconds=0, **said)
    actions.send(Dispatch.objects.get(message=message).pk)
    return Dispatch.objects.get(message=message)


def test_kim_writes_ada_answers_and_kims_answer_to_it_is_in_the_same_conversation(stage, write, ada):
    first = write("The lamp flickers, since yesterday evening")
    assert (first.author_address, first.conversation.subject) == (
        "kim@studio.example",
        "The lamp flickers, since yesterday evening",
    )
    assert answer(ada, first.conversation).state == "sent"
    heard = stage.simulator.heard.get(timeout=5)
    assert "Turn it off and on." in heard.text
    (arrived,) = stage.simulator.letters
    assert arrived["In-Reply-To"] == f"<{first.external_id}>"
    second = write("That helped")
    assert second.conversation == first.conversation
    assert second.visible_text.strip() == "That helped"
    assert "> Turn it off and on." in second.text
    assert Conversation.objects.count() == 1


def test_kim_goes_on_unanswered_and_begins_anew_when_told_to(write):
    first = write("The lamp flickers")
    assert write("It is the Arc").conversation == first.conversation
    assert write("/new Do you ship to Oslo?").conversation != first.conversation
    assert Conversation.objects.filter(subject="Do you ship to Oslo?").exists()


def test_somebody_else_writes_in_a_conversation_of_their_own(write):
    write("The lamp flickers")
    wren = write("/from wren@studio.example Is my order ready?")
    assert (wren.author_name, wren.author_address) == ("Wren", "wren@studio.example")
    assert write("/from wren@studio.example Hello?").conversation == wren.conversation
    assert Conversation.objects.count() == 2


def test_files_go_both_ways_byte_for_byte(stage, write, ada):
    photo = SentFile("lamp.jpg", "image/jpeg", bytes(range(256)) * 40)
    message = write("Look", [photo])
    assert [(each.name, each.size) for each in message.attachments.all()] == [("lamp.jpg", 10_240)]
    kept = files.keep(b"\x00\xff" * 50)
    plan = IncomingFile(kept.pk, "plan.bin", "application/octet-stream", kept.size, kept.sha256)
    answer(ada, message.conversation, files=[plan])
    assert stage.simulator.heard.get(timeout=5).files == (("plan.bin", b"\x00\xff" * 50),)


def test_what_is_sent_to_an_address_that_bounces_is_reported_on_its_message(stage, write, ada):
    message = write("/from bounce@studio.example Where is my order?")
    sent = answer(ada, message.conversation)
    assert sent.state == "sent"
    wait_until(lambda: Dispatch.objects.get(pk=sent.pk).bounced_at)
    sent.refresh_from_db()
    assert sent.state == "failed"
    assert "5.1.1" in sent.error
    assert stage.simulator.heard.empty()
    assert stage.problems.empty()


def test_what_is_only_late_is_not_given_up(write, ada):
    message = write("/from late@studio.example Where is my order?")
    sent = answer(ada, message.conversation)
    wait_until(lambda: Delivery.objects.filter(outcome="bounce").exists())
    sent.refresh_from_db()
    assert (sent.state, sent.bounced_at) == ("sent", None)


@pytest.mark.parametrize(
    ("address", "permanent"), [("nobody@studio.example", True), ("busy+lamps@studio.example", False)]
)
def test_who_takes_no_mail_refuses_it_for_good_or_for_the_moment(stage, address, permanent):
    made = Outgoing(
        sender=Address("Ada", DESK), to=[Address("", address)], text="Hello", external_id="1@rapport.example"
    )
    with pytest.raises(CannotDeliver) as caught:
        Email().send(made, Channel.objects.get().settings)
    assert caught.value.permanent is permanent
    assert [each.address for each in caught.value.undelivered] == [address]


def test_one_bounces_while_the_other_has_it(stage, write, ada):
    message = write("The lamp flickers")
    sent = answer(ada, message.conversation, cc=["bounce@studio.example"])
    assert "to kim@studio.example:" in stage.simulator.heard.get(timeout=5).text
    wait_until(lambda: Dispatch.objects.get(pk=sent.pk).undelivered)
    assert [each["address"] for each in Dispatch.objects.get(pk=sent.pk).undelivered] == ["bounce@studio.example"]


def test_letters_come_in_by_lmtp_too_and_once_however_often_they_are_sent(stage, desk):
    desk("lmtp")
    (push,) = stage.simulator.says("The lamp flickers")
    assert [stage.push(push).status_code for _ in range(3)] == [250] * 3
    wait_until(lambda: Delivery.objects.filter(state="done").count() == 3)
    assert Message.objects.count() == 1


def test_a_letter_to_nobody_here_is_refused_in_the_desks_own_words(stage, desk, monkeypatch):
    monkeypatch.setattr("rapport.channels.kinds.email.post._NEW_FOR", 0)
    desk()
    said = stage.push(stage.simulator.posted(letter(to="sales@rapport.example")))
    assert (said.status_code, said.text) == (550, "5.1.1 Nobody has this address here")
    assert not Delivery.objects.exists()


def test_a_mailbox_that_was_just_made_gets_the_first_letter(stage, desk):
    Channel.objects.update(address="other@rapport.example")
    doors = desk()
    assert not doors._reception.knows(DESK)
    Channel.objects.update(address=DESK)
    assert stage.say("The lamp flickers")[0].status_code == 250


def test_it_is_said_how_letters_get_in(stage, settings):
    assert "over HTTP" not in stage.simulator.hint
    settings.SMTP_LISTEN = ""
    assert "RAPPORT_SMTP_LISTEN" in stage.simulator.hint
    assert stage.simulator.settings(stage.api)["incoming"] == "none"


@pytest.mark.parametrize(
    "typed", ["/from", "/from Wren Hello", "/from 木@例子.cn Hello", "/new", "/from wren@studio.example"]
)
def test_what_makes_no_letter_is_told_to_whoever_typed_it(stage, typed):
    with pytest.raises(CannotSay):
        stage.say(typed)
    assert not stage.simulator.memory


def test_a_letter_that_is_attached_as_a_file_arrives_as_it_is(write):
    body = letter("An older one")
    (kept,) = write("See there", [SentFile("old.eml", "message/rfc822", body)]).attachments.all()
    assert (kept.name, kept.size) == ("old.eml", len(body))
