"""What this room keeps of a customer."""

from django.utils.translation import gettext_lazy as _

from rapport.backbone.personal_data import ANONYMISE, DELETE, ByAddress, declare, keep
from rapport.channels import models

_OF_ONE = "message__conversation__customer"

declare(
    models.Delivery,
    subject=_OF_ONE,
    fields={
        "body": _("each message as it came in, byte for byte"),
        "recipients": _("whom it was for"),
        "transport": _("which server brought it"),
        "reason": _("why it was set aside"),
    },
    plain="kind source sha256 external_id state outcome",
    erase=DELETE,
)
declare(
    models.Dispatch,
    subject=_OF_ONE,
    fields={
        "headers": _("links that know whom they went to"),
        "undelivered": _("whom it did not reach"),
        "reports": _("what their provider reported"),
        "error": _("why it was not sent"),
    },
    plain="state provider_id mailing template",
    erase=DELETE,
)
declare(
    models.Exchange,
    subject="conversation__customer",
    fields={"address": _("the account they write from"), "key": _("the number of the exchange")},
    erase=DELETE,
)
declare(
    models.Call,
    subject=("customer", "conversation__customer", ByAddress("number")),
    fields={"number": _("the number they called from")},
    plain="key state happened",
    erase=ANONYMISE,
)
declare(
    models.Visitor,
    subject=(ByAddress("email"), ByAddress("external")),
    fields={
        "handle": _("the account of a visitor"),
        "external": _("their account number"),
        "name": _("name"),
        "email": _("email address"),
        "language": _("language"),
        "attributes": _("what the page told of them"),
        "answers": _("what they answered to questions"),
        "page_url": _("the page they are on"),
        "page_title": _("the page they are on"),
        "typing": _("what they are writing"),
    },
    plain="typing_in",
    erase=DELETE,
)
declare(
    models.Visit,
    subject=(ByAddress("visitor__email"), ByAddress("visitor__external")),
    fields={"url": _("pages they saw"), "title": _("pages they saw"), "did": _("what they did there")},
    erase=DELETE,
)
declare(
    models.UnreachableAddress,
    subject=ByAddress("address"),
    fields={"address": _("an address that mail comes back from"), "said": _("what their provider said")},
    plain="status",
    erase=DELETE,
)
declare(
    models.Unsubscription,
    subject=ByAddress("address"),
    fields={"address": _("an address that wants no mailings")},
    plain="mailing by",
    erase=keep("Without it they would be written to again."),
)
declare(
    models.BlockedSender,
    subject=ByAddress("pattern"),
    fields={"pattern": _("a sender who is not let in"), "note": _("why")},
    erase=keep("It keeps out who did harm, and names nobody else."),
)
