"""What people type into the pages of this room."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ResetPasswordKeyForm, SetPasswordForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rapport.team.actions import Leaving
from rapport.team.adapters import tries_key
from rapport.team.languages import (
    THEMES,
    UNDO_SECONDS,
    is_time_zone,
    language_choices,
    time_zone_choices,
)
from rapport.team.models import Agent, CustomRole, Team
from rapport.team.queries import active_agents, agent_by_email, agents_who_may
from rapport.team.roles import AnyRole, may_grant, name_of, reaches, value_of
from rapport.team.tries import tries
from rapport.team.types import (
    CHOOSABLE,
    EXPLANATIONS,
    Afterwards,
    HandoverWay,
    Permission,
    Role,
    TokenScope,
    Visibility,
)

SEES = [
    (Visibility.OWN, gettext_lazy("Only those assigned to them")),
    (Visibility.TEAMS, gettext_lazy("Those of their teams, of no team, and their own")),
    (Visibility.ALL, gettext_lazy("All")),
]
PASSWORD_HINT = gettext_lazy("At least 10 characters. A short sentence is easy to remember and hard to guess.")


class SignInForm(LoginForm):
    """allauth's own, with the reason under the password and the number of tries that are left."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = gettext_lazy("Email")
        self.fields["login"].widget.attrs = {"autocomplete": "username webauthn"}
        self.fields["password"].widget.attrs = {"autocomplete": "current-password"}
        self.fields["password"].help_text = ""
        self.fields["remember"].label = gettext_lazy("Keep me signed in for 30 days")
        self.fields["remember"].initial = True

    def clean(self) -> dict[str, Any] | None:
        try:
            super().clean()
        except ValidationError as error:
            self.add_error("password", self._in_words(error))
        cleaned: dict[str, Any] = self.cleaned_data
        return cleaned

    def _in_words(self, error: ValidationError) -> str:
        count = tries(self.request, key=tries_key(self.cleaned_data.get("login", "")))
        if count.left == 0 or error.code == "too_many_login_attempts":
            return ngettext(
                "Too many tries. Try again in %(count)d minute.",
                "Too many tries. Try again in %(count)d minutes.",
                count.wait_minutes,
            ) % {"count": count.wait_minutes}
        left = ngettext("%(count)d try left.", "%(count)d tries left.", count.left) % {"count": count.left}
        return f"{_('Email and password do not match.')} {left}"


class _OncePassword:
    """A new password is typed once: the browser can show it, and a link by mail helps whoever mistyped."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        self.fields["password1"].label = gettext_lazy("New password")
        self.fields["password1"].help_text = PASSWORD_HINT
        self.fields["password1"].widget.attrs = {"autocomplete": "new-password"}


class NewPasswordForm(_OncePassword, ResetPasswordKeyForm):
    pass


class FirstPasswordForm(_OncePassword, SetPasswordForm):
    pass


class OtherPasswordForm(_OncePassword, ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = gettext_lazy("Your password now")
        self.fields["oldpassword"].widget.attrs = {"autocomplete": "current-password"}


class PasskeyForm(AddWebAuthnForm):
    """allauth's own, in plain words; most passkeys are meant to be used alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = gettext_lazy("Name")
        self.fields["passwordless"].label = gettext_lazy("Sign in with it alone, without the password")
        self.fields["passwordless"].initial = True
        self.fields["passwordless"].help_text = gettext_lazy(
            "Leave this off for a security key without a PIN: it is then the second step after the password."
        )


class PasswordMixin(forms.Form):
    """A new password, checked against the rules and what else was typed."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=256,
        help_text=PASSWORD_HINT,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        password = cleaned.get("password")
        if password:
            try:
                validate_password(password, Agent(email=cleaned.get("email", ""), name=cleaned.get("name", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


def _name_field() -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "name"})
    return forms.CharField(label=gettext_lazy("Your name"), max_length=120, widget=widget)


def _email_field() -> forms.EmailField:
    widget = forms.EmailInput(attrs={"autocomplete": "username"})
    return forms.EmailField(label=gettext_lazy("Email"), max_length=254, widget=widget)


class WelcomeForm(PasswordMixin):
    """The first run: the company and its first owner."""

    company = forms.CharField(
        label=gettext_lazy("Company"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    name = _name_field()
    email = _email_field()
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=language_choices)
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=time_zone_choices)
    field_order = ("company", "name", "email", "password", "language", "time_zone")


class JoinForm(PasswordMixin):
    """Joining by an invitation; the address is fixed when the invitation names one."""

    name = _name_field()
    email = _email_field()
    field_order = ("name", "email", "password")

    def __init__(self, *args: Any, address: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if address:
            self.fields["email"].initial = address
            self.fields["email"].disabled = True


class InvitationForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("Email"),
        required=False,
        help_text=gettext_lazy("Optional. With an address, only this address can use the link."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"))
    teams = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Teams"),
        queryset=Team.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, by: Agent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles_that(by)  # type: ignore[attr-defined]
        self.fields["role"].initial = Role.AGENT

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if email and agent_by_email(email):
            raise ValidationError(_("There is already an account for %(email)s.") % {"email": email})
        return email


def roles_that(agent: Agent) -> list[tuple[str, str]]:
    """The roles this agent may hand out, the built-in ones first."""
    every: list[AnyRole] = [*Role.values, *CustomRole.objects.all()]
    return [(value_of(role), name_of(role)) for role in every if may_grant(agent, role)]


class RoleForm(forms.Form):
    """A role of the company's own. What its maker may not do themselves cannot be chosen."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    visibility = forms.ChoiceField(label=gettext_lazy("Sees conversations"), widget=forms.RadioSelect)
    permissions = forms.MultipleChoiceField(
        label=gettext_lazy("May"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, by: Agent, role: CustomRole | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role = role
        sees, may = self.fields["visibility"], self.fields["permissions"]
        sees.choices = [each for each in SEES if reaches(by, frozenset(), each[0])]  # type: ignore[attr-defined]
        may.choices = [(each.value, each.label) for each in CHOOSABLE if by.may(each)]  # type: ignore[attr-defined]
        self.fields["name"].initial = role.name if role else ""
        sees.initial = role.visibility if role else min(by.visibility, Visibility.TEAMS, key=[*Visibility].index)
        may.initial = [each.value for each in role.granted] if role else []

    @property
    def boxes(self) -> list[tuple[Any, str]]:
        """Each permission that can be chosen, with what it means."""
        return [(box, str(EXPLANATIONS[Permission(box.data["value"])])) for box in self["permissions"]]

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        taken = {word.casefold() for role in Role for word in (role.value, str(role.label))}
        others = CustomRole.objects.exclude(pk=self.role.pk if self.role else 0)
        if name.casefold() in taken or others.filter(name__iexact=name).exists():
            raise ValidationError(_("There is already a role with this name."))
        return name

    def made(self) -> dict[str, Any]:
        """What the actions want to know."""
        data = self.cleaned_data
        return {
            "name": data["name"],
            "visibility": Visibility(data["visibility"]),
            "permissions": [Permission(word) for word in data["permissions"]],
        }


class LeavingForm(forms.Form):
    """What happens with the conversations of somebody who leaves."""

    way = forms.ChoiceField(label=gettext_lazy("What happens with them"), widget=forms.RadioSelect)
    heir = forms.ModelChoiceField(
        label=gettext_lazy("Person"), queryset=Agent.objects.none(), required=False, empty_label=None
    )
    team = forms.ModelChoiceField(
        label=gettext_lazy("Team"), queryset=Team.objects.none(), required=False, empty_label=None
    )

    def __init__(self, *args: Any, agent: Agent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        theirs = agent.teams.order_by("name").first()
        heirs, teams = agents_who_may(Permission.REPLY).exclude(pk=agent.pk), Team.objects.all()
        self.fields["heir"].queryset = heirs  # type: ignore[attr-defined]
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        self.fields["team"].initial = theirs
        possible = {HandoverWay.PERSON: heirs.exists(), HandoverWay.TEAM: teams.exists(), HandoverWay.NOBODY: True}
        self.fields["way"].choices = [each for each in HandoverWay.choices if possible[HandoverWay(each[0])]]  # type: ignore[attr-defined]
        self.fields["way"].initial = HandoverWay.TEAM if theirs else HandoverWay.NOBODY

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        needed = {HandoverWay.PERSON: "heir", HandoverWay.TEAM: "team"}.get(cleaned.get("way", ""))
        if needed and not cleaned.get(needed) and needed not in self.errors:
            self.add_error(needed, _("Choose one."))
        return cleaned

    def leaving(self) -> Leaving:
        chosen = self.cleaned_data
        return Leaving(
            heir=chosen["heir"] if chosen["way"] == HandoverWay.PERSON else None,
            team=chosen["team"] if chosen["way"] == HandoverWay.TEAM else None,
        )


class ProfileForm(forms.ModelForm[Agent]):
    language = forms.ChoiceField(label=gettext_lazy("Language"))
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    theme = forms.ChoiceField(
        label=gettext_lazy("Appearance"),
        choices=THEMES,
        required=False,
    )
    undo_seconds = forms.TypedChoiceField(
        label=gettext_lazy("Time to undo a reply"),
        choices=UNDO_SECONDS,
        coerce=int,
        help_text=gettext_lazy("How long a reply waits before it leaves."),
    )

    afterwards = forms.ChoiceField(
        label=gettext_lazy("After closing or snoozing"), choices=Afterwards.choices, required=False
    )

    class Meta:
        model = Agent
        fields = ("name", "language", "time_zone", "theme", "undo_seconds", "afterwards", "phone", "single_keys")
        widgets = {  # noqa: RUF012
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages = [("", _("Same as this browser")), *language_choices()]
        self.fields["language"].choices = languages  # type: ignore[attr-defined]
        self.fields["language"].required = False
        zones = time_zone_choices()
        if self.instance.time_zone and not is_time_zone(self.instance.time_zone):
            zones.append((self.instance.time_zone, self.instance.time_zone))
        self.fields["time_zone"].choices = [("", _("Same as this server")), *zones]  # type: ignore[attr-defined]
        self.fields["time_zone"].required = False
        self.fields["phone"].help_text = _("It rings first when you ring a customer from here. With its country code.")
        self.fields["single_keys"].help_text = _(
            "E closes, R replies, and so on, while you are not typing. Turn them off if you use voice control."
        )

    def clean_phone(self) -> str:
        written: str = self.cleaned_data.get("phone", "").strip()
        digits = "".join(character for character in written if character.isdigit())
        if written and (not written.startswith("+") or not 7 <= len(digits) <= 15 or digits.startswith("0")):
            raise forms.ValidationError(_("Type the number with its country code, such as +15550783881."))
        return f"+{digits}" if written else ""

    def clean_afterwards(self) -> str:
        """What it was, where a form of another day does not ask."""
        return str(self.cleaned_data["afterwards"] or self.instance.afterwards)


class TeamForm(forms.ModelForm[Team]):
    members = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Members"),
        queryset=Agent.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Team
        fields = ("name",)
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "off"})}  # noqa: RUF012

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"].queryset = active_agents()  # type: ignore[attr-defined]
        if self.instance.pk:
            self.fields["members"].initial = self.instance.members.all()


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("What it is for"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scope = forms.ChoiceField(label=gettext_lazy("May"), choices=TokenScope.choices)
    days = forms.TypedChoiceField(
        label=gettext_lazy("Expires after"),
        coerce=int,
        initial=365,
        choices=[(30, gettext_lazy("30 days")), (90, gettext_lazy("90 days")), (365, gettext_lazy("One year"))],
    )
