"""Who is told of what: whom it concerns, once, and never of what they did or see before them."""

from datetime import time, timedelta

import pytest
import time_machine
from django.db import transaction

from rapport.backbone.events import gathered
from rapport.backbone.jobs import run_pending
from rapport.conversations import actions
from rapport.conversations.actions.noticing import follow, unfollow
from rapport.conversations.models import Follow, Mention
from rapport.kit import clock
from rapport.team import presence
from rapport.team.models import Notification, PushSubscription, Team
from rapport.team.notifications import carrying, notify, read, unread_places
from rapport.team.notifications.reading import newest
from rapport.team.tests.push_service import PushService

pytestmark = pytest.mark.django_db


@pytest.fixture
def lamp(write, ada):
    """Kim's, and Ada's to answer."""
    conversation = write()
    actions.assign(conversation, to=ada, by=ada)
    return conversation


def told(agent):
    """Kinds of what is told, oldest first."""
    return list(agent.notifications.order_by("id").values_list("kind", flat=True))


def test_ada_is_told_what_others_do_and_not_what_she_does(ada, omar, lamp, write):
    actions.write_note(lamp, text="I ask the workshop.", by=ada)
    assert told(ada) == []
    write("Hello?", into=lamp)
    actions.write_note(lamp, text="They know.", by=omar)
    assert told(ada) == ["own", "own"]
    actions.assign(lamp, to=omar, by=ada)
    assert told(omar) == ["assigned"]
    [group] = newest(ada)
    assert [piece.said for piece in group.pieces] == [
        "Omar Haddad wrote in your conversation",
        "The customer wrote in your conversation",
    ]
    assert (group.about.who, group.about.title, group.pieces[1].text) == ("Kim Park", "Flickering lamp", "Hello?")


def test_nobody_is_told_of_what_they_have_before_them(ada, lamp, write):
    presence.look(ada, place=f"conversation:{lamp.pk}", tab="a1a1a1a1", audience=["everyone"])
    write("Hello?", into=lamp)
    assert told(ada) == []
    presence.leave(ada, tab="a1a1a1a1")
    write("Hello??", into=lamp)
    assert told(ada) == ["own"]


def test_machines_make_no_news(ada, lamp, write):
    write("I am away.", into=lamp, is_automatic=True)
    assert told(ada) == []


def test_a_mention_is_told_once_however_often_it_is_said(ada, omar, noor, lamp):
    crew = Team.objects.create(name="Billing")
    crew.members.add(omar, noor)
    actions.write_note(lamp, text="@Omar, @omar haddad and @Billing: 20% of it? Ask mail@noor.example.", by=ada)
    assert [told(each) for each in (omar, noor, ada)] == [["mention"], ["mention"], []]
    rows = Mention.objects.order_by("agent__name").values_list("agent__name", "team__name")
    assert list(rows) == [("Noor Aziz", "Billing"), ("Omar Haddad", None)]
    actions.write_note(lamp, text="@Omarion and omar@lampwright.example are nobody.", by=noor)
    assert Mention.objects.count() == 2


def test_a_first_name_that_two_have_needs_the_whole_name(ada, omar, lamp):
    type(omar).objects.create_user("omar2@lampwright.example", "correct horse battery", name="Omar Diaz")
    actions.write_note(lamp, text="@Omar?", by=ada)
    assert told(omar) == []
    actions.write_note(lamp, text="@Omar Haddad?", by=ada)
    assert told(omar) == ["mention"]


def test_chinese_names_need_no_space_after_them(ada, lamp):
    wei = type(ada).objects.create_user("wei@lampwright.example", "correct horse battery", name="张伟")
    actions.write_note(lamp, text="@张伟请看一下", by=ada)
    assert told(wei) == ["mention"]


def test_whoever_cannot_see_it_is_not_told(ada, omar, lamp, write):
    eve = type(ada).objects.create_user("eva@lampwright.example", "correct horse battery", name="Eva Moss")
    follow(lamp, by=eve)
    crew = Team.objects.create(name="Engineering")
    crew.members.add(ada)
    actions.assign(lamp, to=ada, team=crew, by=omar)
    actions.write_note(lamp, text="@Eva", by=ada)
    write("More", into=lamp)
    assert told(eve) == []
    # What she was told before is not shown any more.
    notify("followed", [eve.pk], place=f"conversation:{lamp.pk}")
    assert (told(eve), newest(eve)) == (["followed"], [])


def test_whoever_writes_follows_and_hears_on_until_they_do_not_want_to(ada, omar, noor, lamp, write):
    actions.write_note(lamp, text="I know her. @Noor?", by=omar)
    assert set(Follow.objects.values_list("agent", flat=True)) >= {omar.pk, noor.pk}
    write("Hello?", into=lamp)
    assert (told(omar), told(noor)) == (["followed"], ["mention", "followed"])
    unfollow(lamp, by=omar)
    actions.write_note(lamp, text="One more thing.", by=omar)
    write("Hello??", into=lamp)
    assert told(omar) == ["followed"]
    follow(lamp, by=omar)
    write("Hello???", into=lamp)
    assert told(omar) == ["followed", "followed"]
    noor.follows_by_itself = False
    noor.save()
    other = write("Another")
    actions.write_note(other, text="Hm.", by=noor)
    assert not Follow.objects.filter(agent=noor, conversation=other).exists()


def test_what_is_new_in_a_team_is_told_to_who_asked_for_it(ada, omar, noor, write, inbox):
    inbox.team = Team.objects.create(name="Lights")
    inbox.save()
    inbox.team.members.add(ada, omar)
    for agent in (ada, noor):
        agent.notices = {"new": {"app": True}}
        agent.save()
    write()
    assert [told(each) for each in (ada, omar, noor)] == [["new"], [], []]


def test_many_mails_at_once_cost_a_few_queries_more(ada, lamp, write, django_assert_max_num_queries):
    ada.notices = {"new": {"app": True}}
    ada.save()
    with transaction.atomic(), gathered():
        for number in range(20):
            write(f"News {number}", into=lamp)
            write(f"New {number}")
        with django_assert_max_num_queries(20):
            from rapport.backbone.gathering import write_out

            write_out()
    assert told(ada).count("own") == told(ada).count("new") == 20


def test_reading_is_by_conversation(ada, omar, lamp, write):
    other = write("Another")
    actions.assign(other, to=ada, by=omar)
    write("Hello?", into=lamp)
    assert set(unread_places(ada)) == {f"conversation:{lamp.pk}", f"conversation:{other.pk}"}
    assert read(ada, place=f"conversation:{lamp.pk}") == 1
    assert unread_places(ada) == [f"conversation:{other.pk}"]
    assert (read(ada), read(ada), unread_places(ada)) == (1, 0, [])


@pytest.fixture
def service(settings):
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    with PushService() as running:
        yield running


def test_a_push_says_no_word_of_a_customer_unless_it_may(ada, lamp, write, service):
    browser = service.subscribe(ada)
    write("My number is 555.", into=lamp)
    run_pending(strict=True)
    [push] = browser.pushes
    assert push == {
        "title": "The customer wrote in your conversation",
        "body": f"No. {lamp.number}",
        "url": f"/inbox/{lamp.number}/",
        "tag": f"conversation:{lamp.pk}",
    }
    [request] = service.requests
    assert request["content-encoding"] == "aes128gcm"
    assert service.is_signed_by_us(request)
    ada.pushes_text = True
    ada.save()
    write("Call me.", into=lamp)
    run_pending(strict=True)
    assert browser.pushes[-1]["body"] == "Kim Park · Flickering lamp\nCall me."


def test_a_browser_that_is_gone_is_forgotten_and_one_that_is_busy_is_asked_again(ada, lamp, write, service):
    service.subscribe(ada)
    service.status = 503
    write("Hello?", into=lamp)
    with pytest.raises(Exception, match="503"):
        run_pending(strict=True)
    assert PushSubscription.objects.exists()
    service.status = 410
    write("Hello??", into=lamp)
    run_pending(strict=True)
    assert not PushSubscription.objects.exists()


def test_a_push_goes_nowhere_inside_our_network(ada, lamp, write, service, settings):
    service.subscribe(ada)
    settings.PRIVATE_HOSTS_ALLOWED = []
    write("Hello?", into=lamp)
    run_pending()
    assert service.requests == []


def test_quiet_hours_hold_mail_and_push_and_sum_them_up(ada, lamp, write, service, mailoutbox):
    browser = service.subscribe(ada)
    ada.time_zone, ada.quiet_from, ada.quiet_until = "Asia/Tokyo", time(20), time(7)
    ada.save()
    night = clock.now().replace(hour=13, minute=0)  # ten in the evening in Tokyo
    with time_machine.travel(night, tick=False) as travel:
        for words in ("One", "Two"):
            write(words, into=lamp)
        run_pending(strict=True)
        carrying.carry_held()
        run_pending(strict=True)
        assert (browser.pushes, told(ada)) == ([], ["own", "own"])
        travel.move_to(night + timedelta(hours=9, minutes=1))
        carrying.carry_held()
        run_pending(strict=True)
        [push] = browser.pushes
        assert (push["title"], push["body"]) == ("2 pieces of news", f"No. {lamp.number}")
        assert not Notification.objects.exclude(held="").exists()
        write("Three", into=lamp)
        run_pending(strict=True)
        assert len(browser.pushes) == 2


def test_what_was_read_in_the_app_is_not_pushed_after(ada, lamp, write, service):
    browser = service.subscribe(ada)
    write("Hello?", into=lamp)
    read(ada)
    run_pending(strict=True)
    assert browser.pushes == []
