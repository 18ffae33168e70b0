"""The document of the HTTP API as Schemathesis reads it."""

import json

import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck
from schemathesis.config import SchemathesisConfig

from rapport.site.api import api

# What a document cannot say (this customer does not exist, this cursor is from another list) may be refused.
_CONFIG = {"checks": {"positive_data_acceptance": {"enabled": False}}}

DOCUMENT = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/")))
schema = schemathesis.openapi.from_dict(DOCUMENT, config=SchemathesisConfig.from_dict(_CONFIG))
schema.app = get_wsgi_application()

# The same requests every time, and however long they take.
SETTINGS = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "suppress_health_check": list(HealthCheck),
}
