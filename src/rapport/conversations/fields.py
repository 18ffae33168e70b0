"""What a company wants to know of its conversations beyond what every conversation has."""

from django.db import models

from rapport.backbone.custom_fields.fieldset import FieldSet
from rapport.backbone.custom_fields.models import FieldBase, ValueBase


class ConversationField(FieldBase):
    class Meta(FieldBase.Meta):
        abstract = False


class ConversationValue(ValueBase):
    field = models.ForeignKey(ConversationField, on_delete=models.CASCADE, related_name="values")
    owner = models.ForeignKey("conversations.Conversation", on_delete=models.CASCADE, related_name="field_values")

    class Meta(ValueBase.Meta):
        abstract = False


FIELDS = FieldSet(ConversationField, ConversationValue)
