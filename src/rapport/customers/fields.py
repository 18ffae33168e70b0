"""What a company wants to know of its customers, and of theirs, beyond what each of them has."""

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


class CompanyField(FieldBase):
    class Meta(FieldBase.Meta):
        abstract = False


class CompanyValue(ValueBase):
    field = models.ForeignKey(CompanyField, on_delete=models.CASCADE, related_name="values")
    owner = models.ForeignKey("customers.Company", on_delete=models.CASCADE, related_name="field_values")

    class Meta(ValueBase.Meta):
        abstract = False


FIELDS = FieldSet(CustomerField, CustomerValue)
COMPANY_FIELDS = FieldSet(CompanyField, CompanyValue)
