"""The API does what its document says: what sits on and past every limit of the document, beside what is made up."""

import pytest
from hypothesis import Phase, settings

from rapport.site.tests.api_document import SETTINGS, schema

pytestmark = pytest.mark.django_db


@schema.parametrize()
@settings(max_examples=6, phases=[Phase.explicit, Phase.generate], **SETTINGS)
def test_every_operation_keeps_its_word_at_its_limits(case, token):
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"})
