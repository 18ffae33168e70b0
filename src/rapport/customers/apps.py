from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "rapport.customers"
    label = "customers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from rapport.backbone import intake
        from rapport.customers.importing.intake import CompanyRows, Customers

        intake.register(Customers())
        intake.register(CompanyRows())
