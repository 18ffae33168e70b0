"""How allauth behaves here: nobody signs up, and company sign-in opens only for people who are known."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from rapport.kit import encryption
from rapport.team import actions, queries
from rapport.team.errors import CannotJoin
from rapport.team.jobs import mail_notice, mail_password_link
from rapport.team.models import Agent


class ClosedDoors(DefaultAccountAdapter):
    """No public sign-up: the first owner comes by the first run, everyone else by invitation."""

    error_messages = {  # noqa: RUF012  # allauth's own attribute
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy("Email and password do not match."),
        "incorrect_password": gettext_lazy("That password does not match."),
        "incorrect_code": gettext_lazy("That code does not match. Enter the newest one."),
        "too_many_login_attempts": gettext_lazy("Too many tries. Wait a few minutes, then try again."),
        "rate_limited": gettext_lazy("Too many tries. Wait a few minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_password_reset_mail(self, user: Agent, email: str, context: dict[str, Any]) -> None:
        # Queued, so that the page answers as fast for an address nobody has; the job makes the link, so none is stored.
        mail_password_link.enqueue(user.pk, user.language or get_language() or settings.LANGUAGE_CODE)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Notices such as "your password was changed"."""
        if settings.MAIL_OUT:
            message = self.render_mail(template_prefix, email, {"email": email, **context})
            mail_notice.enqueue(message.subject, message.body, email)

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Nobody needs to be told that they signed in: the inbox says so."""
        template = args[0] if args else kwargs.get("message_template")
        if template not in ("account/messages/logged_in.txt", "account/messages/logged_out.txt"):
            super().add_message(request, level, *args, **kwargs)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # Without the host name: asking by another name of this server must not give fresh tries.
        return tries_key(str(credentials.get("email", "")))


def tries_key(email: str) -> str:
    return f"sign-in:{email.strip().lower()}"


class SecondFactors(DefaultMFAAdapter):
    """Authenticator apps and passkeys; their secrets are encrypted at rest."""

    error_messages = {  # noqa: RUF012  # allauth's own attribute
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("That code does not match. Enter the newest one."),
    }

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)

    def _get_site_name(self) -> str:
        return queries.organisation().name or "Rapport"

    def generate_authenticator_name(self, user: Agent, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("Passkey") if count == 0 else _("Passkey %(number)s") % {"number": count + 1}


class CompanySignIn(DefaultSocialAccountAdapter):
    """Signing in with the company's own identity provider."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("mfa_index")

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Tie the provider's account to the agent with the same verified address, or turn the visitor away."""
        if sociallogin.is_existing:
            return
        verified = [address.email.lower() for address in sociallogin.email_addresses if address.verified is True]
        agent = next(filter(None, map(queries.agent_by_email, verified)), None) or _welcome(sociallogin, verified)
        if agent is None:
            page = render(request, "socialaccount/refused.html", {"reason": _refusal(verified)}, status=403)
            raise ImmediateHttpResponse(page)
        sociallogin.connect(request, agent)


def _welcome(sociallogin: SocialLogin, verified: list[str]) -> Agent | None:
    """Someone new: by an invitation for their address, else because their domain is let in."""
    name = (sociallogin.account.extra_data or {}).get("name", "")
    company = settings.COMPANY_SIGN_IN
    for email in verified:
        called = name or _claims_name(sociallogin) or email.partition("@")[0]
        invitation = queries.open_invitations().filter(email=email).first()
        try:
            if invitation is not None:
                return actions.accept(invitation, name=called, email=email, password=None)
            if company and email.rpartition("@")[2] in company.domains:
                return actions.create_agent(name=called, email=email, role=company.role)
        except CannotJoin:
            return queries.agent_by_email(email)
    return None


def _claims_name(sociallogin: SocialLogin) -> str:
    claims = sociallogin.account.extra_data or {}
    for part in ("userinfo", "id_token"):
        name = (claims.get(part) or {}).get("name")
        if name:
            return str(name)
    return ""


def _refusal(verified: list[str]) -> str:
    if not verified:
        return _("Your company sign-in did not confirm a mail address. Ask who manages it.")
    return _("There is no account for %(email)s yet. Ask an administrator to invite you.") % {"email": verified[0]}
