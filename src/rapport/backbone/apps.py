from importlib import import_module

from django.apps import AppConfig, apps
from django.utils.module_loading import module_has_submodule

DOORS = ("announcements", "subscribers", "jobs", "personal_data")


class BackboneConfig(AppConfig):
    name = "rapport.backbone"
    label = "backbone"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        autodiscover()


def autodiscover() -> None:
    """Import what every room announces, hears, does later and keeps of people, so that no process misses any of it.

    Announcements come first in all rooms: a subscriber names announcements of rooms below and of its own.
    """
    rooms = [app for app in apps.get_app_configs() if app.name.startswith("rapport.") and app.module]
    for door in DOORS:
        for room in rooms:
            if room.module is not None and module_has_submodule(room.module, door):
                import_module(f"{room.name}.{door}")
