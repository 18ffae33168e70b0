"""The form itself, as a channel's settings have it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.channels.contact import agreeing, doubting, questions
from rapport.channels.contact.keeping import Said
from rapport.channels.queries import addressed, channels_by_address
from rapport.channels.seam import kinds
from rapport.channels.types import Consent, IdentityOf
from rapport.kit.text import one_line

LONGEST = 20_000
MOST_FILES = 10
USUAL_MEGABYTES = 10
Upload = UploadedFile[Any]


class ManyFiles(forms.FileField):
    """Files that were chosen together, up to so many and so large altogether."""

    class _Input(forms.FileInput):
        allow_multiple_selected = True

    def __init__(self, *, megabytes: int = USUAL_MEGABYTES, **options: Any) -> None:
        options.setdefault("required", False)
        options.setdefault("label", gettext_lazy("Files"))
        hint = _("Up to %(count)d files, %(size)d MB together.") % {"count": MOST_FILES, "size": megabytes}
        super().__init__(widget=self._Input(), help_text=hint, **options)
        self.megabytes = megabytes

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        chosen = [each for each in (data if isinstance(data, list) else [data]) if each]
        found = [super(ManyFiles, self).clean(each, initial) for each in chosen]
        if len(found) > MOST_FILES:
            raise forms.ValidationError(_("These are more than %(count)d files.") % {"count": MOST_FILES})
        if sum(each.size for each in found) > self.megabytes * 1024 * 1024:
            raise forms.ValidationError(_("The files are larger than %(size)d MB.") % {"size": self.megabytes})
        return found


class ContactForm(forms.Form):
    """What everybody is asked. `stamp` and `website` are for machines."""

    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=gettext_lazy("Your email"),
        max_length=254,
        help_text=gettext_lazy("The answer goes there."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=150)
    message = forms.CharField(
        label=gettext_lazy("Message"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 7})
    )

    def __init__(self, settings: Mapping[str, Any], *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self._most_links = int(settings.get("most_links") or 0)
        for field, usual in (("name", "optional"), ("subject", "required")):
            asked = settings.get(f"ask_{field}") or usual
            if asked == "no":
                del self.fields[field]
            else:
                self.fields[field].required = asked == "required"
        self.asked = questions.asked(list(settings.get("questions") or ()))
        for number, (_question, asking) in enumerate(self.asked):
            self.fields[f"q{number}"] = asking
        if settings.get("takes_files", True):
            self.fields["files"] = ManyFiles(megabytes=int(settings.get("megabytes") or USUAL_MEGABYTES))
        # The message stands after what is quickly answered.
        self.order_fields([name for name in self.fields if name not in ("message", "files")] + ["message", "files"])
        self._ask_consent(settings)

    def _ask_consent(self, settings: Mapping[str, Any]) -> None:
        """A box with its text, once more as they saw it where they send it again. One query, for a form that asks."""
        if not settings.get("consent_purpose") and not self.data.get("consent_shown"):
            return
        seen = agreeing.read(str(self.data.get("consent_shown") or ""))
        consent = seen or agreeing.asked(settings)
        if self.is_bound and seen is None:
            # Whatever was ticked, it was not beside a text that we know.
            given: Any = QueryDict(mutable=True)
            given.update(self.data)
            given.pop("consent", None)
            given["consent_shown"] = agreeing.word_of(consent) if consent else ""
            self.data = given
        if consent is None:
            return
        self.fields["consent"] = forms.BooleanField(label=consent.text, required=False)
        self.fields["consent"].is_said_as_it_is = True  # type: ignore[attr-defined]
        word = agreeing.word_of(consent)
        self.fields["consent_shown"] = forms.CharField(required=False, widget=forms.HiddenInput, initial=word)

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        by_mail = [name for name, kind in kinds().items() if kind.identity == IdentityOf.EMAIL and kind.abilities.sends]
        if any(addressed(channels_by_address(name), [email]) for name in by_mail):
            raise forms.ValidationError(_("This is an address of ours. Enter yours, so that an answer reaches you."))
        return email

    def said(self, *, name: str, trap: str, language: str, page: str = "", place: str = "") -> Said:
        """What was sent, under the name that its stamp gave it."""
        data = self.cleaned_data
        answers, fields = [], {}
        for number, (question, field) in enumerate(self.asked):
            words = questions.as_words(data.get(f"q{number}"))
            if words and question.key:
                fields[question.key] = words
            elif words:
                answers.append((str(field.label), words))
        subject, author = one_line(data.get("subject") or ""), one_line(data.get("name") or "")
        doubt = doubting.suspicion(
            name=author, subject=subject, text=data["message"], trap=trap, most_links=self._most_links or 3
        )
        return Said(
            name=name,
            author=author,
            email=data["email"],
            subject=subject,
            text=data["message"],
            answers=tuple(answers),
            fields=fields,
            files=tuple(data.get("files") or ()),
            language=language,
            page=page,
            consents=self._agreed(place),
            suspicion=doubt,
        )

    def _agreed(self, place: str) -> tuple[Consent, ...]:
        seen = agreeing.read(self.cleaned_data.get("consent_shown") or "")
        if seen is None or not self.cleaned_data.get("consent"):
            return ()
        return (replace(seen, ip=agreeing.network_address(place)),)
