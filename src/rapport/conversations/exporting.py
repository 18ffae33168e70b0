"""Conversations and what was written in them, as tables that go out by an export."""

from django.utils.translation import gettext_lazy as _

from rapport.backbone.outflow import register
from rapport.backbone.outflow.extras import lists, own_fields
from rapport.backbone.outflow.tables import Table
from rapport.conversations.fields import FIELDS
from rapport.conversations.models import Attachment, Conversation, Merge, Message, OrderLink, Tag, Tagging
from rapport.conversations.types import Direction

_WRITTEN = (
    "id conversation=conversation_id number=conversation__number direction author_kind agent=agent__email "
    "customer=customer_id author_name author_address subject text html visible_text to cc bcc reply_to external_id "
    "in_reply_to is_automatic channel sent_at edited_at deleted_at created_at"
)

register(
    Table(
        "conversations",
        _("Conversations"),
        Conversation.objects.all,
        "id number subject status priority channel inbox=inbox__name customer=customer_id assignee=assignee__email "
        "team=team__name message_count satisfaction created_at updated_at last_at closed_at snoozed_until "
        "waiting_since due_at merged_into=merged_into_id junk_at junk_reason",
        since="updated_at",
        extras=(
            lists(Tagging.objects.all, owner="conversation_id", value="tag__name", name="tags"),
            own_fields(FIELDS),
        ),
    )
)
register(
    Table(
        "messages",
        _("Messages"),
        lambda: Message.objects.exclude(direction=Direction.NOTE),
        _WRITTEN,
        since="created_at",
    )
)
register(
    Table(
        "notes",
        _("Notes"),
        lambda: Message.objects.filter(direction=Direction.NOTE),
        "id conversation=conversation_id number=conversation__number author_kind agent=agent__email author_name text "
        "html edited_at deleted_at created_at",
        since="created_at",
    )
)
register(
    Table(
        "attachments",
        _("Attachments"),
        Attachment.objects.all,
        "id message=message_id conversation=message__conversation_id name content_type size sha256 inline "
        "created_at=message__created_at",
        since="message__created_at",
    )
)
register(Table("tags", _("Tags"), Tag.objects.all, "id name colour description created_at", since="created_at"))
register(
    Table(
        "conversation-merges",
        _("Merged conversations"),
        Merge.objects.all,
        "id origin=origin_id destination=destination_id by=by__email at undone_at undone_by=undone_by__email",
        since="at",
    )
)
register(
    Table(
        "order-links",
        _("Orders of conversations"),
        lambda: OrderLink.objects.filter(removed_at=None),
        "id conversation=conversation_id conversation_number=conversation__number order=order_id "
        "order_number=order__number how by=by__email at",
        since="at",
    )
)
