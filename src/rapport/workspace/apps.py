from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    name = "rapport.workspace"
    label = "workspace"
    default_auto_field = "django.db.models.BigAutoField"
