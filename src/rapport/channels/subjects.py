"""Subjects: what is left of one without "Re:" and "Fwd:", and whether it is an answer."""

import re

# English, German, the Nordic ones, French, Spanish, Portuguese, Italian, Dutch, Polish, Finnish, Chinese, Japanese.
_ANSWERS = "re|aw|antw|antwort|sv|vs|odp|r|ri|rif|res|resp|tr|回复|回覆|答复|答覆|返信|自动回复"
_FORWARDS = "fwd?|wg|tr|rv|enc|i|doorst|vl|pd|转发|轉寄|転送"
_MACHINES = (
    r"automatic reply|auto(?:matic)?[- ]?(?:reply|response)|out of office|automatische antwort|自动回复|自動回覆"
)
_MARK = r"(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3})?\s?[:：]\s*"
_ANSWER = re.compile(rf"\s*(?:{_ANSWERS}|{_MACHINES}){_MARK}", re.IGNORECASE)
_PREFIX = re.compile(
    rf"\s*(?:(?:{_ANSWERS}|{_FORWARDS}|{_MACHINES}){_MARK}|\[(?:external|ext|extern|外部)\]\s*)", re.IGNORECASE
)


def is_answer(subject: str) -> bool:
    return _ANSWER.match(subject) is not None


def bare_subject(subject: str) -> str:
    """Without prefixes, in one case and with single spaces: what two subjects of one matter have in common."""
    for _ in range(12):
        found = _PREFIX.match(subject)
        if found is None:
            break
        subject = subject[found.end() :]
    return " ".join(subject.split()).casefold()
