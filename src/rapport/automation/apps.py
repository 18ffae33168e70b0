from django.apps import AppConfig


class AutomationConfig(AppConfig):
    name = "rapport.automation"
    label = "automation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from rapport.automation.queries import rules_asking_for
        from rapport.customers.segments.queries import register_use

        register_use(rules_asking_for)
