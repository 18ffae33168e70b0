"""What a form asks besides the usual: questions that an administrator writes one a line, and the company's own fields.

Topic*: Order | Returns     a choice that has to be made
Where did you buy it?       a line of text
[order_number]*             the field of conversations with that key, with its own label, help and choices
"""

import re
from dataclasses import asdict, dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.backbone.custom_fields.types import LONGEST, FieldKind
from rapport.conversations.fields import FIELDS
from rapport.kit.text import one_line

MOST = 20
_FIELD = re.compile(r"\[([a-z][a-z0-9_]{0,39})\]")


@dataclass(frozen=True)
class Question:
    """`key` names a field of conversations; without one the answer stands below the message."""

    label: str
    key: str = ""
    is_required: bool = False
    choices: list[str] = field(default_factory=list)


def parse(lines: str) -> list[dict[str, Any]]:
    """As they are kept among the settings. Raises ValidationError for a field that there is not, or too many lines."""
    found: list[Question] = []
    for line in filter(None, map(str.strip, lines.splitlines())):
        head, _colon, choices = line.partition(":")
        is_required = head.rstrip().endswith("*")
        label = one_line(head.rstrip().rstrip("*"))[:120]
        key = _FIELD.fullmatch(label)
        if key and not FIELDS.present.filter(key=key[1]).exists():
            raise forms.ValidationError(
                _("There is no field “%(key)s” of conversations. Add it in Settings, Conversation fields.")
                % {"key": key[1]}
            )
        offered = list(dict.fromkeys(one_line(each)[:120] for each in choices.split("|") if each.strip()))
        if label:
            found.append(Question(label, key[1] if key else "", is_required, [] if key else offered))
    if len(found) > MOST:
        raise forms.ValidationError(_("These are more than %(most)d questions.") % {"most": MOST})
    return [asdict(each) for each in found]


def written(questions: list[dict[str, Any]]) -> str:
    """The other way round."""
    return "\n".join(_line(Question(**each)) for each in questions)


def asked(questions: list[dict[str, Any]]) -> list[tuple[Question, forms.Field]]:
    """Each question with the form field that asks it. One of a field that was retired is left out. One query."""
    every = [Question(**each) for each in questions]
    keys = [each.key for each in every if each.key]
    own = {each.key: each for each in FIELDS.present.filter(key__in=keys)} if keys else {}
    return [
        (each, _of_field(own[each.key], each) if each.key else _of_line(each))
        for each in every
        if not each.key or each.key in own
    ]


def as_words(value: Any) -> str:
    """What was answered, as a custom field understands it."""
    if value in (None, ""):
        return ""
    return value.isoformat() if hasattr(value, "isoformat") else one_line(str(value))


def _of_line(question: Question) -> forms.Field:
    said: dict[str, Any] = {"label": question.label, "required": question.is_required}
    if question.choices:
        return forms.ChoiceField(choices=_offered(question.choices), **said)
    return forms.CharField(max_length=500, **said)


def _of_field(own: Any, question: Question) -> forms.Field:
    said: dict[str, Any] = {"label": own.label, "help_text": own.help, "required": question.is_required}
    match own.kind:
        case FieldKind.CHOICE:
            return forms.ChoiceField(choices=_offered(own.choices), **said)
        case FieldKind.YES_NO:
            return forms.ChoiceField(choices=[("", "—"), ("yes", _("Yes")), ("no", _("No"))], **said)
        case FieldKind.NUMBER:
            return forms.DecimalField(max_digits=18, **said)
        case FieldKind.DATE:
            return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **said)
        case FieldKind.LINK:
            return forms.URLField(max_length=LONGEST, assume_scheme="https", **said)
    return forms.CharField(max_length=LONGEST, **said)


def _offered(choices: list[str]) -> list[tuple[str, Any]]:
    return [("", gettext_lazy("Choose…")), *((each, each) for each in choices)]


def _line(question: Question) -> str:
    star = "*" if question.is_required else ""
    name = f"[{question.key}]" if question.key else question.label
    return f"{name}{star}" + (f": {' | '.join(question.choices)}" if question.choices else "")
