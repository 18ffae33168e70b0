"""What customers answered, as a table that goes out by an export."""

from django.utils.translation import gettext_lazy as _

from rapport.backbone.outflow import register
from rapport.backbone.outflow.tables import Table
from rapport.surveys.models import Rating

register(
    Table(
        "ratings",
        _("Ratings"),
        Rating.objects.all,
        "id conversation=conversation_id number=conversation__number customer=customer_id scale score "
        "comment at external_id",
        since="at",
    )
)
