"""The API does what its document says, whatever is sent to it."""

import ast
import json
from collections import Counter
from pathlib import Path

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig

import rapport
from rapport.backbone import files
from rapport.channels.models import Delivery
from rapport.conversations.models import Attachment
from rapport.customers.actions import add_company
from rapport.kit.limiting import Limiter
from rapport.site.api import api

pytestmark = pytest.mark.django_db

# What a document cannot say (this customer does not exist, this cursor is from another list) may be refused.
_CONFIG = {"checks": {"positive_data_acceptance": {"enabled": False}}}

# What shapes are made of.
_BASES = {"BaseModel", "Shape"}

schema = schemathesis.openapi.from_dict(
    json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"))),
    config=SchemathesisConfig.from_dict(_CONFIG),
)
schema.app = get_wsgi_application()


@pytest.fixture
def token(noor, kim, mailbox, write_in, script, monkeypatch):
    """One of everything, and a token that may do everything with it."""
    monkeypatch.setattr("rapport.site.api._limit", Limiter(burst=10**9, a_second=10**9))
    message = write_in(kim, "The lamp flickers. 灯在闪。")
    write_in(kim, "Still flickering", into=message.conversation)
    Delivery.objects.create(kind="email", body=b"From: x\r\n\r\nHi", sha256="0", message=message, state="done")
    stored = files.keep(b"hello")
    Attachment.objects.create(message=message, file=stored, name="a.txt", content_type="text/plain", size=5)
    add_company(name="Studio", domain="studio.example", by=noor)
    # As in Django's own test client: a request does not end the test's transaction.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield script(noor, "admin").token
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_keeps_its_word(case, token):
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"})


def test_no_two_shapes_have_the_same_name():
    """The document knows shapes by their names alone; the second would take the place of the first."""
    rooms = Path(rapport.__file__).parent
    found = Counter(
        node.name
        for path in rooms.rglob("*.py")
        if "tests" not in path.parts and path.stem not in ("models", "forms")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef) and _BASES & {ast.unparse(base) for base in node.bases}
    )
    assert [name for name, often in found.items() if often > 1] == []
