"""The two tables every noun with custom fields has: what can be said, and what is said."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.backbone.custom_fields.types import COLUMNS, LONGEST, FieldKind
from rapport.kit import clock


class FieldBase(models.Model):
    """What can be said of a noun. Retired ones keep their values and are no longer asked for."""

    # What scripts call it; never changes.
    key = models.SlugField(_("key"), max_length=40, unique=True)
    label = models.CharField(_("label"), max_length=80)
    kind = models.CharField(_("kind"), max_length=8, choices=FieldKind.choices)
    is_required = models.BooleanField(_("needed"), default=False)
    # The words of a choice, in their order.
    choices = models.JSONField(_("choices"), default=list, blank=True)
    help = models.CharField(_("help"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    # Asked for only where this other field says one of these.
    shown_when = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    shown_for = models.JSONField(default=list, blank=True)
    in_lists = models.BooleanField(_("may be a column of lists"), default=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    # Whether the noun is closed one day: then a field has `is_needed_to_close`.
    is_of_what_closes: ClassVar[bool] = False

    if TYPE_CHECKING:
        shown_when_id: int | None

    class Meta:
        abstract = True
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.label

    @property
    def column(self) -> str:
        return COLUMNS[FieldKind(self.kind)]


class ValueBase(models.Model):
    """What is said: exactly one of the four columns is filled. `field` and `owner` are the room's own foreign keys."""

    COLUMNS: ClassVar[tuple[str, ...]] = ("text", "number", "date", "boolean")

    text = models.CharField(max_length=LONGEST, null=True, blank=True)  # noqa: DJ001  # null is "of another kind"
    number = models.DecimalField(max_digits=24, decimal_places=6, null=True, blank=True)
    date = models.DateField(null=True, blank=True)
    boolean = models.BooleanField(null=True, blank=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        abstract = True
        indexes = tuple(
            models.Index(
                fields=["field", column, "owner"],
                name=f"%(class)s_{column}",
                condition=models.Q((f"{column}__isnull", False)),
            )
            for column in ("text", "number", "date", "boolean")
        )
        constraints = (models.UniqueConstraint(fields=["owner", "field"], name="%(class)s_once"),)

    def __str__(self) -> str:
        return str(self.value)

    @property
    def value(self) -> Any:
        """Whichever column is filled."""
        return next((said for said in (getattr(self, name) for name in self.COLUMNS) if said is not None), None)
