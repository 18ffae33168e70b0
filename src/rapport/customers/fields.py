"""What a company wants to know of its customers beyond what every customer has."""

from django.db import models

from rapport.backbone.custom_fields.fieldset import FieldSet
from rapport.backbone.custom_fields.models import FieldBase, ValueBase


class CustomerField(FieldBase):
    class Meta(FieldBase.Meta):
        abstract = False


class CustomerValue(ValueBase):
    field = models.ForeignKey(CustomerField, on_delete=models.CASCADE, related_name="values")
    owner = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="field_values")

    class Meta(ValueBase.Meta):
        abstract = False


FIELDS = FieldSet(CustomerField, CustomerValue)
