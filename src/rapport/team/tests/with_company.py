"""The urls of an installation that has company sign-in."""

from allauth.socialaccount import views as company
from django.urls import include, path

from rapport.site.urls import urlpatterns as usual

urlpatterns = [
    *usual,
    path("accounts/company/cancelled/", company.login_cancelled, name="socialaccount_login_cancelled"),
    path("accounts/company/error/", company.login_error, name="socialaccount_login_error"),
    path("accounts/", include("allauth.socialaccount.providers.openid_connect.urls")),
]
