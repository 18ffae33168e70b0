from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "rapport.customers"
    label = "customers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from rapport.customers import timeline
        from rapport.customers.segments import subjects, vocabulary
        from rapport.customers.segments.timeline import Scores

        for family in subjects.FAMILIES:
            vocabulary.register(family)
        timeline.register(Scores())
