"""The kinds of custom fields."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FieldKind(models.TextChoices):
    TEXT = "text", _("Text")
    NUMBER = "number", _("Number")
    CHOICE = "choice", _("Choice")
    DATE = "date", _("Date")
    LINK = "link", _("Link")
    YES_NO = "yes_no", _("Yes or no")


# The column of a value that a kind fills.
COLUMNS = {
    FieldKind.TEXT: "text",
    FieldKind.NUMBER: "number",
    FieldKind.CHOICE: "text",
    FieldKind.DATE: "date",
    FieldKind.LINK: "text",
    FieldKind.YES_NO: "boolean",
}
LONGEST = 500
