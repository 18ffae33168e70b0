"""Words, BM25 and near-duplicates in English and Chinese."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.science.text import BM25, Retriever, near_duplicates
from rapport.science.text.reading import read_texts
from rapport.science.text.words import normal, sentences, words

FEW = settings(max_examples=25, deadline=None)
TEXT = st.text(max_size=40)


def test_a_word_is_found_in_any_spelling():
    assert words("The Orders") == words("the order")
    assert words("café") == ["cafe"]
    assert words("Ｃａｒｄ") == ["card"]
    assert words("Kim's parcels") == ["kim", "parcel"]


def test_an_order_number_is_kept_whole_and_in_parts():
    assert words("order A-1234") == ["order", "a-1234", "a", "1234"]
    assert "8.50" in words("I paid 8.50 twice")


def test_chinese_becomes_characters_and_pairs_beside_english_words():
    assert words("订单ABC") == ["订", "单", "订单", "abc"]


def test_sentences_end_in_either_punctuation():
    assert sentences("Hello. 你好！再见") == ["Hello.", "你好！", "再见"]


@given(TEXT)
@FEW
def test_any_text_is_read_and_reading_it_again_changes_nothing(text):
    assert normal(normal(text)) == normal(text)
    assert all(words(text))


@pytest.mark.parametrize("wrong", ["one text", 3, [1, 2], np.zeros((2, 2)), [b"bytes"]])
def test_what_is_no_list_of_strings_is_refused(wrong):
    with pytest.raises(ValueError, match="string"):
        read_texts(wrong)


def test_a_missing_text_is_empty():
    assert read_texts([None, float("nan"), "x"]) == ["", "", "x"]


def test_bm25_is_the_published_formula():
    index = BM25.of([[("a b", 1)], [("a a c", 1)], [("d", 1)]], k1=1.2, b=0.75)
    rarity = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    expected = [rarity * f * 2.2 / (f + 1.2 * (0.25 + 0.75 * length / 2)) for f, length in ((1, 2), (2, 3))]
    assert index.scores("a") == pytest.approx([*expected, 0], rel=1e-6)


def test_what_omar_asks_is_found_by_its_words():
    search = Retriever(vectors=False).fit(
        ["reset your password", "退款一般三天到账", ("Delivery", "parcels take days")]
    )
    assert [hit.index for hit in search.search("password?")] == [0]
    assert [hit.index for hit in search.search("退款")] == [1]
    assert [hit.index for hit in search.search("delivery")] == [2]
    assert search.search("xylophone") == []
    assert search.search("") == []


def test_a_title_counts_for_more_than_a_text():
    documents = [("Other", "refund and more words"), ("Refund", "other and more words")]
    assert Retriever(vectors=False).fit(documents).search("refund")[0].index == 1


def test_nothing_is_found_in_nothing_and_k_is_a_number():
    empty = Retriever(vectors=False).fit([])
    assert empty.search("card") == []
    with pytest.raises(ValueError, match="whole number"):
        Retriever(vectors=False).fit(["a"]).search("a", k=0)
    with pytest.raises(ValueError, match="documents"):
        Retriever(vectors=False).fit("one document")


@given(st.lists(st.sampled_from(["card lost", "card found", "refund", "late parcel"]), min_size=2, max_size=6))
@FEW
def test_the_order_of_documents_changes_no_score(documents):
    ahead = Retriever(vectors=False).fit(documents).search("card refund", k=10)
    back = Retriever(vectors=False).fit(documents[::-1]).search("card refund", k=10)
    assert [hit.score for hit in ahead] == pytest.approx([hit.score for hit in back])


def brute(texts, threshold):
    pieces = [{f" {t} "[i : i + 3] for i in range(len(t))} for t in (normal(text).lower() for text in texts)]
    pairs = ((i, j) for i in range(len(texts)) for j in range(i + 1, len(texts)) if pieces[i] and pieces[j])
    return {(i, j) for i, j in pairs if len(pieces[i] & pieces[j]) / len(pieces[i] | pieces[j]) >= threshold}


def test_a_message_sent_twice_is_found():
    found = near_duplicates(["Where is my order?", "Refund please", "where is  my ORDER?", "Where is my order??", ""])
    assert found.groups == [[0, 2, 3]]
    assert found.labels.tolist() == [0, -1, 0, 0, -1]
    assert found.pairs["similarity"].is_monotonic_decreasing


def test_near_duplicates_agree_with_comparing_everybody():
    random = np.random.default_rng(0)
    start = "please tell me where order number 12345 is because it has not come 请告诉我订单在哪里"
    texts = [start]
    for _ in range(150):
        old = texts[random.integers(len(texts))]
        place = random.integers(len(old))
        texts.append(old[:place] + random.choice(list("abc订单")) + old[place + 1 :])
    texts = list(dict.fromkeys(texts))
    expected, found = brute(texts, 0.6), near_duplicates(texts, 0.6).pairs
    ours = set(zip(found["first"], found["second"], strict=True))
    assert ours <= expected
    assert len(ours) >= 0.95 * len(expected)


@given(st.lists(TEXT, max_size=8))
@FEW
def test_any_texts_can_be_compared(texts):
    found = near_duplicates(texts, 1.0)
    assert len(found.labels) == len(texts)
    assert all(len(group) > 1 for group in found.groups)


def test_a_threshold_that_calls_everything_alike_is_refused():
    with pytest.raises(ValueError, match=r"0\.3"):
        near_duplicates(["a"], 0.1)
