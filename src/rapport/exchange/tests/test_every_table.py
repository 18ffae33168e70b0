"""Whatever a room says it takes out can be read."""

import pytest

from rapport.backbone import outflow


@pytest.mark.django_db
@pytest.mark.parametrize("kind", sorted(outflow.outflows()))
def test_every_column_of_it_is_there(kind, write):
    write("The lamp flickers.")
    found = outflow.outflows()[kind]
    names = [column.name for column in found.columns()]
    assert len(names) == len(set(names))
    for chunk in found.chunks():
        assert all(len(row) == len(names) for row in chunk)
