"""What is found, and by whom."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from rapport.backbone import files, search
from rapport.backbone.models import SearchRebuild
from rapport.backbone.search import Entry
from rapport.conversations import actions, queries
from rapport.conversations.models import Conversation, Inbox, Message
from rapport.conversations.searching import entries_for, find, matching, read, rebuilding
from rapport.conversations.searching.rebuilding import percent_done, rebuild
from rapport.conversations.types import IncomingFile, Priority, Writing
from rapport.customers.actions import meet
from rapport.customers.models import Company, IdentityKind
from rapport.kit import clock
from rapport.team.models import Agent, Team

pytestmark = pytest.mark.django_db
# What Ada types at the desk below, and the subjects of what she finds, newest first.
ASKED = [
    ("lamp", ["three", "one"]),
    ("lamp -light", ["one"]),
    ("lamp OR 台灯", ["three", "two", "one"]),
    ('"lamp hums"', ["one"]),
    ("退货", ["two", "one"]),
    ("from:kim", ["three", "one"]),
    ("来自：晓明", ["four", "two"]),
    ("from:mira@harbour.example light", ["four"]),
    ("from:omar", ["one"]),
    ("from:me", ["two"]),
    ("to:mira", ["two"]),
    ("to:harbour.example", ["two"]),
    ("customer:mira", ["two", "four"]),
    ("company:harbour light", ["four"]),
    ("is:open lamp", ["three", "one"]),
    ("is:closed", ["four"]),
    ("状态：已关闭", ["four"]),
    ("is:mine", ["two"]),
    ("is:unassigned is:open", ["one"]),
    ("is:urgent", ["three"]),
    ("priority:urgent lamp", ["three"]),
    ("tag:refund", ["one"]),
    ("标签：“very important”", ["two"]),
    ("-tag:refund lamp", ["three"]),
    ("tag:none is:open", ["three"]),
    ("has:tag is:open", ["two", "one"]),
    ("assignee:me", ["two"]),
    ("assignee:omar", ["three"]),
    ("负责人：我", ["two"]),
    ("agent:nobody is:open", ["one"]),
    ("inbox:support is:closed", ["four"]),
    ("channel:email is:closed", ["four"]),
    ("has:attachment", ["one"]),
    ("-has:attachment is:open", ["two", "three"]),
    ("file:rechnung", ["one"]),
    ("文件：退货单", ["one"]),
    ("rechnung", ["one"]),
    ("in:notes warranty", ["one"]),
    ("in:customers warranty", []),
    ("在：备注", ["one"]),
    ("is:open -lamp", ["two"]),
    ("is:open -lamp -way", []),
    ("tag:refund OR light", ["four", "three", "one"]),
    ("(tag:refund OR is:closed) -hums", ["four"]),
    ("subject:four light", ["four"]),
    ("light -subject:four", ["three"]),
    ("to:kim", []),
    ("on:today lamp", ["three", "one"]),
    ("before:today", []),
    ("after:yesterday is:closed", ["four"]),
    ("-on:today", []),
    ("", []),
    ("OR", []),
]  # fmt: skip
WAITS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 90000000) SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(20)",
}


def found(agent, typed, **more):
    """The subjects of what an agent finds, newest first."""
    hits = find(agent, read(agent, typed), **more).hits
    names = dict(Conversation.objects.values_list("pk", "subject"))
    return [names[hit.conversation] for hit in hits]


@pytest.fixture
def begin(inbox, kim):
    """A customer writes about something: begin("lamp", "The lamp hums.")."""

    def begun(subject, text="Hello", *, by=None, into=inbox, at=None, attached=(), to=("support@lampwright.example",)):
        person = by or kim
        stored = [files.keep(name.encode()) for name in attached]
        parts = [
            IncomingFile(file_id=file.pk, name=name, content_type="application/pdf", size=file.size, sha256=file.sha256)
            for file, name in zip(stored, attached, strict=True)
        ]
        writing = Writing(text=text, subject=subject, to=to, files=tuple(parts))
        with clock.frozen(at or clock.now()):
            arrival = actions.receive(
                writing, customer=person, inbox=into, channel="email", author_name=person.name,
                author_address=person.email,
            )  # fmt: skip
        return Conversation.objects.get(pk=arrival.message.conversation_id)

    return begun


@pytest.fixture
def mira(db):
    mira = meet(kind=IdentityKind.EMAIL, value="mira@harbour.example", name="王晓明 Mira", verified=True)
    mira.company = Company.objects.create(name="Harbour Works")
    mira.save()
    return mira


@pytest.fixture
def desk(begin, ada, omar, mira):
    """Four conversations, oldest first: one, two, three, four."""
    one = begin("one", "The lamp hums since Monday. refund please", attached=["Rechnung 退货单.pdf"])
    two = begin("two", "我的台灯坏了，想退货", by=mira)
    three = begin("three", "The lamp and the light flicker")
    four = begin("four", "A light question", by=mira)
    actions.tag(one, name="Refund", by=ada)
    actions.tag(two, name="very important", by=ada)
    actions.assign(two, to=ada, by=ada)
    actions.assign(three, to=omar, by=omar)
    actions.close(four, by=omar)
    actions.prioritise(three, priority=Priority.URGENT, by=omar)
    actions.write_note(one, text="Check the warranty", by=omar)
    actions.write(two, writing=Writing(text="It is on its way", to=("mira@harbour.example",)), by=ada)
    return one, two, three, four


def test_what_ada_asks_for_is_what_she_finds(ada, desk):
    for typed, subjects in ASKED:
        assert sorted(found(ada, typed)) == sorted(subjects), typed
        if not typed.startswith(("customer:", "is:open", "-has", "has:tag", "tag:none", "agent:nobody")):
            assert found(ada, typed) == subjects, typed
        matched = queries.visible_to(ada).filter(matching(ada, typed))
        assert sorted(matched.values_list("subject", flat=True)) == sorted(subjects), typed


def test_junk_is_found_by_who_asks_for_it_and_by_nobody_else(ada, desk, begin):
    offer = begin("offer", "Buy a lamp with followers")
    actions.junk(offer, by=ada)
    asked = {
        "lamp": ["three", "one"],
        "is:closed": ["four"],
        "is:junk": ["offer"],
        "状态：垃圾": ["offer"],
        "is:spam lamp followers": ["offer"],
        "is:junk light": [],
        "-is:junk lamp": ["three", "one"],
        "is:junk -followers": [],
        "is:junk OR is:closed": ["offer", "four"],
        "(is:junk OR tag:refund) lamp": ["offer", "one"],
        "is:junk OR light": ["offer", "four", "three"],
    }
    for typed, subjects in asked.items():
        assert sorted(found(ada, typed)) == sorted(subjects), typed
        matched = queries.visible_to(ada).filter(matching(ada, typed))
        assert sorted(matched.values_list("subject", flat=True)) == sorted(subjects), typed
    inside = queries.visible_to(ada).junk()
    assert found(ada, "lamp", within=inside) == ["offer"]
    assert inside.filter(matching(ada, "lamp", within=inside)).count() == 1
    assert not read(ada, "is:junk").notes


def test_who_may_not_see_junk_does_not_find_it(ada, omar, begin):
    offer = begin("offer", "Buy a lamp with followers")
    offer.team = Team.objects.create(name="Trade")
    offer.save(update_fields=["team"])
    actions.junk(offer, by=omar)
    assert found(omar, "is:junk") == ["offer"]
    assert found(ada, "is:junk") == []


def test_a_number_leads_to_its_conversation(ada, desk):
    one = desk[0]
    assert found(ada, f"#{one.number}") == ["one"]
    assert read(ada, f"编号：{one.number}").number == one.number
    assert read(ada, f"#{one.number} lamp").number is None


@pytest.mark.parametrize(
    ("typed", "said", "instead"),
    [
        ("tag:refnd lamp", "There is no tag called “refnd”.", "tag:Refund lamp"),
        ("is:opne", "A conversation cannot be “opne”.", "is:open"),
        ("状态：未关", "A conversation cannot be “未关”.", "is:未关闭"),
        ("assignee:zeppelin", "Nobody here is called “zeppelin”.", ""),
        ("team:x", "There is no team called “x”.", ""),
        ("before:soon", "“soon” names no day. Write 2026-11-01, yesterday or last week.", ""),
        ("number:abc", "“abc” is no number of a conversation.", ""),
    ],
)
def test_what_is_not_understood_is_said_and_looked_for_as_words(ada, desk, typed, said, instead):
    asked = read(ada, typed)
    assert [note.text for note in asked.notes] == [said]
    assert asked.notes[0].instead == instead
    assert asked.ways


def test_too_many_alternatives_are_refused_in_words(ada, desk):
    asked = read(ada, " ".join(f"(is:open lamp{number} OR tag:refund lamp)" for number in range(8)))
    assert not asked.ways
    assert "Leave out some of the ORs" in asked.notes[0].text


def test_days_are_those_of_the_agent(ada, begin, settings):
    begin("late", "lamp", at=datetime(2026, 11, 1, 23, 30, tzinfo=UTC))
    begin("early", "lamp", at=datetime(2026, 11, 1, 0, 30, tzinfo=UTC))
    begin("long ago", "lamp", at=datetime(2024, 2, 29, 12, tzinfo=UTC))
    from django.utils import timezone

    for zone, on_first, on_second in (("UTC", ["early", "late"], []), ("Asia/Shanghai", ["early"], ["late"])):
        with timezone.override(zone):
            assert found(ada, "lamp on:2026-11-01") == on_first
            assert found(ada, "on:2026-11-02") == on_second
            assert found(ada, "since:2026-11-02 lamp") == on_second
            assert found(ada, "after:2026-11-01") == on_second
            assert "long ago" in found(ada, "lamp before:2026-11-01")
            assert found(ada, "lamp on:2024") == ["long ago"]
            assert found(ada, "日期：2024年2月") == ["long ago"]
            assert found(ada, "-on:2026-11 lamp") == ["long ago"]


def everyone(*, teams):
    """One of each role, and agents in every team and in none."""
    people = [
        Agent.objects.create_user(f"{role}@lampwright.example", "correct horse battery", name=role, role=role)
        for role in ("owner", "admin", "lead", "viewer", "agent")
    ]
    for team in teams:
        person = Agent.objects.create_user(f"{team.pk}@lampwright.example", "correct horse battery", name=team.name)
        team.members.add(person)
        people.append(person)
    return people


def test_what_the_list_shows_is_what_search_finds_for_every_role(begin, ada, omar):
    teams = [Team.objects.create(name=name) for name in ("Legal", "Engineering")]
    people = [ada, *everyone(teams=teams)]
    number = 0
    for team in (None, *teams):
        for whose in (None, *people):
            conversation = begin(f"c{(number := number + 1)}", "lamp")
            actions.assign(conversation, to=whose, team=team, by=omar)
    for person in people:
        shown = set(queries.visible_to(person).values_list("subject", flat=True))
        assert set(found(person, "lamp", limit=100)) == shown
        assert set(found(person, "is:open", limit=100)) == shown
        assert set(found(person, "lamp is:open from:kim", limit=100)) == shown
        assert set(found(person, "lamp OR is:open", limit=100)) == shown


def test_who_is_given_a_conversation_of_another_team_finds_it_until_it_is_taken_away(begin, ada, omar):
    conversation = begin("secret", "zeppelin")
    actions.assign(conversation, to=None, team=Team.objects.create(name="Legal"), by=omar)
    assert found(ada, "zeppelin") == []
    actions.assign(conversation, to=ada, by=omar)
    assert found(ada, "zeppelin") == ["secret"]
    actions.write_note(conversation, text="airship", by=omar)
    assert found(ada, "airship") == ["secret"]
    actions.assign(conversation, to=omar, by=omar)
    assert found(ada, "zeppelin") == found(ada, "airship") == []


def test_a_new_subject_is_found(begin, ada):
    actions.rename(begin("Flickering", "lamp"), subject="Zeppelin", by=ada)
    assert found(ada, "zeppelin") == ["Zeppelin"]


def test_each_conversation_is_found_once_over_all_pages(begin, ada):
    for number in range(12):
        begin(f"c{number}", "lamp")
    for conversation in Conversation.objects.order_by("number"):
        actions.write_note(conversation, text="lamp again", by=ada)
    for typed in ("lamp", "is:open", "lamp is:open", "is:open -zeppelin", "from:kim", "tag:none lamp"):
        seen, cursor = [], ""
        while True:
            page = find(ada, read(ada, typed), cursor=cursor, limit=5)
            seen += [hit.conversation for hit in page.hits]
            cursor = page.next
            if not cursor:
                break
        assert len(seen) == len(set(seen)) == 12, typed


def test_a_rare_condition_on_a_common_word_is_found_behind_many(begin, ada, monkeypatch):
    monkeypatch.setattr("rapport.conversations.searching.finding.PORTIONS", (3, 4))
    rare = begin("rare", "lamp")
    actions.tag(rare, name="vip", by=ada)
    for number in range(12):
        begin(f"c{number}", "lamp")
    assert found(ada, "lamp tag:vip") == ["rare"]
    assert found(ada, "lamp", within=queries.visible_to(ada).tagged("vip")) == ["rare"]
    page = find(ada, read(ada, "lamp -is:urgent -subject:c"))
    assert page.hits == []
    assert page.next  # what was not looked at yet is on the next page
    assert len(find(ada, read(ada, "lamp -is:urgent -subject:c"), cursor=page.next).hits) == 1


def test_an_unfinished_word_finds_what_begins_so_unless_it_is_a_common_word_itself(begin, ada, monkeypatch):
    monkeypatch.setattr("rapport.conversations.searching.finding._COMMON", 3)
    begin("shade", "lampshade")
    for number in range(2):
        begin(f"c{number}", "lamp")
    assert found(ada, "lamp") == ["c1", "c0", "shade"]
    begin("c2", "lamp")
    assert found(ada, "lamp") == ["c2", "c1", "c0"]
    assert found(ada, "lamps") == ["shade"]


def test_the_old_index_is_written_anew_and_goes_on_where_it_was_killed(begin, ada, omar, monkeypatch):
    monkeypatch.setattr(rebuilding, "BATCH", 3)
    conversations = [begin(f"c{number}", "lamp", attached=["plan.pdf"]) for number in range(7)]
    actions.assign(conversations[0], to=ada, team=Team.objects.create(name="Legal"), by=omar)
    old = [Entry(message.pk, "lamp", "shared" if message.conversation_id != conversations[0].pk else "team1")
           for message in Message.objects.all()]  # fmt: skip
    search.index(old)
    assert found(ada, "file:plan") == []
    highest = Message.objects.latest("pk").pk + 1
    SearchRebuild.objects.create(top=highest, below=highest)
    rebuild(batches=1)
    assert found(ada, "file:plan") == ["c6", "c5", "c4"]
    assert 0 <= percent_done() < 100
    monkeypatch.setattr(rebuilding, "entries_for", _killed)
    with pytest.raises(KeyboardInterrupt):
        rebuild()
    monkeypatch.setattr(rebuilding, "entries_for", entries_for)
    rebuild()
    assert found(ada, "file:plan") == [f"c{number}" for number in range(6, -1, -1)]
    assert percent_done() is None


def _killed(*_arguments):
    raise KeyboardInterrupt


def test_a_search_that_takes_too_long_says_so_instead_of_failing(ada, desk):
    with pytest.raises(search.TooSlow), search.patience(0.05), connection.cursor() as cursor:
        cursor.execute(WAITS[connection.vendor])
    with search.patience(0.05), connection.cursor() as cursor:
        with pytest.raises(search.TooSlow), search.patience():
            cursor.execute(WAITS[connection.vendor])
        cursor.execute("SELECT 7")  # what was found until then is still read
        assert cursor.fetchone() == (7,)
    assert found(ada, "lamp") == ["three", "one"]


def test_colleagues_and_inboxes_are_found_by_a_piece_of_their_name(ada, desk, begin):
    begin("other", into=Inbox.objects.create(name="Sales Europe"))
    assert found(ada, "inbox:europe") == ["other"]
    assert found(ada, "assignee:haddad") == ["three"]
    ada.name = "李小龙"
    ada.save()
    assert found(ada, "assignee:李小龙") == ["two"]


def test_messages_from_before_an_hour_are_not_of_tomorrow(ada, begin):
    begin("now", "lamp", at=clock.now() - timedelta(minutes=1))
    assert found(ada, "lamp since:2d") == ["now"]
