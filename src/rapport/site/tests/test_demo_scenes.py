"""The other demo companies: each its own, each complete, and none of them Lampwright in disguise."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from django.apps import apps
from django.db import models, transaction
from django.test import Client

from rapport.backbone.models import Event
from rapport.channels.models import Channel
from rapport.conversations.models import Conversation, ConversationValue, Message, SavedView
from rapport.customers.models import Customer, CustomerEvent, Standing, Task
from rapport.routing.models import Promise
from rapport.sales.deals.models import Deal
from rapport.sales.models import Order, Product
from rapport.site.commands.demo import demo
from rapport.site.demo.filling import fill
from rapport.site.demo.scene import ALIASES, NAMES, scene, scene_named
from rapport.site.demo.telling import tell
from rapport.surveys.models import Rating
from rapport.team.models import Agent, Organisation

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 19, 14, 37, tzinfo=UTC)
OTHERS = [name for name in NAMES if name != "lampwright"]
# Enough to have something of everything, and little enough to load all of them in some seconds.
SMALL = 0.05
LAMPWRIGHTS = re.compile(r"lamp|\bLW\b|firmware|flicker|bulb|台灯|灯泡|灯具", re.IGNORECASE)


@pytest.fixture(scope="module", params=OTHERS)
def company(request, django_db_setup, django_db_blocker):
    """Each company, small, filled once and taken back after the tests about it."""
    with django_db_blocker.unblock(), transaction.atomic():
        found = scene(request.param, scale=SMALL)
        fill(NOW, found)
        yield found
        transaction.set_rollback(True)


@pytest.fixture(scope="module", params=OTHERS)
def told(request):
    """The whole story of each company, without a database."""
    return scene(request.param), *tell(NOW, scene(request.param))


def test_each_company_has_a_name_of_its_own_and_people_for_every_part():
    companies = [scene(name) for name in NAMES]
    assert len({each.name for each in companies}) == len(NAMES)
    assert len({each.domain for each in companies}) == len(NAMES)
    for each in companies:
        assert scene_named(each.name) == each
        assert each.line.startswith(each.name)
        assert 7 <= len(each.colleagues) <= 9
        for part in ("owner", "admin", "lead", "agent", "chinese", "new", "away"):
            assert each.colleague(part)
        assert each.colleague("owner").role == "owner"
        assert each.colleague("away").away
    assert scene("ecommerce") == scene("lampwright"), "a shop is asked for by its trade too"


def test_the_same_scene_and_moment_tell_the_same(told):
    company, people, stories = told
    assert tell(NOW, company) == (people, stories)


def test_a_year_of_believable_conversations(told):
    company, people, stories = told
    size = company.size
    assert len(stories) == size.conversations
    assert 600 <= len(stories) <= 900
    assert 240 <= len(people) <= 270
    assert stories[0].began_at < NOW - timedelta(days=340)
    moments = [[turn.at for turn in story.turns] for story in stories]
    assert all(times == sorted(times) for times in moments)
    assert max(times[-1] for times in moments) <= NOW
    languages = Counter(story.person.language for story in stories)
    assert set(languages) == {"en", "zh-hans"}
    assert 0.12 < languages["zh-hans"] / len(stories) < 0.4
    states = Counter(story.state for story in stories)
    assert states["closed"] > 0.9 * len(stories)
    assert states["open"] >= 15
    topics = Counter((story.person.language, story.about["topic"]) for story in stories)
    assert len([topic for language, topic in topics if language == "en"]) >= 12
    assert len([topic for language, topic in topics if language == "zh-hans"]) >= 6
    assert max(topics.values()) < 0.25 * len(stories)


def test_every_pattern_is_filled_and_hardly_two_mails_are_the_same(told):
    _company, _people, stories = told
    openings = [story.turns[0].text for story in stories]
    assert len(set(openings)) == len(openings)
    texts = [turn.text for story in stories for turn in story.turns]
    texts += [story.subject for story in stories] + [story.comment for story in stories]
    assert not [text for text in texts if re.search(r"[{}|]|  ", text)]


def test_what_a_case_and_a_topic_need_is_there():
    for name in NAMES:
        for language in ("en", "zh-hans"):
            book = scene(name).book_of(language)
            skills = {skill for colleague in scene(name).colleagues for skill in colleague.skills}
            for topic in book["topic"]:
                assert topic["team"] in skills, (name, topic["key"])
                assert len(topic["details"]) >= 2, (name, topic["key"])
                assert len(topic["followups"]) <= 4, (name, topic["key"])
                for case in topic["cases"]:
                    for part in ("subjects", "opening", "asks", "questions", "facts", "answers"):
                        assert case[part], (name, topic["key"], part)


def test_customers_are_mostly_content_and_less_so_while_something_fails(told):
    company, _people, stories = told
    scores = [story.rating for story in stories if story.rating]
    assert len(scores) > 100
    assert 4 < sum(scores) / len(scores) < 4.75
    first, last = (NOW - timedelta(days=days) for days in company.incident.past)
    during = [story for story in stories if first <= story.began_at <= last]
    assert during
    tag = company.incident.tag.format(**{company.incident.word: company.incident.names["en"][1]})
    assert any(tag in story.tags for story in during)


def test_it_loads_with_something_on_every_page(company):
    assert Organisation.objects.get().name == company.name
    assert Agent.objects.count() == len(company.colleagues)
    assert Conversation.objects.count() > 30
    assert {"en", "zh-hans"} <= set(Customer.objects.values_list("language", flat=True))
    for seen in (Message, ConversationValue, SavedView, Promise, Rating, Product, Order, Deal, CustomerEvent, Task):
        assert seen.objects.exists(), seen
    assert Conversation.objects.filter(status="open").exists()
    assert Standing.objects.count() == Customer.objects.count() - 1, "all but who sells followers"
    assert all(channel.is_healthy for channel in Channel.objects.all())
    moments = list(Event.objects.order_by("id").values_list("at", flat=True))
    assert moments == sorted(moments)


def test_no_word_of_lampwright_is_left(company):
    """Every text of every table."""
    found = []
    for model in apps.get_models():
        if not model.__module__.startswith("rapport.") or model._meta.proxy:
            continue
        texts = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField | models.JSONField)
        ]
        for row in model._default_manager.values_list(*texts) if texts else ():
            found += [(model.__name__, value) for value in row if LAMPWRIGHTS.search(str(value))]
    assert not found[:5]


def test_the_page_with_the_chat_is_the_companys_own(company, settings):
    from django.test import RequestFactory

    from rapport.site.demo.shop import shop

    shown = shop(RequestFactory().get("/demo/shop/")).content.decode()
    assert company.name in shown
    assert company.says["page"]["title"] in shown
    assert not LAMPWRIGHTS.search(shown)


def test_the_command_lists_the_companies():
    shown = CliRunner().invoke(demo, ["--help"]).output
    for name in NAMES:
        assert f"  {name} " in shown
    assert set(ALIASES) == {"ecommerce"}
    refused = CliRunner().invoke(demo, ["--scenario", "bakery", "--no-serve"])
    assert refused.exit_code == 2
    assert "'bakery' is not one of" in refused.output


def test_the_chat_page_is_not_served_outside_the_demo(client: Client):
    assert client.get("/demo/shop/").status_code == 404
