"""Why a conversation is likely to be resolved, or its customer satisfied: what is the case, and what it does."""

from typing import Any, Self

from rapport.science.behaviour import Reason
from rapport.science.language import _, ngettext, with_commas
from rapport.science.quality.conversation import Conversation
from rapport.science.quality.wording import Wording


class ConversationReason(str):
    """Two sentences, with the facts they were made of: the `column`, its `value`, and by how many `points` (of 100)
    the chance would be lower without it."""

    column: str
    value: float | str | None
    points: float

    def __new__(cls, text: str, column: str, value: float | str | None, points: float) -> Self:
        reason = super().__new__(cls, text)
        reason.column, reason.value, reason.points = column, value, points
        return reason

    def __getnewargs__(self) -> tuple[Any, ...]:
        return str(self), self.column, self.value, self.points


def said_of(reason: Reason, target: str, talk: Conversation, wording: Wording) -> ConversationReason:
    """The reason of a model in words about a conversation."""
    if reason.column == "wording":
        fact = _worded(wording.words(talk, raising=reason.effect > 0))
    else:
        fact = _fact(reason.column, reason.value)
    return ConversationReason(f"{fact} {_effect(target, reason.points)}", reason.column, reason.value, reason.points)


def _worded(words: list[str]) -> str:
    if not words:
        return _("The words say little.")
    return _("It was written: {words}.").format(words=with_commas(f"“{word}”" for word in words))


def _effect(target: str, points: float) -> str:
    size = max(1, round(abs(points)))
    if target == "resolved" and points > 0:
        text = ngettext(
            "This makes it {n} point likelier that it is resolved.",
            "This makes it {n} points likelier that it is resolved.",
            size,
        )
    elif target == "resolved":
        text = ngettext(
            "This makes it {n} point less likely that it is resolved.",
            "This makes it {n} points less likely that it is resolved.",
            size,
        )
    elif points > 0:
        text = ngettext(
            "This makes it {n} point likelier that the customer is satisfied.",
            "This makes it {n} points likelier that the customer is satisfied.",
            size,
        )
    else:
        text = ngettext(
            "This makes it {n} point less likely that the customer is satisfied.",
            "This makes it {n} points less likely that the customer is satisfied.",
            size,
        )
    return text.format(n=size)


def _fact(column: str, value: float | str | None) -> str:
    if column == "last_word":
        return _last_word(value)
    if value is None or isinstance(value, str):
        return _unknown(column)
    both = _yes_or_no().get(column)
    if both is not None:
        return both[0] if value else both[1]
    return _numbers().get(column, column).format(value=f"{value:,.3g}" if value < 1000 else f"{value:,.0f}")


def _unknown(column: str) -> str:
    if column.startswith("check_"):
        return _("One of the checks does not apply.")
    return _("How long it took is not known.")


def _last_word(value: float | str | None) -> str:
    return {
        "agent": _("The agent wrote last."),
        "bot": _("The assistant wrote last."),
    }.get(str(value), _("The customer wrote last."))


def _yes_or_no() -> dict[str, tuple[str, str]]:
    return {
        "thanks_at_the_end": (_("The customer thanks at the end."), _("The customer does not thank at the end.")),
        "unsolved_at_the_end": (
            _("The customer says at the end that it is not solved."),
            _("The customer does not say at the end that it is not solved."),
        ),
        "asks_at_the_end": (_("It ends with a question of the customer."), _("It does not end with an open question.")),
        "check_greeting": (_("The agent greets."), _("The first message of the agent does not greet.")),
        "check_answered": (_("The question got an answer."), _("The question got no answer.")),
        "check_next_step": (_("The agent says what happens next."), _("The agent does not say what happens next.")),
        "check_tone": (_("The tone of the agent is good."), _("The tone of the agent is not good.")),
        "check_apology": (_("The agent says sorry."), _("The customer complains, and the agent does not say sorry.")),
        "check_empathy": (
            _("The agent shows understanding."),
            _("The customer complains, and the agent shows no understanding."),
        ),
    }


def _numbers() -> dict[str, str]:
    return {
        "turns": _("There are {value} messages in all."),
        "customer_turns": _("Messages of the customer: {value}."),
        "agent_turns": _("Messages of the agent: {value}."),
        "bot_turns": _("Messages of the assistant: {value}."),
        "customer_letters": _("The customer wrote {value} letters."),
        "agent_letters": _("The agent wrote {value} letters."),
        "complaints": _("Words of complaint by the customer: {value}."),
        "repeats": _("Times that the customer said the same again: {value}."),
        "reopened": _("Times that it was opened again: {value}."),
        "first_response_minutes": _("The first answer took {value} minutes."),
        "longest_wait_minutes": _("The customer waited up to {value} minutes for an answer."),
        "longest_silence_hours": _("The longest silence lasted {value} hours."),
        "duration_hours": _("It took {value} hours in all."),
        "meaning": _("What the customer wrote is near to what others wrote in the same case."),
    }
