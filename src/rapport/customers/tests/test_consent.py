"""Kim decides what she hears from us, and nothing goes out that she did not agree to."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from rapport.backbone.events import Event
from rapport.backbone.jobs import run_pending
from rapport.customers import actions, merging
from rapport.customers.consent import links, recording
from rapport.customers.consent.models import ConsentRecord
from rapport.customers.consent.queries import may_send, may_send_to, purpose_called, purposes, stances, ways_to
from rapport.customers.consent.types import Channel
from rapport.customers.errors import CannotArrange
from rapport.customers.models import IdentityKind
from rapport.kit import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def say(kim):
    """Kim says something."""

    def said(state, purpose="newsletter", channel="any", customer=None, **more):
        found = purpose_called(purpose)
        return recording.record(customer or kim, purpose=found, channel=channel, state=state, how="page", **more)

    return said


def page_of(customer):
    return links.preferences_url(customer).partition("://")[2].partition("/")[2].join(("/", ""))


@pytest.fixture
def stranger():
    return Client(enforce_csrf_checks=True)


def test_service_always_marketing_once_agreed_and_surveys_until_objected(kim):
    assert {purpose.key: may_send(kim, purpose.key, "email") for purpose in purposes()} == {
        "service": True, "newsletter": False, "product_news": False, "surveys": True, "research": False,
    }  # fmt: skip
    assert not may_send(kim, "whatever", "email"), "what nobody set up is sent to nobody"


def test_the_newest_word_counts_and_the_old_ones_stay(kim, say):
    say("given")
    assert may_send(kim, "newsletter", "email")
    say("withdrawn", channel="email")
    assert not may_send(kim, "newsletter", "email")
    assert may_send(kim, "newsletter", "sms")
    say("withdrawn")
    say("given", channel="sms")
    assert [may_send(kim, "newsletter", way) for way in ("email", "sms", "phone")] == [False, True, False]
    assert ConsentRecord.objects.filter(customer=kim).count() == 4
    assert Event.objects.filter(name="ConsentChanged").count() == 4


def test_what_was_said_of_one_address_says_nothing_of_another(kim, say):
    say("given")
    say("withdrawn", channel="email", address="Kim@Studio.example")
    assert not may_send(kim, "newsletter", "email")
    assert may_send(kim, "newsletter", "email", address="kim@home.example")


def test_many_are_asked_at_once(kim, say, django_assert_num_queries):
    others = [
        actions.meet(kind=IdentityKind.EMAIL, value=f"{n}@a.example", name=f"N {n}", verified=True) for n in range(5)
    ]
    say("given")
    say("given", customer=others[2])
    say("withdrawn", customer=others[2])
    purposes()
    with django_assert_num_queries(2):
        assert may_send_to([kim, *others], "newsletter", "email") == {kim.pk}
    assert len(may_send_to([kim, *others], "surveys", "email")) == 6


def test_a_withdrawal_goes_along_when_two_records_become_one(kim, say, ada):
    other = actions.meet(kind=IdentityKind.EMAIL, value="kim@home.example", name="K", verified=True)
    say("given")
    say("withdrawn", customer=other)
    merging.merge(other, into=kim, by=ada)
    assert not may_send(kim, "newsletter", "email")


def test_service_messages_are_nothing_to_agree_to(kim, say):
    with pytest.raises(CannotArrange, match="always sent"):
        say("withdrawn", purpose="service")


def test_ways_are_those_that_reach_them(kim):
    assert ways_to(kim) == [Channel.EMAIL]
    actions.add_identity(kim, kind=IdentityKind.PHONE, value="+44 20 7946 0000", by=None)
    assert ways_to(kim) == [Channel.EMAIL, Channel.SMS, Channel.PHONE, Channel.WHATSAPP]


def test_opening_the_page_changes_nothing_and_sending_it_does(kim, stranger):
    address = page_of(kim)
    page = stranger.get(address)
    assert page.status_code == 200
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert "Newsletter" in page.content.decode()
    assert not ConsentRecord.objects.exists()
    answer = stranger.post(address, {"said": ["newsletter:email"]}, REMOTE_ADDR="203.0.113.7")
    assert "Saved" in answer.content.decode()
    given, withdrawn = ConsentRecord.objects.order_by("state")
    assert (given.purpose.key, given.channel, given.how, given.ip) == ("newsletter", "email", "page", "203.0.113.7")
    assert "What we are up to, now and then." in given.text
    assert (withdrawn.purpose.key, withdrawn.state) == ("surveys", "withdrawn")
    stranger.post(address, {"said": ["newsletter:email"]})
    assert ConsentRecord.objects.count() == 2, "what did not change is not written again"


def test_everything_can_be_ended_at_once(kim, say, stranger):
    say("given")
    say("given", purpose="research", channel="email")
    stranger.post(page_of(kim), {"everything": "1"})
    assert not any(may_send(kim, purpose.key, "email") for purpose in purposes() if not purpose.is_service)
    assert all(not stance.is_allowed for _purpose, each in stances(kim) for stance in each)


def test_the_page_speaks_chinese_to_who_reads_it(kim, stranger):
    kim.language = "zh-CN"
    kim.save()
    page = stranger.get(page_of(kim)).content.decode()
    assert 'lang="zh-hans"' in page


def test_a_link_that_is_not_ours_or_too_old_opens_nothing(kim, stranger):
    address = page_of(kim)
    assert stranger.get(address[:-3] + "xx/").status_code == 404
    assert links.customer_in("nobodys") is None
    assert timedelta(days=365) <= links.GOOD_FOR


def test_an_agent_may_not_answer_for_kim_on_her_page(kim, ada, signed_in):
    assert signed_in(ada).post(page_of(kim), {"everything": "1"}).status_code == 403
    assert not ConsentRecord.objects.exists()


def test_a_double_opt_in_gives_nothing_before_the_button_is_pressed(kim, ada, stranger):
    recording.ask(kim, purpose=purpose_called("newsletter"), by=ada)
    run_pending(strict=True)
    [letter] = mail.outbox
    assert letter.to == ["kim@studio.example"]
    assert not may_send(kim, "newsletter", "email")
    path = "/preferences/" + letter.body.partition("/preferences/")[2].split()[0]
    assert stranger.get(path).status_code == 200
    assert not may_send(kim, "newsletter", "email"), "programs that scan mail open links too"
    assert stranger.post(path).status_code == 200
    assert stranger.post(path).status_code == 200
    assert may_send(kim, "newsletter", "email")
    confirmed = ConsentRecord.objects.get(state="given")
    assert (confirmed.how, confirmed.address) == ("confirmation", "kim@studio.example")
    with pytest.raises(CannotArrange, match="within the last day"):
        recording.ask(kim, purpose=purpose_called("newsletter"), by=ada)


def test_asking_once_more_takes_nothing_back(kim, say, ada):
    say("given")
    with clock.frozen(clock.now() + timedelta(days=3)):
        recording.ask(kim, purpose=purpose_called("newsletter"), by=ada)
        assert may_send(kim, "newsletter", "email")


def test_a_script_notes_what_kim_said(kim, ada, signed_in):
    browser = signed_in(ada)
    here = f"/api/v1/customers/{kim.pk}/consents"
    said = {"purpose": "newsletter", "channel": "email", "state": "given", "text": "Yes, send me news.", "how": "form"}
    made = browser.post(here, said, content_type="application/json")
    assert made.status_code == 201, made.content
    assert made.json()["by"]["name"] == "Ada Lindqvist"
    assert browser.get(f"{here}?purpose=newsletter").json()["items"][0]["text"] == "Yes, send me news."
    bad = browser.post(here, {**said, "purpose": "moon"}, content_type="application/json")
    assert bad.status_code == 422
    service = browser.post(here, {**said, "purpose": "service"}, content_type="application/json")
    assert service.status_code == 422
    assert [each["key"] for each in browser.get("/api/v1/consent-purposes").json()][:2] == ["service", "newsletter"]
