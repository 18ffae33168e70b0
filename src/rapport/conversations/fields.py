"""What a company wants to know of its conversations beyond what every conversation has."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.backbone.custom_fields.fieldset import FieldSet, Said
from rapport.backbone.custom_fields.models import FieldBase, ValueBase


class ConversationField(FieldBase):
    is_of_what_closes: ClassVar[bool] = True
    is_needed_to_close = models.BooleanField(_("needed to close"), default=False)

    class Meta(FieldBase.Meta):
        abstract = False


class ConversationValue(ValueBase):
    field = models.ForeignKey(ConversationField, on_delete=models.CASCADE, related_name="values")
    owner = models.ForeignKey("conversations.Conversation", on_delete=models.CASCADE, related_name="field_values")

    class Meta(ValueBase.Meta):
        abstract = False


FIELDS = FieldSet(ConversationField, ConversationValue)


def lacking_to_close(conversation: int) -> list[Said]:
    """The fields that are empty and needed before this conversation is closed. One query where none is needed."""
    if not FIELDS.present.filter(is_needed_to_close=True).exists():
        return []
    said = FIELDS.said_of(conversation)
    return [each for each in said if each.is_missing_to_close]
