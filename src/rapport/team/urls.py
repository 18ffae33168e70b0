"""Sign-in, the first run, and the settings of people and teams."""

from allauth.account import views as account
from allauth.mfa.base.views import index as mfa_index
from allauth.socialaccount import views as company
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path, re_path

from rapport.team.views import entering, notices, people, personal, roles

# allauth's pages one by one: its sign-up and its list of addresses have no place here.
signing_in: list[URLPattern | URLResolver] = [
    path("welcome/", entering.welcome, name="welcome"),
    path("join/<str:secret>/", entering.join, name="join"),
    path("language/", include("django.conf.urls.i18n")),
    path("accounts/login/", entering.sign_in, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("accounts/password/reset/", account.password_reset, name="account_reset_password"),
    path("accounts/password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]

personal_settings: list[URLPattern | URLResolver] = [
    path("settings/", personal.settings_home, name="settings"),
    path("settings/profile/", personal.profile, name="profile"),
    path("settings/theme", personal.theme, name="theme"),
    path("settings/notifications/", notices.settings_notices, name="settings_notices"),
    path("settings/notifications/browsers", notices.browsers, name="push_browsers"),
    path("notifications/", notices.notices, name="notices"),
    path("notifications/count", notices.count, name="notices_count"),
    path("notifications/reading", notices.reading, name="notices_reading"),
    path("manifest.webmanifest", notices.manifest, name="manifest"),
    path("service-worker.js", notices.service_worker, name="service_worker"),
    path("settings/security/", mfa_index, name="security"),
    path("settings/security/", include("allauth.mfa.urls")),
    path("settings/security/password/", account.password_change, name="account_change_password"),
    path("settings/security/password/first/", account.password_set, name="account_set_password"),
    path("settings/tokens/", personal.tokens, name="settings_tokens"),
    path("settings/tokens/<int:token_id>/revocation", personal.token_revocation, name="token_revocation"),
]

team_settings: list[URLPattern | URLResolver] = [
    path("settings/people/", people.people, name="settings_people"),
    path("settings/people/<int:agent_id>/role", people.role, name="agent_role"),
    path("settings/people/<int:agent_id>/deactivation", people.deactivation, name="agent_deactivation"),
    path("settings/people/<int:agent_id>/reactivation", people.reactivation, name="agent_reactivation"),
    path("settings/roles/", roles.roles, name="settings_roles"),
    path("settings/roles/<int:role_id>/", roles.role, name="settings_role"),
    path("settings/roles/<int:role_id>/deletion", roles.deletion, name="role_deletion"),
    path("settings/invitations/<int:invitation_id>/withdrawal", people.withdrawal, name="invitation_withdrawal"),
    path("settings/teams/", people.teams, name="settings_teams"),
    path("settings/teams/<int:team_id>/", people.team, name="settings_team"),
]

urlpatterns = [*signing_in, *personal_settings, *team_settings]

if settings.COMPANY_SIGN_IN:
    urlpatterns += [
        path("accounts/company/cancelled/", company.login_cancelled, name="socialaccount_login_cancelled"),
        path("accounts/company/error/", company.login_error, name="socialaccount_login_error"),
        path("accounts/", include("allauth.socialaccount.providers.openid_connect.urls")),
    ]
