"""What this room keeps of a customer."""

from django.utils.translation import gettext_lazy as _

from rapport.backbone.personal_data import ANONYMISE, DELETE, declare, keep
from rapport.customers import models

declare(
    models.Customer,
    subject="",
    fields={
        "name": _("name"),
        "email": _("email address"),
        "phone": _("phone number"),
        "job_title": _("position"),
        "language": _("language"),
        "time_zone": _("time zone"),
        "location": _("place"),
    },
    erase=ANONYMISE,
)
declare(
    models.Identity,
    subject="customer",
    fields={"value": _("addresses, numbers and accounts"), "label": _("what an address is for")},
    plain="kind",
    erase=DELETE,
)
declare(models.CustomerValue, subject="owner", fields={"text": _("the company's own fields")}, erase=DELETE)
declare(
    models.CustomerMerge,
    subject=("origin", "destination"),
    fields={"before": _("details before a merge")},
    erase=DELETE,
)
declare(models.Likeness, subject=("one", "other"), fields={"value": _("an address two people gave")}, erase=DELETE)
declare(
    models.ImportedRow,
    subject="customer",
    fields={"before": _("details before an import"), "problem": _("what was wrong with a row")},
    plain="outcome",
    erase=DELETE,
)
declare(models.CustomerNote, subject="customer", fields={"text": _("notes about them")}, erase=DELETE)
declare(
    models.CustomerFile, subject="customer", fields={"name": _("names of files")}, plain="content_type", erase=DELETE
)
declare(
    models.CustomerEvent,
    subject="customer",
    fields={
        "name": _("what they did"),
        "properties": _("what belongs to it"),
        "external_id": _("its number elsewhere"),
    },
    plain="currency source",
    erase=DELETE,
)
declare(
    models.StageEntry,
    subject="customer",
    fields={"reason": _("why they were moved to a stage")},
    plain="conditions",
    erase=DELETE,
)
declare(models.Standing, subject="customer", erase=DELETE)
declare(models.StartedChecklist, subject="customer", plain="name", erase=DELETE)
declare(
    models.Task,
    subject="customer",
    fields={"title": _("what was to be done for them"), "notes": _("notes to it")},
    plain="kind repeats",
    erase=DELETE,
)
declare(
    models.ConsentRecord,
    subject="customer",
    fields={"address": _("the address they spoke of"), "ip": _("the IP address they answered from")},
    plain="channel state how where text",
    erase=keep("It proves what was agreed to and withdrawn, for as long as somebody may ask."),
)
declare(models.SegmentMember, subject="customer", erase=DELETE)
declare(
    models.Score, subject="customer", fields={"reasons": _("why a score is what it is")}, plain="name", erase=DELETE
)
declare(
    models.ScoreChange,
    subject="customer",
    fields={"reasons": _("why a score changed")},
    plain="name",
    erase=DELETE,
)
