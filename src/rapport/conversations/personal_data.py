"""What this room keeps of a customer."""

from django.utils.translation import gettext_lazy as _

from rapport.backbone.models import Event
from rapport.backbone.personal_data import ANONYMISE, DELETE, ByAddress, ByPlace, declare, keep
from rapport.conversations import models
from rapport.conversations.arrangements import Link, OrderLink
from rapport.conversations.fields import ConversationValue
from rapport.team.models import Notification

_OF_ONE = "conversation__customer"

declare(
    models.Conversation,
    subject="customer",
    fields={"subject": _("subjects"), "preview": _("the beginning of the last message")},
    plain="channel status preview_direction junk_reason formerly",
    erase=ANONYMISE,
)
declare(
    models.Message,
    subject=_OF_ONE,
    fields={
        "author_name": _("the name they write under"),
        "author_address": _("the address it came from"),
        "subject": _("subjects"),
        "text": _("what was written"),
        "html": _("what was written, as it looked"),
        "visible_text": _("what was written, without quotations"),
        "to": _("whom it went to"),
        "cc": _("who got a copy"),
        "bcc": _("who got a hidden copy"),
        "reply_to": _("where answers were to go"),
        "authentication": _("what their provider said of the sender"),
        "earlier": _("earlier wordings"),
        "reactions": _("who reacted, and how"),
    },
    plain="direction author_kind external_id in_reply_to references threaded_by channel",
    erase=DELETE,
)
declare(
    models.Attachment,
    subject="message__conversation__customer",
    fields={"name": _("names of files")},
    plain="content_type sha256 content_id",
    erase=DELETE,
)
declare(
    models.Draft,
    subject=_OF_ONE,
    fields={
        "text": _("answers that are not sent yet"),
        "html": _("answers that are not sent yet"),
        "to": _("whom it is to go to"),
        "cc": _("who gets a copy"),
        "bcc": _("who gets a hidden copy"),
        "subject": _("subjects"),
        "files": _("names of files"),
    },
    plain="mode sender",
    erase=DELETE,
)
declare(ConversationValue, subject="owner__customer", fields={"text": _("the company's own fields")}, erase=DELETE)
declare(models.Merge, subject=("origin__customer", "destination__customer"), plain="before", erase=DELETE)
declare(Link, subject=("conversation__customer", "other__customer"), plain="kind", erase=DELETE)
declare(OrderLink, subject=(_OF_ONE, "order__customer"), plain="how", erase=DELETE)
declare(models.Move, subject="message__conversation__customer", plain="threaded_by", erase=DELETE)
declare(models.Mention, subject="message__conversation__customer", erase=DELETE)
for counted in (models.Tagging, models.Assignment, models.Closure, models.Snooze):
    declare(counted, subject=_OF_ONE, erase=keep("Reports count it, and without the conversation it names nobody."))
for own in (models.Seen, models.Follow):
    declare(own, subject=_OF_ONE, erase=DELETE)
declare(
    models.PicturesWanted,
    subject=ByAddress("address"),
    fields={"address": _("whose pictures somebody of us wants to see")},
    erase=DELETE,
)
# Of rooms below, which do not know what a customer is.
declare(
    Event,
    subject=ByPlace("subject"),
    fields={"payload": _("what happened, by numbers")},
    plain="name subject audience",
    erase=ANONYMISE,
)
declare(
    Notification,
    subject=ByPlace("place"),
    plain="kind place details held",
    erase=DELETE,
)
