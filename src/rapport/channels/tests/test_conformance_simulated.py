"""What every kind with a simulator has to keep, tried through the product's own door with signed pushes."""

import itertools
import random
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from rapport.channels.actions.polling import poll
from rapport.channels.actions.settling import sweep
from rapport.channels.contact import doubting, stamping
from rapport.channels.errors import CannotDeliver
from rapport.channels.kinds.email.pooling import POOL
from rapport.channels.models import Channel, Delivery
from rapport.channels.pushing import push_url
from rapport.channels.seam import kinds
from rapport.channels.simulating import Push, SentFile
from rapport.channels.tests.door import Door
from rapport.channels.types import Address, Outgoing, Part
from rapport.conversations.models import Message
from rapport.kit import clock
from rapport.kit.limiting import Limiter

KINDS = [kind for kind in kinds().values() if kind.simulator() is not None]
# A form sends a browser on to its thanks.
TAKEN = (200, 303)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request):
    return request.param


@pytest.fixture
def stage(kind, inbox, settings):
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    with kind.simulator().stage() as stage:
        made = dict(stage.simulator.settings(stage.api))
        channel = Channel.objects.create(
            kind=kind.name, inbox=inbox, name="Some channel", address=str(made.get("address", "")), settings=made
        )
        stage.simulator.push_url = push_url(channel)
        stage.simulator.channel_settings = made
        yield stage
        POOL.close()


@pytest.fixture
def push(kind, client, stage, monkeypatch):
    """Hand a push in at the door; as by the worker, what was stored is read, and fetched what waits."""

    door = Door(client, stage, Channel.objects.get())
    if kind.name == "form":
        # A browser opens the page anew for each message, and its person waits; here nobody does.
        stage.simulator.fetch = lambda opening: client.get(urlsplit(opening.path).path).content
        monkeypatch.setattr(stamping, "SHORTEST", 0)
        monkeypatch.setattr(doubting, "_BY_PERSON", Limiter(burst=100, a_second=1))
        monkeypatch.setattr(doubting, "_BY_PLACE", Limiter(burst=100, a_second=1))
    door.hand_in(stage.simulator.arrives())

    def pushed(push: Push):
        said = door.take(push)
        for channel in Channel.objects.all():
            if said.status_code == 200 and kinds()[channel.kind].asks(channel.settings):
                poll(channel.pk)
        return said

    return pushed


def words():
    return [message.text for message in Message.objects.filter(direction="in").order_by("text")]


def needs_writing(kind):
    if not kind.abilities.writes:
        pytest.skip("nothing is written by this kind")


def test_what_a_person_writes_arrives_once_however_often_it_is_pushed(kind, stage, push):
    needs_writing(kind)
    pushes = list(stage.simulator.says("The lamp flickers."))
    for each in pushes * 5:
        assert push(each).status_code in TAKEN
    assert words() == ["The lamp flickers."]
    (message,) = Message.objects.all()
    assert message.author_address
    Delivery.objects.update(received_at=clock.now() - timedelta(days=1))
    for each in pushes:
        push(each)
    assert words() == ["The lamp flickers."]


def test_what_comes_in_another_order_is_all_there_once(kind, stage, push):
    needs_writing(kind)
    said = ["one", "three", "two"]
    pushes = list(itertools.chain(*(stage.simulator.says(each) for each in said))) * 2
    random.Random(4).shuffle(pushes)
    for each in pushes:
        push(each)
    sweep()
    assert words() == said


def test_what_nobody_signed_is_refused_and_nothing_is_stored(kind, stage, push):
    if kind.name == "form":
        pytest.skip("anybody may fill in a form, and nobody signs it; its stamp is tried beside it")
    for each in stage.simulator.says("Let me in"):
        bare = {name: value for name, value in each.headers.items() if name == "Content-Type"}
        unsigned = {name: value for name, value in each.query.items() if "sign" not in name.lower()}
        assert push(replace(each, headers=bare, query=unsigned)).status_code in (401, 403)
    assert not Delivery.objects.exists()


def test_files_that_a_person_sends_are_kept_byte_for_byte(kind, stage, push):
    if not kind.abilities.attachments:
        pytest.skip("this kind carries no files")
    photo = SentFile("lamp.jpg", "image/jpeg", b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4)
    for each in stage.simulator.says("Look", [photo]):
        push(each)
    kept = [file for message in Message.objects.all() for file in message.attachments.all()]
    assert [file.size for file in kept] == [len(photo.body)]
    assert any("Look" in text for text in words())


@pytest.fixture
def letter(kind, stage, push):
    """Something to send to the person, who has just written."""
    needs_writing(kind)
    if not kind.abilities.sends:
        pytest.skip("nothing is sent by this kind: its people are answered by mail")
    if kind.abilities.widget:
        pytest.skip("a page of ours is told by the desk's own stream, see its own tests")
    for each in stage.simulator.says("Hello"):
        push(each)
    message = Message.objects.get()
    person = Address(message.author_name, message.author_address)
    settings = Channel.objects.get().settings

    def made(text="Good morning", **said):
        sender = Address("Ada", settings.get("address", ""))
        named = {"external_id": kind.external_id(sender.address), "once": "once-1"}
        return Outgoing(sender=sender, to=[person], text=text, last_heard_at=clock.now(), **named, **said)

    return made


def test_what_we_send_reaches_the_person(kind, stage, letter):
    receipt = kind.send(letter(), Channel.objects.get().settings)
    heard = stage.simulator.heard.get(timeout=5)
    assert "Good morning" in heard.text
    assert receipt.external_id


def test_a_picture_that_we_send_reaches_the_person(kind, stage, letter):
    if not kind.abilities.attachments:
        pytest.skip("this kind carries no files")
    picture = Part(
        *("plan.jpg", "image/jpeg", b"\xff\xd8\xff\xe0" + b"plan" * 100), address="https://desk.example/plan.jpg"
    )
    kind.send(letter(parts=[picture]), Channel.objects.get().settings)
    heard = []
    while not stage.simulator.heard.empty():
        heard.append(stage.simulator.heard.get())
    if kind.abilities.links_files:
        assert any(picture.address in each.text for each in heard)
    else:
        assert any(body == picture.body for each in heard for _name, body in each.files)


@pytest.mark.parametrize(
    ("how", "permanent", "too_many"),
    [("permanent", True, False), ("temporary", False, False), ("too_many", False, True)],
)
def test_refusals_are_told_apart(kind, stage, letter, how, permanent, too_many):
    message = letter()
    stage.fail_next(how)
    with pytest.raises(CannotDeliver) as caught:
        kind.send(message, Channel.objects.get().settings)
    assert (caught.value.permanent, caught.value.too_many) == (permanent, too_many)
    assert len(caught.value.reason) > 10
    assert stage.simulator.heard.empty()


def test_the_connection_can_be_tried(kind, stage):
    settings = {**Channel.objects.get().settings, "push_url": stage.simulator.push_url}
    steps = list(kind.check(settings))
    assert steps
    assert all(step.name and (step.ok or step.remedy) for step in steps)
