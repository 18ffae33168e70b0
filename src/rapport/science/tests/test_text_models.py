"""Vectors, hybrid search, intents and topics, with the encoder that is installed and with one of our own."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from rapport.science.text import Encoder, IntentClassifier, Retriever, Topics, shared_encoder
from rapport.science.text.encoder import PIECE_LETTERS, pieces_of
from rapport.science.text.topics.labels import distinctive

QUESTIONS = {
    "card": """
        Where is my new card? | My card has not come yet | When will the card arrive? |
        How long until I get my card? | I am waiting for my bank card | Has my card been sent? |
        我的新卡什么时候到 | Is the card in the mail?
    """,
    "refund": """
        I want my money back | Please refund my payment | How do I get a refund? |
        Give me back what I paid | Can I be refunded for this? | 我要退款 |
        When do I see the refund? | Refund the last purchase please
    """,
    "password": """
        I forgot my password | How do I reset my password? | I cannot log in any more |
        My password is not accepted | Change my password please | 我忘记密码了 |
        The login does not take my password | Send a link to set a password
    """,
    "hours": """
        When are you open? | What are your opening hours? | Are you open on Sunday? |
        Until what time is the shop open? | 你们几点开门 | When does the store close? |
        Opening hours on holidays? | Is the shop open today?
    """,
    "invoice": """
        I need an invoice | Please send me the bill as a PDF | Where is my invoice? |
        The invoice has a wrong address | 请给我开发票 | Can I download old invoices? |
        My company needs the invoice | Resend the invoice for May
    """,
}


@pytest.fixture(scope="module")
def questions():
    pairs = [(" ".join(text.split()), label) for label, block in QUESTIONS.items() for text in block.split("|")]
    return [text for text, _ in pairs], np.array([label for _, label in pairs], dtype=object)


class Letters:
    """An encoder that counts letters, and how many texts it was asked."""

    def __init__(self):
        self.asked = 0

    def encode(self, texts):
        self.asked += len(texts)
        return np.array([[1 + text.count(letter) for letter in "abcdefgh"] for text in texts])


def test_a_question_lies_near_its_translation():
    card, chinese, weather = shared_encoder().encode(["Where is my card?", "我的卡在哪里？", "It rains in the hills"])
    assert card @ chinese > 0.6 > card @ weather
    assert [len(card), card.dtype, np.linalg.norm(card)] == [512, np.float32, pytest.approx(1, abs=1e-5)]


def test_a_text_is_encoded_once_whatever_its_spaces():
    letters, done = Letters(), []
    encoder = Encoder(letters, batch=2, progress=lambda share, what: done.append(share))
    first = encoder.encode(["a cab", "a  cab", "bed", "", "dad"])
    assert letters.asked == 3
    assert done == [pytest.approx(2 / 3), 1.0]
    assert np.array_equal(encoder.encode(["bed", "a cab"]), first[[2, 0]])
    assert letters.asked == 3
    assert not first[3].any()


def test_vectors_outlive_the_process_on_disk(tmp_path):
    letters = Letters()
    first = Encoder(letters, version="letters 1", directory=tmp_path).encode(["bed"])
    again = Encoder(letters, version="letters 1", directory=tmp_path).encode(["bed"])
    assert letters.asked == 1
    assert np.array_equal(first, again)
    Encoder(letters, version="letters 2", directory=tmp_path).encode(["bed"])
    assert letters.asked == 2


def test_a_damaged_file_of_vectors_costs_time_alone(tmp_path):
    (tmp_path / "v1.sqlite3").write_bytes(b"this is no database" * 100)
    assert Encoder(Letters(), version="v1", directory=tmp_path).encode(["bed"]).shape == (1, 8)


def test_the_memory_forgets_what_was_used_longest_ago():
    letters = Letters()
    encoder = Encoder(letters, memory=2)
    for text in ("a", "b", "a", "c", "a", "b"):
        encoder.encode([text])
    assert letters.asked == 4


@pytest.mark.parametrize("text", ["One sentence with words. " * 100, "没有标点的文字" * 300, "x" * 5_000])
def test_a_long_text_is_read_in_pieces_and_nothing_of_a_short_mail_is_lost(text):
    pieces = pieces_of(text.strip())
    assert 1 < len(pieces) <= 32
    assert all(len(piece) <= PIECE_LETTERS for piece in pieces)
    assert "".join(pieces).replace(" ", "") == text.replace(" ", "")
    assert Encoder(Letters()).encode([text]).shape == (1, 8)


def test_an_encoder_is_shared_by_clones_and_travels_without_its_vectors():
    encoder = Encoder(Letters())
    encoder.encode(["bed"])
    assert clone(Retriever(encoder=encoder)).encoder is encoder
    sent = pickle.loads(pickle.dumps(encoder))
    assert sent.encode(["bed"]).shape == (1, 8)
    assert sent.backend.asked == 2


def test_an_encoder_that_answers_nonsense_is_refused():
    class Broken:
        def encode(self, texts):
            return np.full((len(texts), 3), np.nan)

    with pytest.raises(ValueError, match="finite"):
        Encoder(Broken()).encode(["a"])
    with pytest.raises(ValueError, match="version"):
        Encoder(Broken(), directory="somewhere")
    with pytest.raises(ValueError, match="encode"):
        Retriever(encoder=object()).fit(["a"])


def test_kim_finds_the_answer_in_other_words_and_another_language():
    articles = [
        ("Reset a password", "Open settings and choose a new secret word."),
        ("Shipping times", "Parcels reach you within three working days."),
        ("退款", "钱会在五天内退回到您的账户。"),
        ("Device RX-77", "How to charge it."),
    ]
    search = Retriever().fit(articles)
    found = {
        "I cannot log in": 0,
        "how long until my package is here": 1,
        "give me my money back": 2,
        "我忘了密码": 0,
        "rx-77": 3,
    }
    for query, index in found.items():
        assert search.search(query, 1)[0].index == index
    hits = search.search("money", k=10)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_intents_are_learnt_from_a_few_examples(questions):
    texts, labels = questions
    learnt = np.arange(len(texts)) % 8 < 6
    model = IntentClassifier().fit([t for t, own in zip(texts, learnt, strict=True) if own], labels[learnt])
    held = [t for t, own in zip(texts, learnt, strict=True) if not own]
    best = [label for label, _ in model.decision(held)]
    assert np.mean(np.array(best, dtype=object) == labels[~learnt]) >= 0.8
    chances = model.predict_proba(held)
    assert chances.shape == (len(held), 5)
    assert chances.sum(axis=1) == pytest.approx(1)
    assert set(model.accuracy_) == {"nearest", "vectors", "joint"}


def test_the_model_says_when_it_does_not_know(questions):
    texts, labels = questions
    model = IntentClassifier().fit(texts, labels)
    strange = ["The moon is made of cheese", "Do you sell elephants?", "qwertz", "", "写一首关于大海的诗"]
    known = ["Where is my card?", "Please reset the password", "请给我开发票"]
    assert [model.predict([text])[0] for text in known] == ["card", "password", "invoice"]
    assert model.predict(strange).tolist().count(None) >= 4
    assert model.decision([""])[0].confidence == 0
    sure = [decision.confidence for decision in model.decision(strange + known)]
    assert max(sure[: len(strange)]) < min(sure[len(strange) :])


def test_a_stricter_threshold_answers_less_and_refuses_more(questions):
    texts, labels = questions
    model = IntentClassifier().fit(texts, labels)
    table = model.refusals_
    assert table["answered"].is_monotonic_decreasing
    assert table["refused"].is_monotonic_increasing
    strict = model.threshold_for(0.9)
    assert table.set_index("threshold").loc[strict, "precision"] >= 0.9
    asked = [*texts[:3], "Do you sell elephants?"]
    answered = [(model.set_params(threshold=t).predict(asked) != None).sum() for t in (0.0, 0.5, 1.0)]  # noqa: E711
    assert answered[0] == 4
    assert answered == sorted(answered, reverse=True)


def test_the_same_seed_gives_the_same_answers_in_any_order(questions):
    texts, labels = questions
    first = IntentClassifier(head="vectors").fit(texts, labels)
    again = IntentClassifier(head="vectors").fit(texts, labels)
    assert first.decision(texts[:3]) == again.decision(texts[:3])
    turned = IntentClassifier(head="vectors").fit(texts[::-1], labels[::-1])
    assert turned.predict_proba(texts[:3]) == pytest.approx(first.predict_proba(texts[:3]), abs=0.15)


def test_one_example_an_intent_is_enough_to_start(questions):
    texts, labels = questions
    model = IntentClassifier().fit(texts[::8], labels[::8])
    assert model.refusals_ is None
    assert [d.label for d in model.decision(["Has the card been posted?", "refund me"])] == ["card", "refund"]
    with pytest.raises(ValueError, match="more examples"):
        model.threshold_for(0.9)


@pytest.mark.parametrize(
    ("texts", "labels", "words"),
    [
        (["a", "b"], ["x", None], "no label"),
        (["a", "b"], ["x", float("nan")], "no label"),
        (["a", "b"], ["x"], "one label"),
        (["a", "b"], ["x", "x"], "at least two"),
        (["a", "b"], ["x", 1], "all strings"),
        (["", None], ["x", "y"], "no text"),
        ("ab", ["x", "y"], "list of strings"),
        ([1, 2], ["x", "y"], "strings"),
    ],
)
def test_examples_that_teach_nothing_are_refused_plainly(texts, labels, words):
    with pytest.raises(ValueError, match=words):
        IntentClassifier(encoder=Letters()).fit(texts, labels)


def test_settings_out_of_range_and_questions_before_learning_are_refused():
    for wrong in ({"threshold": 1.5}, {"unknown_share": -1}, {"head": "brain"}):
        with pytest.raises(ValueError, match="not"):
            IntentClassifier(**wrong).fit(["a", "b"], ["x", "y"])
    with pytest.raises(NotFittedError):
        IntentClassifier().predict(["a"])


def test_pandas_of_any_index_goes_in_and_a_pickle_comes_out(questions):
    texts, labels = questions
    frame = pd.DataFrame({"text": texts, "label": labels}, index=range(100, 100 + len(texts)))
    frame = frame.sample(frac=1, random_state=0)
    model = IntentClassifier().fit(frame["text"], frame["label"])
    sent = pickle.loads(pickle.dumps(model))
    assert list(sent.predict(texts[:5])) == list(model.predict(texts[:5]))
    assert model.score(frame["text"], frame["label"]) > 0.85
    assert len(model.predict([])) == 0


def test_topics_are_named_in_the_words_of_their_texts(questions):
    texts, labels = questions
    model = Topics(5).fit([*texts, "", None])
    assert model.labels_[-2:].tolist() == [-1, -1]
    assert model.topics_["size"].is_monotonic_decreasing
    assert model.topics_["size"].sum() == len(texts)
    named = " ".join(model.topics_["label"])
    assert all(word in named for word in ("card", "refund", "password", "invoice"))
    assert all(set(examples) <= set(texts) for examples in model.topics_["examples"])
    agreement = pd.crosstab(labels, model.labels_[:-2]).max(axis=1).sum() / len(texts)
    assert agreement >= 0.75
    assert model.predict(texts).tolist() == model.labels_[:-2].tolist()


def test_the_number_of_topics_is_chosen_and_never_more_than_there_are_texts(questions):
    chosen = Topics().fit(questions[0])
    assert 2 <= chosen.n_topics_ <= 8
    assert chosen.n_topics_ == max(chosen.silhouette_, key=chosen.silhouette_.get)
    assert Topics().fit(["only one text"]).n_topics_ == 1
    assert Topics(5).fit(["same words"] * 9).n_topics_ == 1
    with pytest.raises(ValueError, match="no text"):
        Topics().fit(["", None])


def test_topics_over_time_count_every_text_once(questions):
    model = Topics(3).fit(questions[0])
    moments = pd.date_range("2026-01-05", periods=len(questions[0]), freq="D", tz="Asia/Shanghai")
    table = model.over_time(moments)
    assert table.to_numpy().sum() == len(questions[0])
    assert len(table) == 6
    late = model.over_time([None, *moments[1:]])
    assert late.to_numpy().sum() == len(questions[0]) - 1
    with pytest.raises(ValueError, match="one time"):
        model.over_time(moments[:3])


def test_chinese_topics_have_chinese_names():
    texts = ["退款什么时候到账", "申请退款", "快递丢了", "快递还没到"]
    names = distinctive(texts, np.array([0, 0, 1, 1]), 2, 3)
    assert names[0][0] == "退款"
    assert names[1][0] == "快递"
