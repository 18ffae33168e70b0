"""What this room keeps of a customer."""

from django.utils.translation import gettext_lazy as _

from rapport.backbone.personal_data import ANONYMISE, DELETE, declare, keep
from rapport.sales import models
from rapport.sales.orders.models import OrderLine, Refund

_BOOKS = "Books have to be kept for years; the customer whom it names is anonymous by then."

declare(
    models.Order,
    subject="customer",
    fields={"number": _("numbers of orders")},
    plain="source external_id payment status currency channel url",
    erase=keep(_BOOKS),
)
declare(OrderLine, subject="order__customer", plain="sku title", erase=keep(_BOOKS))
declare(
    Refund,
    subject="order__customer",
    fields={"reason": _("why money went back")},
    plain="external_id",
    erase=ANONYMISE,
)
declare(
    models.Subscription,
    subject="customer",
    fields={"cancel_reason": _("why a subscription ended")},
    plain="plan source external_id status currency interval",
    erase=ANONYMISE,
)
declare(
    models.SubscriptionChange,
    subject="subscription__customer",
    fields={"reason": _("why a subscription changed")},
    plain="kind status status_before currency interval",
    erase=ANONYMISE,
)
declare(
    models.Deal,
    subject="customer",
    fields={
        "title": _("what was to be sold"),
        "notes": _("notes about a deal"),
        "reason_note": _("why a deal was won or lost"),
        "reference": _("the number of a deal elsewhere"),
    },
    plain="currency call source",
    erase=ANONYMISE,
)
declare(models.DealTerms, subject="deal__customer", plain="currency call", erase=keep("Amounts and dates alone."))
declare(models.DealLine, subject="deal__customer", fields={"title": _("what was offered")}, erase=ANONYMISE)
declare(models.StageMove, subject="deal__customer", erase=keep("Stages and dates alone."))
declare(
    models.Activity,
    subject="deal__customer",
    fields={"title": _("what was done about a deal")},
    plain="kind",
    erase=DELETE,
)
declare(
    models.Quote,
    subject="deal__customer",
    fields={"lines": _("what was offered")},
    plain="number language currency",
    erase=DELETE,
)
