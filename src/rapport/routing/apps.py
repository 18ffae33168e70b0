from django.apps import AppConfig


class RoutingConfig(AppConfig):
    name = "rapport.routing"
    label = "routing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from rapport.channels.office import staffed_by
        from rapport.conversations.shapes import promises
        from rapport.customers.segments.queries import register_use
        from rapport.routing.office import RoutingOffice
        from rapport.routing.queries import policies_asking_for
        from rapport.routing.shapes import promise_shapes

        promises.prefetch = ("promises__policy",)
        promises.shapes = promise_shapes
        staffed_by(RoutingOffice())
        register_use(policies_asking_for)
