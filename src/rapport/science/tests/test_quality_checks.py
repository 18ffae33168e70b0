"""Automatic checks say what a person would, show the words they rest on, and leave to people what is theirs to tell."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.science.language import speaking
from rapport.science.quality import CHECKS, Conversation, Outcome, Turn, checks
from rapport.science.quality.conversation import languages
from rapport.science.tests.quality_cases import CASES, talk


@pytest.mark.parametrize(("turns", "expected"), CASES, ids=lambda value: value[0] if isinstance(value, list) else "")
def test_a_check_says_what_a_person_says(turns, expected):
    found = {check.name: check for check in checks(talk(turns))}
    assert list(found) == list(CHECKS)
    assert {name: str(found[name].outcome) for name in expected} == expected


def test_at_least_forty_conversations_in_both_languages_were_judged_by_hand():
    assert len(CASES) >= 50
    assert sum("zh" in languages(turns[0][3:]) for turns, _ in CASES) >= 20


def test_evidence_is_where_it_says():
    talks = [talk(turns) for turns, _ in CASES]
    found = [(one, check.evidence) for one in talks for check in checks(one) if check.evidence]
    assert len(found) > 100
    assert all(one.turns[e.turn].text[e.start : e.end] == e.text and e.text for one, e in found)


def test_every_check_has_a_reason_in_a_sentence():
    for turns, _ in CASES:
        assert all(check.reason.endswith(".") for check in checks(talk(turns)))
    with speaking("zh"):
        assert all(check.reason for check in checks(talk(CASES[0][0])))


def test_passed_is_yes_no_or_neither():
    assert [check.passed for check in checks([Turn("agent", "Hi!")])][:2] == [True, None]
    assert checks([Turn("agent", "Bye")])[0].passed is False


def test_turns_may_be_given_plainly():
    given = [("customer", "Is it free?"), {"author": "agent", "text": "Hello, yes, it is free."}]
    assert checks(given) == checks(Conversation((Turn(*given[0]), Turn("agent", given[1]["text"]))))


def test_a_language_may_be_forced():
    assert checks([Turn("agent", "Hola amigo, bienvenido a la tienda de Madrid")])[0].outcome is Outcome.CANNOT_TELL
    assert checks([Turn("agent", "Hola, hello to the tienda de Madrid, bienvenido amigo")], "en")[0].passed
    with pytest.raises(ValueError, match='"en", "zh" or None'):
        checks([], "fr")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Where is my order?", ("en",)),
        ("我的订单在哪里？", ("zh",)),
        ("我的iPhone的app打不开", ("zh",)),
        ("请看 settings and then click on the button below please", ("zh", "en")),
        ("注文はどこですか、教えてください", ()),
        ("Где мой заказ, пожалуйста?", ()),
        ("Wo ist denn meine Bestellung geblieben, bitte?", ()),
        ("👍", ()),
    ],
)
def test_the_language_of_a_turn_is_seen(text, found):
    assert languages(text) == found


class Encoder:
    """Two meanings: money, and everything else."""

    def encode(self, texts):
        return [[1.0, 0.0] if "refund" in text or "money" in text else [0.0, 1.0] for text in texts]


def test_an_encoder_tells_an_answer_from_an_aside():
    def ask(reply):
        found = checks([("customer", "When do I get my money?"), ("agent", reply)], encoder=Encoder())
        return {check.name: check.outcome for check in found}["answered"]

    assert ask("The refund was sent on 3 March.") is Outcome.PASSED
    assert ask("The weather was lovely on 3 March.") is Outcome.CANNOT_TELL


def test_what_is_no_conversation_is_refused():
    for wrong in ("hello", [("customer",)], [("robot", "hi")], [Turn("agent", "x"), 3], 5, [("customer", None)]):
        with pytest.raises(ValueError, match=r"turn|conversation"):
            checks(wrong)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["customer", "agent", "bot"]), st.text(max_size=60)), max_size=5))
def test_any_text_at_all_is_checked(turns):
    found = checks(turns)
    assert [check.name for check in found] == list(CHECKS)
    if not any(author == "agent" and text.strip() for author, text in turns):
        assert {check.outcome for check in found} == {Outcome.NOT_APPLICABLE}
