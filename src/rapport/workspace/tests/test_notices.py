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


def test_the_bell_counts_and_opening_a_conversation_reads_what_is_told_of_it(ada, lamp, write, signed_in):
    browser = signed_in(ada)
    write("Hello <b>you</b>?", into=lamp)
    other = write("Another")
    actions.write_note(other, text="Hm.", by=ada)
    write("More", into=other)
    assert browser.get("/notifications/count").json() == {"unread": "2"}
    page = browser.get("/notifications/").content.decode()
    assert "The customer wrote in your conversation: Hello &lt;b&gt;you&lt;/b&gt;?" in page
    assert "The customer wrote in a conversation you follow" in page
    assert "data-unread-count>2<" in page
    browser.get(f"/inbox/{lamp.number}/")
    browser.get(f"/inbox/{other.number}/")
    assert browser.get("/notifications/count").json() == {"unread": ""}
    write("Hello?", into=lamp)
    assert "data-read-all" in browser.get("/notifications/?in=bell").content.decode()
    assert browser.post("/notifications/reading", headers={"X-Requested-With": "bell"}).status_code == 204
    assert unread_places(ada) == []


def test_what_one_is_told_of_is_ones_own_choice(ada, lamp, write, signed_in):
    browser = signed_in(ada)
    said = {"mention:app": "on", "own:mail": "on", "quiet_from": "20:00", "quiet_until": "07:30", "pushes_text": "on"}
    assert browser.post("/settings/notifications/", said).status_code == 302
    ada.refresh_from_db()
    assert ada.notices["own"] == {"app": False, "mail": True, "push": False}
    assert ada.notices["mention"] == {"push": False}
    assert (ada.quiet_from, ada.quiet_until, ada.pushes_text, ada.follows_by_itself) == (
        time(20), time(7, 30), True, False
    )  # fmt: skip
    write("Hello?", into=lamp)
    assert (told(ada), unread_places(ada)) == (["own"], [])
    page = browser.get("/settings/notifications/").content.decode()
    assert 'name="own:mail" checked' in page
    assert 'name="own:app" checked' not in page
    browser.post("/settings/notifications/", {"quiet_from": "20:00"})
    ada.refresh_from_db()
    assert ada.quiet_until == time(7, 30)


def test_a_browser_is_subscribed_by_what_it_says(ada, omar, signed_in, service):
    from rapport.team.tests import push_service as made

    browser, known = signed_in(ada), made.Browser()
    keys = {"p256dh": made._text(known.public), "auth": made._text(known.auth), "label": "Chrome, Linux"}
    url = "/settings/notifications/browsers"
    assert browser.post(url, {"endpoint": "https://push.example/1", **keys}).status_code == 201
    assert "Chrome, Linux" in browser.get("/settings/notifications/").content.decode()
    bad = [{"endpoint": "http://push.example/1"}, {"endpoint": "file:///etc/passwd"}, {"p256dh": "AAAA"}, {"auth": "x"}]
    for wrong in bad:
        assert browser.post(url, {"endpoint": "https://push.example/2", **keys, **wrong}).status_code == 422
    # Whoever signs in to the same browser next has it.
    assert signed_in(omar).post(url, {"endpoint": "https://push.example/1", **keys}).status_code == 201
    assert [row.agent for row in PushSubscription.objects.all()] == [omar]
    assert browser.delete(f"{url}?endpoint=https://push.example/1").status_code == 404
    assert signed_in(omar).delete(f"{url}?endpoint=https://push.example/1").status_code == 204


def test_it_can_be_installed_as_an_app(client):
    manifest = client.get("/manifest.webmanifest")
    assert manifest["Content-Type"] == "application/manifest+json"
    assert (manifest.json()["display"], manifest.json()["start_url"]) == ("standalone", "/inbox/")
    worker = client.get("/service-worker.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert "icon-192" in worker.content.decode()


def test_mentions_and_following_are_views_with_their_own_counts(ada, omar, signed_in, write):
    one, two, three = write("One"), write("Two"), write("Three")
    actions.write_note(one, text="@Ada, please.", by=omar)
    follow(two, by=ada)
    actions.close(three, by=ada)
    follow(three, by=ada)
    browser = signed_in(ada)
    counts = browser.get("/inbox/counts").json()
    assert (counts["mentions"], counts["following"]) == ("1", "2")
    assert f'id="row-{one.pk}"' in browser.get("/inbox/rows?view=mentions").content.decode()
    assert f'id="row-{two.pk}"' in browser.get("/inbox/rows?view=following").content.decode()
    page = browser.get(f"/inbox/{one.number}/").content.decode()
    assert '<b class="mention" data-me>@Ada</b>, please.' in page
    assert 'id="follow-button" aria-pressed="true"' in page
    browser.delete(f"/conversations/{one.pk}/following")
    assert browser.get("/inbox/counts").json()["following"] == "1"
    assert 'id="follow-button" aria-pressed="false"' in browser.get(f"/inbox/{one.number}/").content.decode()


def test_the_list_of_whom_to_mention_says_who_cannot_see_it(ada, omar, signed_in, write):
    lamp, crew = write(), Team.objects.create(name="Engineering")
    crew.members.add(ada)
    Team.objects.create(name="Billing").members.add(
        type(ada).objects.create_user("eva@lampwright.example", "correct horse battery", name="Eva Moss")
    )
    actions.assign(lamp, to=ada, team=crew, by=omar)
    people = signed_in(ada).get(f"/conversations/{lamp.pk}/mentionable").json()["people"]
    assert {person["name"]: person["sees"] for person in people} == {
        "Omar Haddad": True, "Eva Moss": False, "Engineering": True, "Billing": False,
    }  # fmt: skip


def test_scripts_read_ones_own_notifications(ada, omar, lamp, write, client):
    from rapport.team.actions import create_token

    headers = {"Authorization": f"Bearer {create_token(ada, scope='write', name='script', days=1)}"}
    other = write("Another")
    actions.write_note(other, text="@Ada, look.", by=omar)
    write("Hello?", into=lamp)
    first, second = client.get("/api/v1/notifications", headers=headers).json()["items"]
    assert (first["kind"], first["by"], first["who"], first["read_at"]) == ("own", None, "Kim Park", None)
    assert (second["said"], second["subject"]) == ("Omar Haddad mentioned you", f"conversation:{other.pk}")
    ask = {"content_type": "application/json", "headers": headers}
    assert client.post("/api/v1/notifications/read", {"conversation": other.pk}, **ask).json() == {"read": 1}
    left = client.get("/api/v1/notifications?unread=true", headers=headers).json()["items"]
    assert [each["id"] for each in left] == [first["id"]]
    assert client.post("/api/v1/notifications/read", {}, **ask).json() == {"read": 1}
    assert client.get("/api/v1/notifications").status_code == 401
