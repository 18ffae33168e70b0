"""Sign-in, the first run, and the settings of people and teams."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("settings/security/", include("allauth.mfa.urls")),
    path("accounts/", include("allauth.account.urls")),
]
