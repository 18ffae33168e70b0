from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "rapport.site"
    label = "site"

    def ready(self) -> None:
        from django.db.backends.signals import connection_created

        from rapport.site.database import give_room

        connection_created.connect(give_room, dispatch_uid="rapport.site.give_room")
