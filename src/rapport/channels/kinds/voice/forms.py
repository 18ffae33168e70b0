"""What connecting a phone number asks. The cleaned data are the channel's settings."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from rapport.channels.asking import ApiAddress
from rapport.channels.kinds.voice import lines
from rapport.channels.kinds.voice.words import USUAL
from rapport.channels.twilio import API

WAYS = [
    ("all", _("All phones of the group ring at once")),
    ("turn", _("One phone after another rings")),
    ("queue", _("Callers wait in line until somebody takes the next")),
]
RECORDING = [
    ("never", _("Never")),
    ("announce", _("Always, after an announcement")),
    ("press", _("Only if the caller agrees by pressing 1")),
]
TRANSCRIPTION = [
    ("off", _("Not at all")),
    ("twilio", _("By Twilio, in English")),
    ("own", _("By a program of this installation")),
]


def _spoken(name: str, label: Any, **more: Any) -> forms.CharField:
    """Something that callers hear."""
    return forms.CharField(
        label=label,
        required=False,
        max_length=1000,
        initial=USUAL[name],
        widget=forms.Textarea(attrs={"rows": 2}),
        **more,
    )


class VoiceForm(forms.Form):
    shown_when: ClassVar = {
        "ring_seconds": "way=all|turn",
        "screening": "way=all|turn",
        **dict.fromkeys(("waiting", "music", "longest_wait"), "way=queue"),
        "consent": "recording=announce",
        "consent_press": "recording=press",
    }
    further = (
        *("connecting", "thanks", "callback_words", "music", "ring_seconds", "longest_wait", "longest_message"),
        *("transcription", "voice", "api"),
    )
    goes_to: ClassVar = {"auth_token": ("api",)}

    address = forms.CharField(
        label=_("Phone number"),
        max_length=40,
        help_text=_("The number that people ring, with its country code, such as +1 555 078 3881."),
    )
    account_sid = forms.RegexField(
        label=_("Account SID"),
        regex=r"^AC[0-9a-fA-F]{32}$",
        help_text=_("On the first page of the Twilio Console, under Account info. It begins with AC."),
    )
    auth_token = forms.CharField(
        label=_("Auth token"),
        max_length=200,
        widget=forms.PasswordInput,
        help_text=_("Beside it. Twilio signs with it what it asks here."),
    )
    people = forms.CharField(
        label=_("Whose phones ring"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("One group a line, the usual one first, such as Support: +49 30 901820, +49 170 1234567."),
    )
    way = forms.ChoiceField(label=_("How calls are taken"), choices=WAYS, initial="all")
    screening = forms.BooleanField(
        label=_("Agents press 1 to take a call"),
        required=False,
        initial=True,
        help_text=_("So that the mailbox of a mobile phone does not take it."),
    )
    language = forms.RegexField(
        label=_("Language of the voice"),
        regex=r"^[a-z]{2,3}-[A-Z]{2,4}$",
        initial="en-US",
        help_text=_("Such as en-US, de-DE or zh-CN. What is said has to be written in it."),
    )
    voice = forms.RegexField(
        label=_("Voice"),
        regex=r"^[A-Za-z]+(\.[A-Za-z0-9-]+)?$",
        required=False,
        help_text=_("Such as Polly.Joanna-Neural. Left empty, Twilio chooses one."),
    )
    greeting = _spoken("greeting", _("Greeting"), help_text=_("Here and below: words, or the address of a recording."))
    recording = forms.ChoiceField(label=_("Calls are recorded"), choices=RECORDING, initial="never")
    consent = _spoken("consent", _("Announcement of the recording"))
    consent_press = _spoken("consent_press", _("Question before the recording"))
    menu = forms.CharField(
        label=_("Menu"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_(
            "One key a line: 1 = people Support, 2 = voicemail, 3 = say We are in Main Street., 4 = number +49…"
        ),
    )
    menu_words = _spoken("menu_words", _("What is said of the menu"))
    closed = _spoken(
        "closed", _("Outside business hours"), help_text=_("Those of the inbox. Then a message can be left.")
    )
    waiting = _spoken("waiting", _("While they wait in line"), help_text=_("{place} is their place in it."))
    music = forms.URLField(label=_("Music while they wait"), required=False, assume_scheme="https")
    callbacks = forms.BooleanField(label=_("Offer to ring back"), required=False, initial=True)
    offer = _spoken("offer", _("When nobody takes the call"))
    voicemail = forms.BooleanField(label=_("Take messages"), required=False, initial=True)
    voicemail_words = _spoken("voicemail_words", _("Before a message"))
    connecting = _spoken("connecting", _("Before it rings"))
    thanks = _spoken("thanks", _("At the end"))
    callback_words = _spoken("callback_words", _("After they asked to be rung back"))
    transcription = forms.ChoiceField(
        label=_("Messages are written down"), choices=TRANSCRIPTION, initial="off", required=False
    )
    ring_seconds = forms.IntegerField(
        label=_("Seconds that a phone rings"), required=False, min_value=5, max_value=120, initial=25
    )
    longest_wait = forms.IntegerField(
        label=_("Seconds in line at most"), required=False, min_value=30, max_value=7200, initial=900
    )
    longest_message = forms.IntegerField(
        label=_("Seconds of a message at most"), required=False, min_value=10, max_value=3600, initial=180
    )
    api = ApiAddress(
        API,
        help_text=_("A regional address of Twilio's, another provider that speaks the same, or a proxy of your own."),
    )

    def clean_address(self) -> str:
        try:
            return lines.number_in(self.cleaned_data["address"])
        except lines.BadLine as error:
            raise forms.ValidationError(_("Type the number with its country code, such as +15550783881.")) from error

    def clean_people(self) -> str:
        text: str = self.cleaned_data.get("people") or ""
        try:
            lines.groups_in(text)
        except lines.BadLine as error:
            raise forms.ValidationError(
                _("“%(line)s” is no group. Write it as Support: +49 30 901820, with at most ten numbers."),
                params={"line": str(error)},
            ) from error
        return text

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if "people" in data:
            try:
                lines.choices_in(str(data.get("menu") or ""), lines.groups_in(data["people"]))
            except lines.BadLine as error:
                said = _("“%(line)s” is no line of a menu, or its key or group is wrong. Write 1 = people Support.")
                self.add_error("menu", forms.ValidationError(said, params={"line": str(error)}))
        return data
