"""Business hours, promises, and how they were kept."""

from django.urls import path

from rapport.routing.views import attainment, hours, policies

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
    path("settings/promises/new/", policies.new_policy, name="new_policy"),
    path("settings/promises/<int:pk>/", policies.policy, name="policy"),
    path("settings/promises/<int:pk>/place", policies.place, name="policy_place"),
    path("settings/promises/<int:pk>/deletion", policies.deletion, name="policy_deletion"),
]
