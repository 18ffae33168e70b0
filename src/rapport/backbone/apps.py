from django.apps import AppConfig


class BackboneConfig(AppConfig):
    name = "rapport.backbone"
    label = "backbone"
    default_auto_field = "django.db.models.BigAutoField"
