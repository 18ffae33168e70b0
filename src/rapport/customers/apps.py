from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "rapport.customers"
    label = "customers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from rapport.backbone import intake
        from rapport.customers import timeline
        from rapport.customers.events.intake import Events as EventsIntake
        from rapport.customers.events.source import Events
        from rapport.customers.events.subjects import FAMILIES as EVENT_FAMILIES
        from rapport.customers.finding import keeping
        from rapport.customers.importing.intake import CompanyRows, Customers
        from rapport.customers.lifecycle import own_signals
        from rapport.customers.lifecycle.history import Stages
        from rapport.customers.lifecycle.subjects import FAMILY as STAGE_FAMILY
        from rapport.customers.own_panels import register_panels
        from rapport.customers.profiles.sources import Merges, Notes
        from rapport.customers.segments import subjects, vocabulary
        from rapport.customers.segments.timeline import Scores

        for source in (Notes(), Events(), Merges(), Scores(), Stages()):
            timeline.register(source)
        for family in (*subjects.FAMILIES, *EVENT_FAMILIES, STAGE_FAMILY):
            vocabulary.register(family)
        intake.register(EventsIntake())
        intake.register(Customers())
        intake.register(CompanyRows())
        own_signals.register_own()
        register_panels()
        post_migrate.connect(keeping.restore, sender=self, dispatch_uid="rapport.customers.pairs")
