"""Search over messages and people."""

import re
from urllib.parse import quote, unquote

import pytest
from django.conf import settings
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from rapport.backbone import files, search
from rapport.backbone.models import SearchRebuild
from rapport.conversations import actions
from rapport.conversations.models import Message
from rapport.conversations.searching.language import NAMES
from rapport.conversations.types import IncomingFile
from rapport.customers.models import Company
from rapport.customers.spelling import forget
from rapport.team.models import Team
from rapport.workspace.highlighting import Terms, marked, snippet


def test_search_finds_messages_with_the_words_marked(ada, signed_in, write):
    write("The driver of the lamp hums.", subject="Humming <lamp>")
    page = signed_in(ada).get("/search/?q=driver+lamp").content.decode()
    assert "Humming &lt;<mark>lamp</mark>&gt;" in page
    assert "The <mark>driver</mark> of the <mark>lamp</mark> hums." in page


def test_search_finds_two_chinese_characters(ada, signed_in, write):
    write("我的台灯无法连接网络", subject="网络")
    page = signed_in(ada).get("/search/", {"q": "台灯"}).content.decode()
    assert "我的<mark>台灯</mark>无法连接网络" in page


def test_search_finds_people_by_name_and_address(ada, signed_in, kim):
    for query in ("park", "studio.example"):
        assert f'href="/customers/{kim.pk}/"' in signed_in(ada).get("/search/people", {"q": query}).content.decode()


def test_search_shows_nothing_of_another_team(ada, omar, signed_in, write):
    conversation = write("The zeppelin lamp")
    actions.assign(conversation, to=None, team=Team.objects.create(name="Legal"), by=omar)
    assert "Nothing was found" in signed_in(ada).get("/search/?q=zeppelin").content.decode()
    assert "<mark>zeppelin</mark>" in signed_in(omar).get("/search/?q=zeppelin").content.decode()


def test_search_goes_on_where_it_stopped_and_shows_each_conversation_once(ada, signed_in, write):
    for number in range(40):
        conversation = write(f"lamp {number}")
    for number in range(5):
        write(f"lamp again {number}", into=conversation)
    browser = signed_in(ada)
    page = browser.get("/search/?q=lamp").content.decode()
    older = re.search(r'hx-get="(/search/\?[^"]*cursor[^"]*)"', page)[1].replace("&amp;", "&")
    rest = browser.get(older, headers={"HX-Request": "true"}).content.decode()
    assert page.count('class="result"') + rest.count('class="result"') == 40
    assert "<html" not in rest


def test_what_is_typed_is_answered_with_the_results_alone(ada, signed_in, write):
    write("The lamp hums.")
    part = signed_in(ada).get("/search/?q=lamp", headers={"HX-Request": "true"}).content.decode()
    assert "<mark>lamp</mark>" in part
    assert "<html" not in part


def test_a_conversation_shows_the_message_that_says_it_itself(ada, signed_in, write):
    first = write("The driver hums.", subject="Humming")
    actions.write_note(first, text="Thanks\n> The driver hums.", by=ada)
    Message.objects.filter(direction="note").update(visible_text="Thanks")
    page = signed_in(ada).get("/search/?q=driver").content.decode()
    assert "The <mark>driver</mark> hums." in page
    assert "Note by" not in page


def test_filters_can_be_taken_away_one_by_one(ada, signed_in, write):
    write("The lamp hums.")
    page = signed_in(ada).get("/search/", {"q": "lamp from:kim -tag:vip"}).content.decode()
    chips = re.findall(r'class="chip on" href="/search/\?q=([^"]*)"[^>]*>([^<]*)<', page)
    assert [(unquote(without), label) for without, label in chips] == [
        ("lamp -tag:vip", "From: kim"),
        ("lamp from:kim", "Without Tag: vip"),
    ]


def test_chips_speak_the_readers_language(ada, signed_in, write):
    write("我的台灯坏了")
    ada.language = "zh-hans"
    ada.save()
    page = signed_in(ada).get("/search/", {"q": "台灯 来自：kim 状态：未关闭"}).content.decode()
    assert quote("台灯 来自:kim") in page
    assert "<mark>台灯</mark>" in page


def test_operators_in_the_help_are_understood_in_every_language():
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            text = render_to_string("workspace/search_help.html")
        said = re.findall(r"<code>(\w+):", text)
        assert len(said) >= 10
        assert set(said) <= set(NAMES), language


def test_what_was_not_understood_is_said_with_what_may_be_meant(ada, signed_in, write):
    actions.tag(write("A refund please"), name="refund", by=ada)
    for address in ("/search/", "/inbox/"):
        page = signed_in(ada).get(address, {"q": "tag:refnd"}).content.decode()
        assert "There is no tag called “refnd”." in page
        assert "Did you mean “refund”?" in page
        assert "q=tag%3Arefund" in page


def test_a_number_opens_its_conversation(ada, omar, signed_in, write):
    conversation, hidden = write("lamp"), write("secret")
    actions.assign(hidden, to=None, team=Team.objects.create(name="Legal"), by=omar)
    browser = signed_in(ada)
    assert browser.get("/search/", {"q": f"#{conversation.number}"})["Location"] == f"/inbox/{conversation.number}/"
    assert browser.get("/search/", {"q": f"#{hidden.number}"}).status_code == 200
    assert (
        f"Open conversation {conversation.number}" in browser.get(f"/search/?q={conversation.number}").content.decode()
    )
    assert "Open conversation" not in browser.get(f"/search/?q={hidden.number}").content.decode()


def test_files_are_found_by_their_names_and_tags_by_theirs(ada, signed_in, write):
    stored = files.keep(b"plan")
    plan = IncomingFile(stored.pk, "发货 plan.pdf", "application/pdf", stored.size, stored.sha256)
    conversation = write("See the file", files=(plan,))
    actions.tag(conversation, name="Planning", by=ada)
    page = signed_in(ada).get("/search/?q=plan").content.decode()
    assert page.count("发货 <mark>plan</mark>.pdf") == 2  # in its conversation, and among the files
    assert "q=tag:%22Planning%22" in page
    assert "<mark>发货</mark> plan.pdf" in signed_in(ada).get("/search/", {"q": "发货"}).content.decode()
    assert "<mark>plan</mark>.pdf" in signed_in(ada).get("/search/?q=file:plan").content.decode()


@pytest.mark.parametrize("typed", ["Kimberly Prak", "kimbrely", "parck kimberly", "Stduio Nord"])
def test_people_are_found_although_their_name_is_misspelt(ada, signed_in, kim, typed):
    kim.name, kim.company = "Kimberly Park", Company.objects.create(name="Studio Nord")
    kim.save()
    forget()
    page = signed_in(ada).get("/search/people", {"q": typed}).content.decode()
    assert f'href="/customers/{kim.pk}/"' in page
    assert "Customers with a name like it" in page


def test_a_chinese_name_with_one_wrong_character_is_found(ada, signed_in, kim):
    kim.name = "王小明"
    kim.save()
    forget()
    assert f'href="/customers/{kim.pk}/"' in signed_in(ada).get("/search/people", {"q": "王晓明"}).content.decode()
    assert "found-people" not in signed_in(ada).get("/search/people", {"q": "李大山"}).content.decode()


def test_the_lists_own_search_looks_into_the_view_first(ada, signed_in, write):
    here, elsewhere = write("lamp here"), write("lamp elsewhere")
    actions.assign(here, to=ada, by=ada)
    browser = signed_in(ada)
    page = browser.get("/inbox/?view=mine&q=lamp is:open").content.decode()
    assert "<mark>lamp</mark> here" in page
    assert "<mark>lamp</mark> elsewhere" not in page
    assert 'href="/search/?q=lamp%20is%3Aopen"' in page
    page = browser.get("/inbox/?view=snoozed&q=lamp").content.decode()
    assert "Nothing in “Snoozed”. These are from everywhere." in page
    assert "<mark>lamp</mark> elsewhere" in page
    ids = browser.get("/inbox/many/ids?view=mine&q=lamp").json()["ids"]
    assert ids == [here.pk]
    assert set(browser.get("/inbox/many/ids?view=snoozed&q=lamp").json()["ids"]) == {here.pk, elsewhere.pk}


def test_a_page_of_results_asks_the_database_no_more_often_when_there_are_more(ada, signed_in, write):
    browser = signed_in(ada)
    browser.get("/search/?q=lamp")
    counted = []
    for _round in range(2):
        for number in range(8):
            write(f"lamp {number}")
        with CaptureQueriesContext(connection) as queries:
            browser.get("/search/?q=lamp")
        counted.append(len(queries))
    assert counted[0] == counted[1]
    # On PostgreSQL some of them only bound how long the others may take.
    assert counted[1] <= (20 if connection.vendor == "sqlite" else 34)


def test_while_the_index_is_written_anew_the_page_says_how_far_it_is(ada, signed_in, write):
    write("lamp")
    SearchRebuild.objects.create(top=100, below=40)
    assert "60% done" in signed_in(ada).get("/search/?q=lamp").content.decode()


def test_a_search_that_took_too_long_shows_what_there_is(ada, signed_in, write, monkeypatch):
    message = write("lamp").messages.get()

    def too_slow(*_query, **_more):
        raise search.TooSlow([message.pk])

    monkeypatch.setattr("rapport.backbone.search.find", too_slow)
    page = signed_in(ada).get("/search/?q=lamp").content.decode()
    assert "There is more than can be looked through at once." in page
    assert "<mark>lamp</mark>" in page


@pytest.mark.parametrize("query", ["", "   ", '"', "-", "*", "' OR 1=1 --", "(((", "\x00", "a" * 500, "NOT", "🦊"])
def test_any_query_has_an_answer(ada, signed_in, write, query):
    write()
    assert signed_in(ada).get("/search/", {"q": query}).status_code == 200
    assert signed_in(ada).get("/inbox/", {"q": query}).status_code == 200


@pytest.mark.parametrize(
    ("text", "query", "shown"),
    [
        ("Café lamps", "cafe", "<mark>Café</mark> lamps"),
        ("a <b> & c", "b", "a &lt;<mark>b</mark>&gt; &amp; c"),
        ("overlamp lamp", "lamp", "overlamp <mark>lamp</mark>"),
        ("red hub light", '"hub light"', "red <mark>hub light</mark>"),
        ("red hub", "-hub red", "<mark>red</mark> hub"),
        ("İstanbul light", "light", "İstanbul <mark>light</mark>"),
        ("plain", "", "plain"),
        ("a.c abc", "a.c", "<mark>a.c</mark> abc"),
    ],
)
def test_words_are_marked_whatever_their_accents(text, query, shown):
    assert marked(text, Terms.of(query)) == shown


def test_a_snippet_is_cut_around_the_first_word():
    text = "word " * 60 + "needle " + "tail " * 60
    shown = snippet(text, Terms.of("needle"))
    assert shown.startswith("…word")
    assert "<mark>needle</mark>" in shown
    assert shown.endswith("…")
    assert len(shown) < 190
