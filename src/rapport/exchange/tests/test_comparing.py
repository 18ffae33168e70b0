"""Who changed what, without any system: every way in which two sides can differ."""

import pytest

from rapport.exchange.syncing.comparing import Sides, decide
from rapport.exchange.syncing.seam import Direction, Line, Rule


def decided(ours, theirs, our_base=None, their_base=None, newer=False, **line):
    fields = {name: None if value is None else {"name": value} for name, value in locals().items() if name != "line"
              and name not in ("newer",)}  # fmt: skip
    sides = Sides(fields["ours"], fields["theirs"], fields["our_base"], fields["their_base"], newer)
    found = decide([Line("name", "name", **line)], sides)
    return found.here.get("name"), found.there.get("name"), found.conflicts == ["name"]


@pytest.mark.parametrize(
    ("sides", "outcome"),
    [
        # Never met before: a gap is filled, the rest is for the rule.
        (("Kim", "Kim"), (None, None, False)),
        (("", "Kim"), ("Kim", None, False)),
        (("Kim", ""), (None, "Kim", False)),
        (("Kim", "Kimmy"), ("Kimmy", None, True)),
        # Met before: whoever changed it.
        (("Kim", "Kimmy", "Kim", "Kim"), ("Kimmy", None, False)),
        (("Kimmy", "Kim", "Kim", "Kim"), (None, "Kimmy", False)),
        (("Kimmy", "Kimmy", "Kim", "Kim"), (None, None, False)),
        (("Ki", "Kimmy", "Kim", "Kim"), ("Kimmy", None, True)),
        # Two spellings that both have been so since: nobody changed anything.
        (("Kim", "Kimmy", "Kim", "Kimmy"), (None, None, False)),
        # Emptied there: nobody here loses their name by that.
        (("Kim", "", "Kim", "Kim"), (None, None, False)),
    ],
)
def test_a_field_of_both_ways(sides, outcome):
    assert decided(*sides) == outcome


def test_a_conflict_goes_by_the_rule():
    both = ("Ki", "Kimmy", "Kim", "Kim")
    assert decided(*both, newer=True) == (None, "Ki", True)
    assert decided(*both, newer=True, rule=Rule.THEIRS) == ("Kimmy", None, True)
    assert decided(*both, rule=Rule.OURS) == (None, "Ki", True)


def test_a_field_of_one_way_never_goes_the_other():
    for sides in (("Ki", "Kimmy", "Kim", "Kim"), ("Ki", "Kimmy")):
        assert decided(*sides, direction=Direction.IN) == ("Kimmy", None, False)
        assert decided(*sides, direction=Direction.OUT) == (None, "Ki", False)
    assert decided("Ki", "Kim", "Kim", "Kim", direction=Direction.IN) == (None, None, False)
    assert decided("Kim", "Kimmy", "Kim", "Kim", direction=Direction.OUT) == (None, None, False)


def test_a_detail_that_was_emptied_there_is_emptied_here():
    sides = Sides({"location": "Oslo"}, {"location": ""}, {"location": "Oslo"}, {"location": "Oslo"})
    assert decide([Line("location", "city")], sides).here == {"location": ""}


def test_two_people_who_changed_two_fields_both_keep_what_they_wrote():
    base = {"name": "Kim", "phone": "+4930"}
    sides = Sides({"name": "Kim Park", "phone": "+4930"}, {"name": "Kim", "phone": "+4940"}, base, base)
    found = decide([Line("name", "name"), Line("phone", "phone")], sides)
    assert (found.here, found.there, found.conflicts) == ({"phone": "+4940"}, {"name": "Kim Park"}, [])
