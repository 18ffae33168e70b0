"""Macros, as a table that goes out by an export."""

from django.utils.translation import gettext_lazy as _

from rapport.automation.models import Macro
from rapport.backbone.outflow import register
from rapport.backbone.outflow.tables import Table

register(
    Table(
        "macros",
        _("Macros"),
        lambda: Macro.objects.filter(deleted_at=None),
        "id name shortcut folder html html_zh steps sharing team=team__name owner=owner__email uses used_at created_at "
        "updated_at",
        since="updated_at",
    )
)
