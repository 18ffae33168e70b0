"""Model fields that Django does not have."""

import json
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression

from rapport.kit.encryption import decrypt, encrypt


class EncryptedJSONField(models.TextField[Any, Any]):
    """Anything JSON holds, encrypted in the database: credentials and settings with credentials.

    It cannot be filtered by; a row is written under the newest key whenever it is saved.
    """

    if TYPE_CHECKING:
        # django-stubs looks here, not at the type parameters, for what `create(settings=...)` takes.
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, _expression: Expression, _connection: BaseDatabaseWrapper) -> Any:
        return None if value is None else json.loads(decrypt(value))

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else encrypt(json.dumps(value, cls=DjangoJSONEncoder))

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        return json.dumps(self.value_from_object(obj), cls=DjangoJSONEncoder)

    def get_lookup(self, lookup_name: str) -> Any:
        """Only `isnull`: the same text encrypts differently every time, so nothing else would ever match."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None
