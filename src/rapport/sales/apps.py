from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "rapport.sales"
    label = "sales"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from rapport.backbone import intake
        from rapport.customers import timeline
        from rapport.sales.deals.intake import DealIntake
        from rapport.sales.deals.timeline import Deals

        timeline.register(Deals())
        intake.register(DealIntake())
