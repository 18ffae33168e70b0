"""The pages of exports."""

from django.urls import path

from rapport.exchange.exporting import views

urlpatterns = [
    path("settings/export/", views.exports, name="settings_export"),
    path("settings/export/<int:pk>/progress", views.progress, name="export_progress"),
    path("settings/export/<int:pk>/stop", views.stop, name="export_stop"),
    path("settings/export/<int:pk>/file", views.file, name="export_file"),
]
