from django.apps import AppConfig


class SurveysConfig(AppConfig):
    name = "rapport.surveys"
    label = "surveys"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from rapport.backbone import intake
        from rapport.customers import timeline
        from rapport.customers.segments.queries import register_use
        from rapport.surveys.intake import Ratings as RatingRows
        from rapport.surveys.queries import policies_asking_for
        from rapport.surveys.timeline import Ratings

        timeline.register(Ratings())
        intake.register(RatingRows())
        register_use(policies_asking_for)
