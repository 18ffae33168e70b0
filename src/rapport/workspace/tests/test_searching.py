"""Search over messages and people."""

import re

import pytest

from rapport.conversations import actions
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
        assert f'href="/customers/{kim.pk}/"' in signed_in(ada).get("/search/", {"q": query}).content.decode()


def test_search_shows_nothing_of_another_team(ada, omar, signed_in, write):
    conversation = write("The zeppelin lamp")
    actions.assign(conversation, to=None, team=Team.objects.create(name="Legal"), by=omar)
    assert "No message says that" in signed_in(ada).get("/search/?q=zeppelin").content.decode()
    assert "<mark>zeppelin</mark>" in signed_in(omar).get("/search/?q=zeppelin").content.decode()


def test_search_goes_on_where_it_stopped(ada, signed_in, write):
    conversation = write("lamp 0")
    for number in range(1, 40):
        write(f"lamp {number}", into=conversation)
    browser = signed_in(ada)
    page = browser.get("/search/?q=lamp").content.decode()
    older = re.search(r'hx-get="(/search/\?[^"]*)"', page)[1].replace("&amp;", "&")
    rest = browser.get(older, headers={"HX-Request": "true"}).content.decode()
    assert page.count('class="result"') + rest.count('class="result"') == 40
    assert "<html" not in rest


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
