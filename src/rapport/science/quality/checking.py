"""Automatic checks of one conversation: what the agent wrote, in English and Chinese, with the words they rest on."""

import re
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from rapport.science.language import _
from rapport.science.quality.answering import answered
from rapport.science.quality.conversation import Conversation, as_conversation
from rapport.science.quality.reading import Reader
from rapport.science.quality.results import Check, Outcome

_OPENING = 80  # characters in which a greeting stands
_LOUD = 12  # capitals in a row of words: fewer are abbreviations
_CAPITALS = re.compile(r"(?<![A-Za-z])[A-Z]{2,}(?:'[A-Z]+)?(?:[\s,]+[A-Z]{1,}(?:'[A-Z]+)?){2,}(?![a-z])|[!！]{3,}")


class TextEncoder(Protocol):
    """Turns texts into vectors, n x d, near each other where texts mean the same."""

    def encode(self, texts: list[str]) -> Any: ...


def checks(
    conversation: Conversation | Iterable[Any], language: str | None = None, *, encoder: TextEncoder | None = None
) -> list[Check]:
    """The checks named in CHECKS, in their order.

    `conversation` is a Conversation, or its turns. Each turn is read in its own language, or all of them in `language`
    ("en" or "zh"). Quoted text does not count, negations are minded, and what may be meant as irony is left to a person
    ("cannot tell"), as is a language whose words are not known. `encoder` lets "answered" compare meanings too.

    The words are lists, so what is said in other words is missed: a complaint that names no word of complaint makes
    "apology" and "empathy" not applicable. They sort conversations for reading; they do not judge agents by themselves.
    """
    talk = as_conversation(conversation)
    reader = Reader(talk, language)
    agent = talk.by("agent")
    return [_check(name, look, reader, agent, encoder) for name, look in _LOOKS.items()]


def _check(name: str, look: Callable[..., Check], reader: Reader, agent: list[int], encoder: Any) -> Check:
    if not agent:
        return Check(name, Outcome.NOT_APPLICABLE, _("No agent wrote in this conversation."))
    if not reader.can_read(agent):
        return Check(name, Outcome.CANNOT_TELL, _("The agent wrote in a language whose words are not known here."))
    return look(name, reader, agent, encoder)


def _greeting(name: str, reader: Reader, agent: list[int], encoder: Any) -> Check:
    found = reader.find("greeting", agent[0])
    if found is None or found.start > _OPENING:
        return Check(name, Outcome.FAILED, _("The first message of the agent does not greet."))
    return Check(name, Outcome.PASSED, _("The agent greets."), found)


def _name(name: str, reader: Reader, agent: list[int], encoder: Any) -> Check:
    customer = reader.conversation.customer.strip()
    if not customer:
        return Check(name, Outcome.NOT_APPLICABLE, _("The name of the customer is not known."))
    parts = {customer, *re.findall(r"\w{2,}", customer)}
    if re.fullmatch(r"[\u3400-\u9fff]{2,4}", customer):
        parts |= {customer[0] + title for title in ("先生", "女士", "小姐", "老师", "总")} | {customer[1:]}
    for part in sorted(parts, key=len, reverse=True):
        spoken = re.search(rf"(?<![A-Za-z]){re.escape(part)}(?![A-Za-z])", reader.texts[agent[0]], re.I)
        if spoken:
            found = reader.evidence(agent[0], *spoken.span())
            return Check(name, Outcome.PASSED, _("The agent addresses {name} by name.").format(name=customer), found)
    return Check(name, Outcome.FAILED, _("The first message does not say the name of {name}.").format(name=customer))


def _answered(name: str, reader: Reader, agent: list[int], encoder: Any) -> Check:
    return answered(name, reader, encoder)


def _next_step(name: str, reader: Reader, agent: list[int], encoder: Any) -> Check:
    # A question at the end is a next step too: it says what the customer should tell.
    found = reader.first("next_step", agent[:-3:-1]) or reader.last_question(agent[-1])
    if found is None:
        return Check(name, Outcome.FAILED, _("The agent ends without saying what happens next or offering more help."))
    return Check(name, Outcome.PASSED, _("The agent says what happens next, or offers more help."), found)


def _tone(name: str, reader: Reader, agent: list[int], encoder: Any) -> Check:
    blame = reader.first("blame", agent, unless="no_blame")
    if blame is not None:
        return Check(name, Outcome.FAILED, _("The agent blames the customer or is curt."), blame)
    for turn in agent:
        loud = _CAPITALS.search(reader.texts[turn])
        if (loud and sum(letter.isupper() for letter in loud[0]) != 0) or (loud and loud[0][0] in "!！"):
            found = reader.evidence(turn, *loud.span())
            return Check(name, Outcome.FAILED, _("The agent writes in capitals or with many exclamation marks."), found)
    irony = reader.first("sarcasm", agent)
    if irony is not None:
        return Check(name, Outcome.CANNOT_TELL, _("This may be meant as irony: somebody should read it."), irony)
    polite = reader.first("polite", agent)
    if polite is not None:
        return Check(name, Outcome.PASSED, _("The agent is polite."), polite)
    return Check(name, Outcome.PASSED, _("Nothing that the agent wrote is impolite."))


def _apology(name: str, reader: Reader, agent: list[int], encoder: Any) -> Check:
    return _for_complaint(
        name,
        reader,
        agent,
        ("apology", "no_apology"),
        _("The customer complains, and the agent says sorry."),
        _("The customer complains, and the agent does not say sorry."),
    )


def _empathy(name: str, reader: Reader, agent: list[int], encoder: Any) -> Check:
    return _for_complaint(
        name,
        reader,
        agent,
        ("empathy", ""),
        _("The customer complains, and the agent shows understanding."),
        _("The customer complains, and the agent shows no understanding."),
    )


def _for_complaint(name: str, reader: Reader, agent: list[int], words: tuple[str, str], yes: str, no: str) -> Check:
    customer = reader.conversation.by("customer")
    complaint = reader.first("complaint", customer, unless="no_complaint")
    if complaint is None:
        irony = reader.first("sarcasm", customer)
        if irony is not None:
            text = _("The customer may be complaining by irony: somebody should read it.")
            return Check(name, Outcome.CANNOT_TELL, text, irony)
        return Check(name, Outcome.NOT_APPLICABLE, _("The customer does not complain."))
    after = [turn for turn in agent if turn > complaint.turn]
    if not after:
        return Check(name, Outcome.NOT_APPLICABLE, _("The agent wrote nothing after the complaint."), complaint)
    found = reader.first(words[0], after, unless=words[1])
    return Check(name, Outcome.PASSED, yes, found) if found else Check(name, Outcome.FAILED, no, complaint)


_LOOKS: dict[str, Callable[..., Check]] = {
    "greeting": _greeting,
    "name": _name,
    "answered": _answered,
    "next_step": _next_step,
    "tone": _tone,
    "apology": _apology,
    "empathy": _empathy,
}
CHECKS = tuple(_LOOKS)
