"""What came in and what went out, with what became of it, as tables that go out by an export."""

from django.utils.translation import gettext_lazy as _

from rapport.backbone.outflow import register
from rapport.backbone.outflow.tables import Table
from rapport.channels.models import Delivery, Dispatch

register(
    Table(
        "dispatches",
        _("What went out"),
        Dispatch.objects.all,
        "id message=message_id conversation=message__conversation_id channel=channel__name state attempts error due_at "
        "sent_at delivered_at read_at bounced_at undelivered provider_id mailing created_at",
        since="created_at",
    )
)
register(
    Table(
        "deliveries",
        _("What came in"),
        Delivery.objects.all,
        "id kind channel=channel__name source size sha256 external_id received_at state outcome reason attempts "
        "message=message_id",
        since="received_at",
    )
)
