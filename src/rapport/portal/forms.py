"""What people type at the portal, and what an administrator sets."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.channels.contact.drawing import LONGEST, USUAL_MEGABYTES, ContactForm, ManyFiles
from rapport.channels.contact.keeping import KIND
from rapport.channels.models import Channel
from rapport.portal.models import Policy


class SignInForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("Your email"),
        max_length=254,
        help_text=gettext_lazy("The address that you write to us from."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class AnswerForm(forms.Form):
    message = forms.CharField(
        label=gettext_lazy("Your message"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.fields["files"] = ManyFiles(megabytes=USUAL_MEGABYTES)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and not data.get("message") and not data.get("files"):
            self.add_error("message", _("Write something, or choose a file."))
        return data


class RequestForm(ContactForm):
    """The company's form without what we know already."""

    def __init__(self, channel_settings: Mapping[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__({**channel_settings, "ask_name": "no", "ask_subject": "required"}, *args, **kwargs)
        del self.fields["email"]


class PreferencesForm(forms.Form):
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        choices = [("", _("As my browser says")), *settings.LANGUAGES]
        self.fields["language"].choices = choices  # type: ignore[attr-defined]


class PolicyForm(forms.ModelForm[Policy]):
    class Meta:
        model = Policy
        fields = ("is_open", "form")
        help_texts = {  # noqa: RUF012  # Django's own way
            "form": gettext_lazy("Its questions are asked, and its inbox gets what is written; else the oldest inbox.")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        forms_there = Channel.objects.filter(kind=KIND).order_by("name")
        self.fields["form"].queryset = forms_there  # type: ignore[attr-defined]
        self.fields["form"].empty_label = _("The usual questions")  # type: ignore[attr-defined]
