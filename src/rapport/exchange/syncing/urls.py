"""The pages of connected systems."""

from django.urls import path

from rapport.exchange.syncing import views

urlpatterns = [
    path("settings/systems/", views.systems, name="settings_systems"),
    path("settings/systems/new/<slug:kind>/", views.new_system, name="new_system"),
    path("settings/systems/<int:pk>/", views.system, name="settings_system"),
    path("settings/systems/<int:pk>/settings/", views.system_settings, name="system_settings"),
    path("settings/systems/<int:pk>/fields/", views.system_fields, name="system_fields"),
    path("settings/systems/<int:pk>/progress", views.system_progress, name="system_progress"),
    path("settings/systems/<int:pk>/step", views.system_step, name="system_step"),
]
