import random
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rapport.backbone import search
from rapport.backbone.search import Entry
from rapport.backbone.search.words import Phrase, Query, parse, words_of

ENGLISH = "lamp order refund broken delivery invoice colour battery charger shade light switch warranty return".split()
CHINESE = ["退货", "退款", "台灯", "订单", "发票", "电池", "充电器", "保修", "物流", "开关", "灯罩", "破损"]
SCOPES = ["shared", "team1", "team2", "team3"]
# Naughty strings in the spirit of the Big List: query syntax, quotes, controls, bidi, emoji, SQL.
NAUGHTY = [
    "", " ", '"', '""', "'", "''", "-", "--", "*", "**", "(", ")", "()", "NEAR(", "NEAR/2", "AND", "OR NOT", "a AND",
    "^a", "body:", "{body}: x", "scope:team1", "a:b:c", "\\", "\\\\", "%", "%s", "%(x)s", "?", ":*", "a:*",
    "a & b | !c", "!!!", "<->", "' OR 1=1 --", '"; DROP TABLE message_search; --', "\x00", "a\x00b", "\ud800",
    "\u202etest", "😀", "👩\u200d👩\u200d👧", "Ω≈ç√∫", "ﬃ", "İstanbul", "ß", "ﾃｽﾄ", "ａｂｃｄ", "한국어", "ไทย",
    "हिन्दी", "عربى", "⁰⁴⁵", "１２３", "-lamp", '-"lamp order"', '"lamp', "x" * 10_000, "退" * 500, "a " * 500, "- - -",
    "“lamp”", "「退货」", "\u200b", "\ufeff",
]  # fmt: skip

pytestmark = pytest.mark.django_db


def company(count=400, seed=7):
    """Messages in English and Chinese, as (id, text, scope)."""
    dice = random.Random(seed)
    messages = []
    for number in range(1, count + 1):
        words = dice.choices(ENGLISH, k=dice.randint(2, 7))
        han = "".join(dice.choices(CHINESE, k=dice.randint(0, 4)))
        text = f"{' '.join(words)} {han}{dice.choice(['', '。', '!'])} ORD-{number:05d}"
        messages.append((number, text, dice.choice(SCOPES)))
    return messages


def fill(messages):
    search.index([Entry(id, text, scope) for id, text, scope in messages])


def test_a_message_is_found_by_its_words_newest_first():
    fill([(1, "The lamp is broken", "shared"), (2, "Another lamp", "shared"), (3, "A chair", "shared")])
    assert search.find("lamp", scopes=None) == [2, 1]
    assert search.find("LAMP broken", scopes=None) == [1]
    assert search.find("lamp chair", scopes=None) == []


def test_quotes_ask_for_a_phrase_and_minus_leaves_out():
    fill([(1, "refund the order", "shared"), (2, "order the refund", "shared"), (3, "refund now", "shared")])
    assert search.find('"the order"', scopes=None) == [1]
    assert search.find("refund -order", scopes=None) == [3]
    assert search.find('refund -"the order"', scopes=None) == [3, 2]
    assert search.find("-refund", scopes=None) == []


def test_the_last_word_may_be_unfinished_from_four_letters_on():
    fill([(1, "refunded yesterday", "shared")])
    assert search.find("refu", scopes=None) == [1]
    assert search.find("ref", scopes=None) == []
    assert search.find("refu yesterday", scopes=None) == []
    assert search.find('"refu"', scopes=None) == []


def test_an_order_number_is_found_as_it_is_written():
    fill([(1, "about ORD-00417 again", "shared"), (2, "ORD-00418", "shared")])
    assert search.find("ORD-00417", scopes=None) == [1]
    assert search.find("ord 00418", scopes=None) == [2]


def test_accents_case_and_width_do_not_matter():
    fill([(1, "Herr Müller aus Zürich, Straße 5", "shared"), (2, "ＬＡＭＰ　台灯", "shared")])
    assert search.find("muller zurich strasse", scopes=None) == [1]
    assert search.find("lamp 台灯", scopes=None) == [2]


def test_chinese_words_of_any_length_are_found():
    fill([(1, "我想退货，台灯坏了", "shared"), (2, "货退了吗", "shared"), (3, "A4纸", "shared")])
    assert search.find("退货", scopes=None) == [1]
    assert search.find("台灯坏了", scopes=None) == [1]
    assert search.find("退", scopes=None) == [2, 1]
    assert search.find("了", scopes=None) == [2, 1]
    assert search.find("灯台", scopes=None) == []
    assert search.find("A4纸", scopes=None) == [3]
    assert search.find('"退货 台灯"', scopes=None) == [1]


def test_ada_finds_only_what_her_teams_may_see():
    fill([(1, "lamp", "shared"), (2, "lamp", "team1"), (3, "lamp", "team12")])
    assert search.find("lamp", scopes=["shared", "team1"]) == [2, 1]
    assert search.find("lamp", scopes=["team12"]) == [3]
    assert search.find("lamp", scopes=[]) == []
    assert search.find("team1", scopes=None) == []
    assert search.find("shared", scopes=None) == []


def test_a_scope_is_plain_words():
    for scope in ["", "team-1", 'x" OR "y', "Team1", "团队"]:
        with pytest.raises(ValueError, match="scope"):
            Entry(1, "x", scope)


def test_results_come_in_pages():
    fill([(number, "lamp", "shared") for number in range(1, 31)])
    first = search.find("lamp", scopes=None, limit=10)
    second = search.find("lamp", scopes=None, limit=10, before=first[-1])
    assert first + second == list(range(30, 10, -1))


def test_indexing_again_replaces_and_removing_forgets():
    fill([(1, "lamp 台灯", "shared"), (2, "lamp", "shared")])
    fill([(1, "chair", "team1")])
    assert search.find("lamp", scopes=None) == [2]
    assert search.find("chair", scopes=["team1"]) == [1]
    search.remove([1, 99])
    assert search.find("chair", scopes=None) == []
    assert search.find("lamp", scopes=None) == [2]


def test_a_conversation_that_changes_team_takes_its_messages_along():
    fill([(1, "lamp one", "team1"), (2, "lamp two", "team1")])
    search.rescope([1], "team2")
    assert search.find("lamp", scopes=["team1"]) == [2]
    assert search.find("lamp", scopes=["team2"]) == [1]
    search.remove([1])
    assert search.find("lamp", scopes=None) == [2]


def test_the_index_finds_exactly_what_looking_at_every_message_finds():
    messages = company()
    fill(messages)
    dice = random.Random(11)
    for _ in range(150):
        asked = dice.sample(ENGLISH, dice.randint(0, 2)) + dice.sample(CHINESE, dice.randint(0, 2))
        if not asked:
            continue
        cut = dice.random() < 0.3
        if cut and asked[-1] in CHINESE:
            asked[-1] = asked[-1][dice.randint(0, 1) :][:1]
        scopes = dice.choice([None, ["team1"], ["team1", "shared"]])
        expected = [
            id
            for id, text, scope in reversed(messages)
            if (scopes is None or scope in scopes) and all(occurs(word, text) for word in asked)
        ]
        assert search.find(" ".join(asked), scopes=scopes, limit=1000) == expected, asked


def occurs(word, text):
    """As LIKE would say it; a Latin word ends where its letters end, or is the beginning of one at the query's end."""
    if not word.isascii():
        return word in text
    return any(token == word or (len(word) >= 4 and token.startswith(word)) for token in text.lower().split())


def test_phrases_of_mixed_scripts_agree_with_looking():
    fill([(1, "我的lamp坏了", "shared"), (2, "我的 lamp 好了", "shared"), (3, "lamp 我的", "shared")])
    assert search.find("我的lamp", scopes=None) == [2, 1]
    assert search.find('"的lamp坏"', scopes=None) == [1]


@pytest.mark.parametrize("query", NAUGHTY, ids=range(len(NAUGHTY)))
def test_odd_input_is_a_query_too(query):
    fill([(1, "lamp", "shared"), (2, query, "shared")])
    assert isinstance(search.find(query, scopes=["shared"]), list)
    assert search.find("lamp", scopes=["shared"])[-1] == 1


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60), query=st.text(alphabet=st.characters(codec=None), max_size=40))
def test_nothing_a_person_types_or_receives_raises(text, query):
    search.index([Entry(1, text, "shared")])
    search.find(query, scopes=["shared"])
    search.remove([1])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet="灯台货退款 ab", min_size=1, max_size=12), data=st.data())
def test_every_piece_of_a_chinese_run_is_found(text, data):
    search.index([Entry(1, text, "shared")])
    for run in text.replace("a", " ").replace("b", " ").split():
        start = data.draw(st.integers(0, len(run) - 1))
        end = data.draw(st.integers(start + 1, len(run)))
        assert search.find(run[start:end], scopes=None) == [1]


def test_a_message_longer_than_any_index_row_is_found_by_its_beginning():
    dice = random.Random(3)
    long = " ".join("".join(dice.choices(string.ascii_lowercase, k=12)) for _ in range(120_000))
    fill(
        [
            (1, f"lamp {long}", "shared"),
            (2, "灯" + "".join(chr(dice.randint(0x4E00, 0x9FFF)) for _ in range(200_000)), "shared"),
        ]
    )
    assert search.find("lamp", scopes=None) == [1]
    assert search.find("灯", scopes=None)[0] == 2


def test_the_splitter_makes_pairs_of_chinese_and_words_of_the_rest():
    assert words_of("Hello 退货流程, wörld_2") == ["hello", "退货", "货流", "流程", "程", "world", "2"]


def test_a_query_is_read_as_phrases():
    assert parse('lamp -"not this" 退') == Query(
        (Phrase(("lamp",)), Phrase(("退",), open_end=True)), (Phrase(("not", "this")),)
    )
    assert parse("order") == Query((Phrase(("order",), open_end=True),))
    assert parse('  - "" ') is None
