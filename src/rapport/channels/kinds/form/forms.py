"""What setting up a form asks: its words, its questions, its limits, where it may stand."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from rapport.channels.contact import agreeing, doubting, questions
from rapport.channels.contact.drawing import USUAL_MEGABYTES
from rapport.channels.visitors.origins import origin_of

_ASKED = [("no", _("Do not ask")), ("optional", _("Ask, may be left empty")), ("required", _("Has to be filled in"))]
_ONE_A_LANGUAGE = _("One a language, such as “zh-hans: 写信给我们”; a line without a language is for everybody else.")


class _Lines(forms.CharField):
    def __init__(self, *, rows: int = 2, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(widget=widget, **{"required": False, "max_length": 4000, **options})


class _Questions(_Lines):
    def prepare_value(self, value: Any) -> Any:
        return questions.written(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[dict[str, Any]]:
        return questions.parse(str(super().clean(value)))


class _Sites(_Lines):
    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        found = []
        for line in str(super().clean(value)).split():
            origin = origin_of(line if "://" in line else f"https://{line}")
            # It becomes a part of a header, in which these would end it.
            if not origin or set(origin) & set(" ;,'\"") or ("." not in origin and "localhost" not in origin):
                raise forms.ValidationError(_("“%(line)s” is no address of a site."), params={"line": line})
            found.append(origin)
        return list(dict.fromkeys(found))


class FormForm(forms.Form):
    further: ClassVar = ("thanks", "privacy_url", "origins", "megabytes", "most_links")

    heading = _Lines(label=_("Heading"), help_text=_ONE_A_LANGUAGE)
    lead = _Lines(label=_("Words below it"), help_text=_("Such as when people hear from you, one a language."))
    ask_name = forms.ChoiceField(label=_("Name"), choices=_ASKED, initial="optional")
    ask_subject = forms.ChoiceField(label=_("Subject"), choices=_ASKED, initial="required")
    questions = _Questions(
        label=_("Questions"),
        rows=4,
        help_text=_(
            "One a line; an asterisk makes it required, choices stand behind a colon: “Topic*: Order | Returns”. "
            "A key in brackets, such as [order_number]*, asks for that field of conversations."
        ),
    )
    consent_purpose = forms.ChoiceField(
        label=_("A box to agree to"),
        required=False,
        choices=lambda: [("", _("No box")), *agreeing.purposes_offered()],
        help_text=_("What people may agree to by ticking it. It is never ticked beforehand, and never has to be."),
    )
    consent_way = forms.ChoiceField(
        label=_("To be reached by"), required=False, choices=agreeing.ways_offered, initial="email"
    )
    consent_text = _Lines(
        label=_("Words beside the box"),
        max_length=2000,
        help_text=_(
            "One a language. They are kept word for word with the consent: say who writes, what, and how it ends."
        ),
    )
    takes_files = forms.BooleanField(label=_("People may send files"), required=False, initial=True)
    megabytes = forms.IntegerField(
        label=_("Megabytes of files"), initial=USUAL_MEGABYTES, min_value=1, max_value=40, required=False
    )
    thanks = _Lines(label=_("Words of thanks"), help_text=_ONE_A_LANGUAGE)
    privacy_url = forms.URLField(label=_("Privacy notice"), required=False, assume_scheme="https")
    origins = _Sites(
        label=_("Sites that may show it in a frame"),
        help_text=_("One a line, such as https://shop.example.com. Empty lets every site."),
    )
    most_links = forms.IntegerField(
        label=_("Links in a message"),
        initial=doubting.MOST_LINKS,
        min_value=1,
        max_value=100,
        help_text=_("What holds more goes to the junk, where you may look."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        data["megabytes"] = data.get("megabytes") or USUAL_MEGABYTES
        if data.get("consent_purpose") and not str(data.get("consent_text") or "").strip():
            self.add_error("consent_text", _("Write what people agree to."))
        return data
