"""What setting up the chat asks: how it looks, what it says, what it asks, where it may be used."""

import re
import secrets
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from rapport.channels.visitors.offering import DEFAULT_COLOUR, LANGUAGES

_ASKED = [("no", _("Do not ask")), ("optional", _("Ask, may be left empty")), ("required", _("Has to be filled in"))]
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_ORIGIN = re.compile(r"https?://(\*\.)?[a-z0-9.-]+(:\d+)?")


class _Lines(forms.CharField):
    """Text of several lines, one thing each."""

    def __init__(self, *, rows: int = 3, **options: Any) -> None:
        options.setdefault("required", False)
        options.setdefault("max_length", 4000)
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **options)


class _Origins(_Lines):
    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        found = []
        for line in str(super().clean(value)).split():
            parts = urlsplit(line if "://" in line else f"https://{line}")
            origin = f"{parts.scheme}://{parts.netloc}".lower()
            if not _ORIGIN.fullmatch(origin):
                raise forms.ValidationError(_("“%(line)s” is no address of a site."), params={"line": line})
            found.append(origin)
        return list(dict.fromkeys(found))


class _Articles(_Lines):
    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{each['title']} | {each['url']}" for each in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[dict[str, str]]:
        found = []
        for line in filter(None, map(str.strip, str(super().clean(value)).splitlines())):
            title, _bar, url = (part.strip() for part in line.rpartition("|"))
            if not title or not url.startswith(("https://", "http://", "/")):
                raise forms.ValidationError(
                    _("“%(line)s” needs a title, a bar and an address that begins with https://."),
                    params={"line": line},
                )
            found.append({"title": title, "url": url})
        return found


class _Questions(_Lines):
    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(_question_line, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[dict[str, Any]]:
        lines = filter(None, map(str.strip, str(super().clean(value)).splitlines()))
        found = []
        for line in lines:
            label, _colon, choices = line.partition(":")
            is_required = label.rstrip().endswith("*")
            offered = [each.strip() for each in choices.split("|") if each.strip()]
            found.append({"label": label.strip().rstrip("*").strip(), "required": is_required, "choices": offered})
        return found


def _question_line(question: dict[str, Any]) -> str:
    star = "*" if question["required"] else ""
    return f"{question['label']}{star}" + (f": {' | '.join(question['choices'])}" if question["choices"] else "")


class _QuickReplies(_Lines):
    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        lines = [line.strip()[:60] for line in str(super().clean(value)).splitlines()]
        return [line for line in lines if line][:6]


class ChatForm(forms.Form):
    """Colours, words, questions and places. The secret that users are signed with is made here."""

    shown_when: ClassVar[dict[str, str]] = {}
    further = ("origins", "mail_after", "takes_files", "privacy_url", "language")

    display_name = forms.CharField(
        label=_("Team name"),
        required=False,
        max_length=80,
        help_text=_("Visitors see “Ada from …”. Left empty, it is your company's name."),
    )
    colour = forms.CharField(
        label=_("Colour"),
        initial=DEFAULT_COLOUR,
        widget=forms.TextInput(attrs={"type": "color"}),
        help_text=_("Of the button and of what visitors write. Letters on it turn black or white by themselves."),
    )
    position = forms.ChoiceField(label=_("Where it stands"), choices=[("right", _("Right")), ("left", _("Left"))])
    greeting = _Lines(
        label=_("Greeting"),
        rows=2,
        help_text=_("One a language, such as “de: Hallo!”; a line without a language is for everybody else."),
    )
    away = _Lines(
        label=_("While you are closed"),
        rows=2,
        help_text=_("Said outside of the inbox's business hours, one a language. Messages are taken all the same."),
    )
    ask_name = forms.ChoiceField(label=_("Name"), choices=_ASKED, initial="no")
    ask_email = forms.ChoiceField(
        label=_("Email"),
        choices=_ASKED,
        initial="optional",
        help_text=_("Whoever leaves gets the answer by mail, if you know their address."),
    )
    questions = _Questions(
        label=_("Questions before the chat"),
        help_text=_(
            "One a line; an asterisk makes it required, choices stand behind a colon: “Topic*: Order | Returns”."
        ),
    )
    quick_replies = _QuickReplies(
        label=_("Quick replies"), help_text=_("What visitors can send with one tap at the beginning, one a line.")
    )
    articles = _Articles(
        label=_("Articles"), help_text=_("Title, a bar, address, one a line: “Returns | https://example.com/returns”.")
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=[("auto", _("The visitor's browser decides")), *LANGUAGES.items()], required=False
    )
    privacy_url = forms.URLField(label=_("Privacy notice"), required=False, assume_scheme="https")
    takes_files = forms.BooleanField(label=_("Visitors may send files"), required=False, initial=True)
    mail_after = forms.IntegerField(
        label=_("Minutes until an unread answer goes by mail"),
        initial=5,
        min_value=0,
        max_value=1440,
        help_text=_("To visitors who left and gave an address, from a mailbox of the same inbox. 0 sends none."),
    )
    origins = _Origins(
        label=_("Sites that may use it"),
        help_text=_("One a line, such as https://shop.example.com or https://*.example.com. Empty lets every site."),
    )

    def clean(self) -> dict[str, Any]:
        """The secret is no field: it is made once, goes along unseen, and a page of its own shows a new one."""
        cleaned = super().clean() or self.cleaned_data
        return {**cleaned, "identity_secret": self.initial.get("identity_secret") or secrets.token_hex(32)}

    def clean_colour(self) -> str:
        colour = str(self.cleaned_data["colour"]).lower()
        if not _COLOUR.fullmatch(colour):
            raise forms.ValidationError(_("A colour looks like #2d5bd0."))
        return colour
