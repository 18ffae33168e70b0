"""How allauth behaves here: nobody signs up, and company sign-in opens only for people who are known."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest


class ClosedDoors(DefaultAccountAdapter):
    """No public sign-up: the first owner comes by the first run, everyone else by invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class CompanySignIn(DefaultSocialAccountAdapter):
    """Signing in with the company's own identity provider."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False
