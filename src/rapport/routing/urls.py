"""Business hours, promises and how they were kept; who takes what, and who is here."""

from django.urls import path

from rapport.routing.views import attainment, here, hours, policies, sharing

urlpatterns = [
    path("promises/", attainment.promises, name="promises"),
    path("promises/list/", attainment.listed, name="promises_listed"),
    path("promises/promises.csv", attainment.promises_csv, name="promises_csv"),
    path("settings/hours/", hours.calendars, name="settings_hours"),
    path("settings/hours/new/", hours.new_calendar, name="new_hours"),
    path("settings/hours/preview", hours.preview, name="hours_preview"),
    path("settings/hours/<int:pk>/", hours.calendar, name="hours"),
    path("settings/hours/<int:pk>/deletion", hours.deletion, name="hours_deletion"),
    path("settings/promises/", policies.policies, name="settings_promises"),
    path("settings/promises/new/", policies.policy, name="new_policy"),
    path("settings/promises/<int:pk>/", policies.policy, name="policy"),
    path("settings/promises/<int:pk>/place", policies.place, name="policy_place"),
    path("settings/promises/<int:pk>/deletion", policies.deletion, name="policy_deletion"),
    path("settings/assignment/", sharing.schemes, name="settings_assignment"),
    path("settings/assignment/new/", sharing.scheme, name="new_scheme"),
    path("settings/assignment/<int:pk>/", sharing.scheme, name="scheme"),
    path("settings/assignment/<int:pk>/place", sharing.scheme_place, name="scheme_place"),
    path("settings/assignment/<int:pk>/deletion", sharing.scheme_deletion, name="scheme_deletion"),
    path("settings/skills/", sharing.skills, name="settings_skills"),
    path("settings/skills/new/", sharing.skill, name="new_skill"),
    path("settings/skills/<int:pk>/", sharing.skill, name="skill"),
    path("settings/skills/<int:pk>/deletion", sharing.skill_deletion, name="skill_deletion"),
    path("settings/here/", here.here, name="here"),
    path("settings/here/<int:pk>/capacity", here.capacity, name="capacity"),
    path("settings/away/", here.away, name="away"),
]
