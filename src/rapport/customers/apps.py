from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "rapport.customers"
    label = "customers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from rapport.backbone import intake
        from rapport.customers import timeline
        from rapport.customers.events.intake import Events as EventsIntake
        from rapport.customers.events.source import Events
        from rapport.customers.lifecycle import own_signals
        from rapport.customers.lifecycle.history import Stages
        from rapport.customers.own_panels import register_panels
        from rapport.customers.profiles.sources import Merges, Notes

        for source in (Notes(), Events(), Merges()):
            timeline.register(source)
        timeline.register(Stages())
        intake.register(EventsIntake())
        own_signals.register_own()
        register_panels()
