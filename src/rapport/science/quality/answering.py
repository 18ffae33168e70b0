"""Whether what the customer asked got an answer of substance."""

import re
from typing import Any

import numpy as np

from rapport.science.language import _
from rapport.science.quality.reading import Reader, content
from rapport.science.quality.results import Check, Evidence, Outcome
from rapport.science.quality.words import pattern

_NEAR = 0.45  # cosine from which an answer is about the question
_NO_ANSWER = ("greeting", "thanks", "apology", "empathy")
_SUBSTANCE = 12  # letters; fewer are only an answer where they say yes, no, or a number
_LEAST = 3


def answered(name: str, reader: Reader, encoder: Any) -> Check:
    """Passed, failed or left to a person, for the last thing that the customer asked."""
    talk = reader.conversation
    customer = talk.by("customer")
    asked = [turn for turn in customer if reader.find("asks", turn)]
    if not asked:
        if customer and not reader.can_read(customer):
            return Check(
                name, Outcome.CANNOT_TELL, _("The customer wrote in a language whose words are not known here.")
            )
        return Check(name, Outcome.NOT_APPLICABLE, _("The customer asks nothing."))
    question = reader.find("asks", asked[-1])
    replies = [turn for turn in talk.by("agent", "bot") if turn > asked[-1]]
    if not replies:
        return Check(name, Outcome.FAILED, _("Nobody answered what the customer asked last."), question)
    unsolved = reader.first("unsolved", [turn for turn in customer if turn > replies[0]])
    if unsolved is not None:
        return Check(name, Outcome.FAILED, _("After the answer the customer says that it did not help."), unsolved)
    asks = " ".join(reader.texts[turn] for turn in asked)
    for turn in replies:
        found = _substance(reader, turn, asks, encoder)
        if found is not None:
            return Check(name, Outcome.PASSED, _("The question got an answer of substance."), found)
    if all(_empty(reader, turn) for turn in replies):
        return Check(
            name, Outcome.FAILED, _("The customer was only put off or asked back, and got no answer."), question
        )
    thanks = reader.first("thanks", [turn for turn in customer if turn > replies[0]])
    if thanks is not None:
        return Check(name, Outcome.PASSED, _("The customer thanks for the answer."), thanks)
    return Check(name, Outcome.CANNOT_TELL, _("Whether this answers the question, somebody should read."), question)


def _substance(reader: Reader, turn: int, asked: str, encoder: Any) -> Evidence | None:
    """Words that answer, in a reply that is about what was asked or about nothing else."""
    if _empty(reader, turn):
        return None
    found = reader.find("answer", turn)
    text = reader.texts[turn]
    shared = content(asked) & content(text)
    if encoder is not None and not shared:
        one, other = np.asarray(encoder.encode([asked, text]), dtype=float)
        lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
        if lengths == 0 or float(one @ other) / lengths < _NEAR:
            return None
        return found or reader.evidence(turn, 0, len(text))
    if found is not None:
        return found
    return reader.evidence(turn, 0, len(text)) if len(shared) >= 2 else None


def _empty(reader: Reader, turn: int) -> bool:
    """Whether a reply is too short to answer, only puts off, or only asks back."""
    text = reader.texts[turn]
    if _size(text) < _SUBSTANCE:
        return not reader.find("answer", turn)
    return not any(_tells(reader, turn, sentence) for sentence in _sentences(text))


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[!?。！？\n])|(?<=\.)\s", text)


def _tells(reader: Reader, turn: int, sentence: str) -> bool:
    """Whether it says more than a greeting, thanks, a sorry, a promise to look, or a question."""
    if sentence.rstrip().endswith(("?", "？", "吗", "吗。")):
        return False
    return any(_told(reader, turn, clause) >= _LEAST for clause in re.split(r"[,，;；:：]\s*|\s[-–—]\s", sentence))


def _told(reader: Reader, turn: int, clause: str) -> int:
    for language in reader.languages[turn]:
        if pattern("holding", language).search(clause):
            return 0
        for name in _NO_ANSWER:
            clause = pattern(name, language).sub(" ", clause)
    for name in re.findall(r"\w+", f"{reader.conversation.customer} {reader.conversation.agent}"):
        clause = re.sub(re.escape(name), " ", clause, flags=re.I)
    return _size(clause)


def _size(text: str) -> int:
    """Letters, a Chinese character counting as two."""
    return sum(2 if letter > "\u2e80" else 1 for letter in text if letter.isalnum())
