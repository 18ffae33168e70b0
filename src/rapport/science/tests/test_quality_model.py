"""What became of a conversation is foreseen near the ceiling of a known mechanism, with an honest report and reasons.

The conversations are simulated: this shows that the mechanism is found, not how good the model is on real ones.
"""

import pickle
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import roc_auc_score

from rapport.science.behaviour import CannotLearn
from rapport.science.quality import Conversation, ConversationQuality, Turn
from rapport.science.quality.facts import facts_of
from rapport.science.quality.nesting import Texts
from rapport.science.quality.wording import Wording
from rapport.science.tests.simulated_conversations import conversations

SIMPLE = ("one_column", "logistic")


@pytest.fixture(scope="module")
def model():
    known, resolved, _ = conversations(600, 1)
    return ConversationQuality(candidates=SIMPLE).fit(known, resolved)


@pytest.fixture(scope="module")
def later():
    return conversations(800, 2)


def test_the_mechanism_is_found_and_the_baseline_beaten(model, later):
    talks, came, ideal = later
    area = roc_auc_score(came, model.chance(talks))
    assert area > roc_auc_score(came, ideal) - 0.03
    assert model.report_["brier"].upper < model.report_["baseline"]["brier"].value
    assert model.report_["logistic"]["roc_auc"].value > model.report_["one_column"]["roc_auc"].value


def test_the_report_does_not_promise_more_than_the_mechanism_allows(model):
    _, resolved, ideal = conversations(600, 1)
    # On one sample a model may by luck order a few pairs better than the mechanism itself.
    assert model.report_.roc_auc.value <= roc_auc_score(resolved, ideal) + 0.01


def test_no_score_of_a_text_knows_an_answer_that_it_is_tested_on():
    known, resolved, _ = conversations(120, 3)
    learn, check = np.arange(90), np.arange(90, 120)
    turned = np.where(np.arange(120) < 90, resolved, ~resolved)
    one, other = (
        Texts({"wording": Wording}, known, yes.astype(float), seed=0).apart(learn, check)["wording"]
        for yes in (resolved, turned)
    )
    assert (one == other).all()
    assert one.std() > 0.1


def test_reasons_are_sentences_that_name_words_and_facts(model, later):
    reasons = model.reasons(later[0][:60], n=4)
    every = [reason for one in reasons for reason in one]
    assert all(len(one) <= 4 for one in reasons)
    assert all(str(one).endswith("that it is resolved.") for one in every)
    words = [one for each in model.reasons(later[0][:30], n=30) for one in each if one.column == "wording"]
    assert any(one.startswith("It was written: “") for one in words)
    assert {"thanks_at_the_end"} <= {one.column for one in every}
    assert pickle.loads(pickle.dumps(every[0])).points == every[0].points


def test_it_behaves_like_a_classifier(model, later):
    talks = later[0][:40]
    chance = model.predict_proba(talks)
    assert chance.shape == (40, 2)
    assert chance.sum(axis=1) == pytest.approx(1)
    assert ((model.predict(talks) == model.positive_) == (model.chance(talks) >= model.threshold_)).all()
    assert (pickle.loads(pickle.dumps(model)).chance(talks) == model.chance(talks)).all()
    assert clone(model).get_params()["candidates"] == SIMPLE
    assert model.predict_proba([]).shape == (0, 2)
    assert np.isfinite(model.chance([[], [Turn("agent", "")], [Turn("customer", "送料は？" * 9000)]])).all()


def test_answers_in_words_and_gaps_are_learnt_from():
    known, resolved, _ = conversations(160, 4)
    answers = np.where(resolved, "happy", "unhappy").astype(object)
    answers[:10] = None
    model = ConversationQuality("satisfied", candidates=["logistic"], positive="happy").fit(known, answers)
    assert set(model.classes_) == {"happy", "unhappy"}
    assert model.model_.n_rows_ == 150
    assert all("customer is satisfied" in reason for one in model.reasons(known[:9]) for reason in one)


def test_later_conversations_and_single_customers_can_be_held_out():
    known, resolved, _ = conversations(160, 5)
    times = [one.turns[0].at for one in known]
    assert ConversationQuality(candidates=["one_column"]).fit(known, resolved, time=times).model_.split_ == "time"
    groups = [f"k{place % 60}" for place in range(160)]
    assert ConversationQuality(candidates=["one_column"]).fit(known, resolved, groups=groups).model_.split_ == "group"
    for wrong in ({"time": times, "groups": groups}, {"groups": groups[:5]}, {"time": times[:5]}):
        with pytest.raises(ValueError, match=r"not by both|entries"):
            ConversationQuality().fit(known, resolved, **wrong)


class Encoder:
    def encode(self, texts):
        return np.array([[len(text), text.count("?"), "thank" in text.lower(), "谢" in text] for text in texts], float)


def test_an_encoder_may_join_the_words():
    known, resolved, _ = conversations(120, 6)
    model = ConversationQuality(candidates=["logistic"], encoder=Encoder()).fit(known, resolved)
    assert "meaning" in model.model_.feature_names_in_
    assert np.isfinite(model.chance(known[:5])).all()


def test_too_little_is_said_in_words():
    known, resolved, _ = conversations(30, 7)
    few = ConversationQuality().fit(known, resolved)
    assert few.chosen_ == "baseline"
    assert few.notes_
    with pytest.raises(CannotLearn, match="same answer"):
        ConversationQuality().fit(known, [True] * 30)
    with pytest.raises(ValueError, match='"resolved" or "satisfied"'):
        ConversationQuality("funny").fit(known, resolved)
    with pytest.raises(ValueError, match="30 customers but 2 answers"):
        ConversationQuality().fit(known, [True, False])


def test_the_course_of_a_conversation_is_counted_as_it_was():
    nine = datetime(2026, 3, 2, 9, tzinfo=UTC)
    talk = Conversation(
        (
            Turn("customer", "My blue lamp flickers badly", nine),
            Turn("bot", "Have you tried another socket?", nine),
            Turn("customer", "My blue lamp flickers badly!", nine + timedelta(minutes=10)),
            Turn("agent", "Hi, sorry, I will send a new one.", nine + timedelta(minutes=30)),
            Turn("customer", "Thank you", nine + timedelta(hours=3)),
        ),
        reopened=1,
    )
    facts = facts_of([talk]).iloc[0]
    assert (facts["turns"], facts["customer_turns"], facts["bot_turns"], facts["repeats"]) == (5, 3, 1, 1)
    assert (facts["first_response_minutes"], facts["longest_wait_minutes"]) == (30, 30)
    assert (facts["longest_silence_hours"], facts["duration_hours"]) == (2.5, 3)
    assert (facts["last_word"], facts["thanks_at_the_end"], facts["reopened"]) == ("customer", 1, 1)
    mixed = [Turn("customer", "a", nine), Turn("agent", "b", nine.replace(tzinfo=None))]
    with pytest.raises(ValueError, match="time zone"):
        facts_of([Conversation(tuple(mixed))])
