from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class TeamConfig(AppConfig):
    name = "rapport.team"
    label = "team"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        autodiscover_modules("settings_pages", "notices", "leaving", "tag_uses")
