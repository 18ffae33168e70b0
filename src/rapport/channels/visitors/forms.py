"""What setting up a proactive message asks."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from rapport.channels.guests import ProactiveMessage
from rapport.customers.models import Segment
from rapport.customers.segments.queries import present


class ProactiveForm(forms.ModelForm[ProactiveMessage]):
    wanted = forms.CharField(
        label=_("Only for visitors of whom your site said"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_('One a line, such as “plan = trade”; your pages say it by Rapport("set", {plan: "trade"}).'),
    )

    class Meta:
        model = ProactiveMessage
        fields = ("text", "pages", "after_seconds", "segment", "every_days", "most", "only_when_open", "is_on")
        widgets = {  # noqa: RUF012  # Django reads it from the class
            "text": forms.Textarea(attrs={"rows": 2}),
            "pages": forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        }
        help_texts = {  # noqa: RUF012
            "pages": _("Paths, one a line; * stands for anything: /pricing*. Empty for every page."),
            "every_days": _("For the same browser."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        segment = cast("forms.ModelChoiceField[Segment]", self.fields["segment"])
        segment.queryset, segment.empty_label = present(), _("Everybody")
        segment.help_text = _("Those who signed in on your site, or have written before.")
        said = self.instance.attributes
        self.initial.setdefault("wanted", "\n".join(f"{name} = {value}" for name, value in said.items()))

    def clean_wanted(self) -> dict[str, str]:
        found = {}
        for line in filter(None, map(str.strip, self.cleaned_data["wanted"].splitlines())):
            name, equals, value = (part.strip() for part in line.partition("="))
            if not name or not equals:
                raise forms.ValidationError(_("“%(line)s” needs a name, an = and a value."), params={"line": line})
            found[name[:60]] = value[:300]
        return found

    def save(self, commit: bool = True) -> ProactiveMessage:
        self.instance.attributes = self.cleaned_data["wanted"]
        return super().save(commit)
