from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "rapport.channels"
    label = "channels"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from rapport.channels.timeline import Calls, Conversations, Visits
        from rapport.customers import timeline

        for source in (Conversations(), Calls(), Visits()):
            timeline.register(source)
