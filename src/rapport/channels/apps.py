from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "rapport.channels"
    label = "channels"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from rapport.channels.timeline import Calls, Conversations, Visits
        from rapport.channels.visitors.meeting import messages_asking_for
        from rapport.customers import timeline
        from rapport.customers.segments.queries import register_use

        for source in (Conversations(), Calls(), Visits()):
            timeline.register(source)
        register_use(messages_asking_for)
