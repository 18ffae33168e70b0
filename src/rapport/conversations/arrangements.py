"""How conversations are put in order: saved views, changes of many at once, links with others and with orders."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.conversations.types import Audience, LinkKind, OrderLinkHow
from rapport.kit import clock
from rapport.sales.models import Order
from rapport.team.models import Agent, Team


class SavedView(models.Model):
    """A filter with a name, the columns and the order of its list, for one agent, a team or everyone.

    `filter` is in the words of `filtering.py`; what it finds is always narrowed to what its reader may see.
    """

    name = models.CharField(_("name"), max_length=80)
    audience = models.CharField(_("who sees it"), max_length=8, choices=Audience.choices, default=Audience.PERSON)
    by = models.ForeignKey(Agent, null=True, on_delete=models.CASCADE, related_name="saved_views")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    filter = models.JSONField(default=dict)
    # Keys of custom fields and of `filtering.COLUMNS`, in their order.
    columns = models.JSONField(default=list, blank=True)
    sort = models.CharField(max_length=10, default="newest")
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now)
    # Removed ones can be brought back.
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.name


class BulkChange(models.Model):
    """Many conversations were changed at once; `before` is how to take that back.

    `before` has one entry a conversation that changed: {"id", "was": {...}, "became": {...}}.
    """

    by = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=clock.now, db_index=True)
    verb = models.CharField(max_length=12)
    before = models.JSONField(default=list)
    # Those that could not be closed: {"id": 12, "fields": ["product"]}.
    lacking = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.verb} of {len(self.before)}"


class Link(models.Model):
    """Two conversations have to do with each other: `conversation` is related to, a duplicate of or follows `other`."""

    conversation = models.ForeignKey("conversations.Conversation", on_delete=models.CASCADE, related_name="links")
    other = models.ForeignKey("conversations.Conversation", on_delete=models.CASCADE, related_name="linked_from")
    kind = models.CharField(max_length=9, choices=LinkKind.choices, default=LinkKind.RELATED)
    by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=["conversation", "other"], name="linked_once"),)

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.kind} {self.other_id}"


class OrderLink(models.Model):
    """A conversation is about an order: its customer named the number, or an agent said so.

    One that an agent took away stays as a row, so that the next message with the number does not bring it back.
    """

    conversation = models.ForeignKey("conversations.Conversation", on_delete=models.CASCADE, related_name="order_links")
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="conversation_links")
    how = models.CharField(max_length=6, choices=OrderLinkHow.choices)
    # The agent who chose it; nobody for what was found.
    by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=["conversation", "order"], name="about_an_order_once"),)

    def __str__(self) -> str:
        return f"{self.conversation_id} about {self.order_id}"
