"""Skills, schemes and policies go on with the tag that another one went up in."""

import pytest

from rapport.conversations import actions
from rapport.conversations.models import Tag
from rapport.conversations.tag_uses import Named, uses_of
from rapport.routing.models import Scheme, ServicePolicy, Skill

pytestmark = pytest.mark.django_db


def test_what_knows_a_tag_by_its_id_knows_the_one_it_went_up_in(omar):
    old, other, new = (Tag.objects.create(name=name) for name in ("refnd", "lamp", "refund"))
    skill = Skill.objects.create(name="Refunds")
    skill.tags.add(old)
    asked = {"tag": [str(other.pk), str(old.pk), str(new.pk)], "channel": ["email"]}
    scheme = Scheme.objects.create(name="Money", conditions=asked)
    policy = ServicePolicy.objects.create(name="Fast", conditions={"tag": [str(old.pk)]})
    words = [(use.text, *use.names) for use in uses_of(Named(old.pk, old.name))]
    assert words == [("1 skill", "Refunds"), ("1 assignment scheme", "Money"), ("1 service policy", "Fast")]
    actions.describe_tag(old, name="refnds", by=omar)
    actions.merge_tags(old, into=new, by=omar)
    for each in (scheme, policy):
        each.refresh_from_db()
    assert list(skill.tags.all()) == [new]
    assert scheme.conditions == {"tag": [str(other.pk), str(new.pk)], "channel": ["email"]}
    assert policy.conditions == {"tag": [str(new.pk)]}
