from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "rapport.sales"
    label = "sales"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from rapport.backbone import intake
        from rapport.customers import timeline
        from rapport.customers.segments import vocabulary
        from rapport.sales import of_customers
        from rapport.sales.deals.intake import DealIntake
        from rapport.sales.deals.timeline import Deals
        from rapport.sales.orders.intake import Orders as OrderRows
        from rapport.sales.orders.source import Orders
        from rapport.sales.panels import register_panels
        from rapport.sales.products.intake import Products as ProductRows
        from rapport.sales.subscriptions.intake import Subscriptions as SubscriptionRows
        from rapport.sales.subscriptions.source import Subscriptions

        timeline.register(Orders())
        timeline.register(Subscriptions())
        intake.register(ProductRows())
        intake.register(OrderRows())
        intake.register(SubscriptionRows())
        timeline.register(Deals())
        intake.register(DealIntake())
        for family in of_customers.FAMILIES:
            vocabulary.register(family)
        of_customers.register_signals()
        register_panels()
