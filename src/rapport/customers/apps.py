from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "rapport.customers"
    label = "customers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from rapport.customers import timeline
        from rapport.customers.lifecycle import own_signals
        from rapport.customers.lifecycle.history import Stages

        own_signals.register_own()
        timeline.register(Stages())
