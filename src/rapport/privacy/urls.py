"""What is known about people and who did what."""

from django.urls import path

from rapport.privacy.views import trail

urlpatterns = [
    path("settings/audit/", trail.trail, name="settings_audit"),
    path("settings/audit/file", trail.trail_file, name="audit_file"),
    path("settings/audit/check", trail.trail_check, name="audit_check"),
]
