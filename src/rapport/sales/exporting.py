"""What goes out of sales by an export."""

from django.utils.translation import gettext_lazy as _

from rapport.backbone.outflow import register
from rapport.backbone.outflow.tables import Table
from rapport.sales.models import Activity, Deal, DealLine, Order, Product, Quote, StageMove, Subscription
from rapport.sales.orders.models import OrderLine, Refund
from rapport.sales.subscriptions.models import SubscriptionChange

_TABLES = (
    (
        "products",
        _("Products"),
        Product,
        "id sku name description kind price currency url is_active created_at updated_at",
        "updated_at",
    ),
    (
        "orders",
        _("Orders"),
        Order,
        "id number source external_id customer_id placed_at status total refunded currency channel url changed_at",
        "changed_at",
    ),
    ("order-lines", _("Lines of orders"), OrderLine, "id order_id sku title quantity unit_price", ""),
    ("refunds", _("Refunds"), Refund, "id order_id amount reason at", "at"),
    (
        "subscriptions",
        _("Subscriptions"),
        Subscription,
        "id customer_id plan source external_id status amount currency interval started_at cancelled_at cancel_reason",
        "",
    ),
    (
        "subscription-changes",
        _("Changes of subscriptions"),
        SubscriptionChange,
        "id subscription_id kind status_before status amount currency at reason",
        "at",
    ),
    (
        "deals",
        _("Deals"),
        Deal,
        "id title reference customer_id company=company__name pipeline=pipeline__name stage=stage__name "
        "owner=owner__email amount currency expected_close call probability source reason_note notes opened_at "
        "closed_at updated_at",
        "updated_at",
    ),
    ("deal-lines", _("Lines of deals"), DealLine, "id deal_id title quantity price", ""),
    (
        "deal-moves",
        _("Moves of deals"),
        StageMove,
        "id deal_id origin=origin__name stage=stage__name at by=by__email",
        "at",
    ),
    ("deal-activities", _("Activities"), Activity, "id deal_id kind title due_at done_at", ""),
    (
        "quotes",
        _("Quotes"),
        Quote,
        "id number deal_id language issued_on valid_until net tax currency made_at",
        "made_at",
    ),
)
for kind, label, model, columns, since in _TABLES:
    register(Table(kind, label, model._default_manager.all, columns, since=since))
