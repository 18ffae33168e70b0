"""Rules, macros and views go on meaning a tag when it is called otherwise, and say so before it is deleted."""

import pytest

from rapport.automation.actions.macros import delete_macro
from rapport.automation.actions.rules import save_rule
from rapport.automation.conditions import Conditions
from rapport.automation.models import Macro
from rapport.backbone.jobs import run_pending
from rapport.conversations import actions
from rapport.conversations.models import Tag
from rapport.conversations.tag_uses import Named, uses_of

pytestmark = pytest.mark.django_db
ASKS = {"conditions": [{"match": "any", "conditions": [{"field": "tag", "op": "is", "value": ["refnd", "none:"]}]}]}


@pytest.fixture
def rule(omar):
    steps = [{"do": "tag", "value": "Refnd"}, {"do": "untag", "value": "new"}]
    return save_rule(None, by=omar, name="Refunds", trigger="created", conditions=ASKS, steps=steps, is_on=True)


@pytest.fixture
def refnd():
    return Tag.objects.create(name="refnd")


def used(tag):
    return [(use.text, *use.names) for use in uses_of(Named(tag.pk, tag.name))]


def test_a_rule_acts_by_the_new_name_of_a_tag(rule, refnd, write, omar):
    actions.describe_tag(refnd, name="refund", by=omar)
    rule.refresh_from_db()
    assert rule.conditions["conditions"][0]["conditions"][0]["value"] == ["refund", "none:"]
    assert [step["value"] for step in rule.steps] == ["refund", "new"]
    assert "refund" in Conditions.parse(rule.conditions).describe()
    letter = write()
    run_pending(strict=True)
    assert list(letter.tags.values_list("name", flat=True)) == ["refund"]
    assert Tag.objects.count() == 1


def test_a_rule_and_a_macro_follow_a_tag_that_goes_up_in_another(rule, macro, refnd, omar):
    kept, gone = (macro(name, steps=[{"do": "tag", "value": "refnd"}]) for name in ("Pay back", "Old"))
    delete_macro(gone, by=omar)
    actions.merge_tags(refnd, into=Tag.objects.create(name="Money back"), by=omar)
    rule.refresh_from_db()
    assert rule.steps[0]["value"] == "Money back"
    assert [each.steps[0]["value"] for each in Macro.objects.filter(pk__in=[kept.pk, gone.pk])] == ["Money back"] * 2


def test_omar_reads_what_a_tag_is_used_for_before_he_deletes_it(rule, macro, refnd, ada, omar, signed_in):
    macro("Pay back", steps=[{"do": "tag", "value": "REFND"}])
    macro("Secret", by=ada, sharing="private", steps=[{"do": "tag", "value": "refnd"}])
    actions.save_view(None, by=ada, name="My refunds", filter=ASKS)
    assert used(refnd) == [("1 saved view",), ("1 rule", "Refunds"), ("2 macros", "Pay back")]
    page = signed_in(omar).get(f"/settings/tags/{refnd.pk}/").content.decode()
    assert page.count("1 saved view; 1 rule: Refunds; 2 macros: Pay back.") == 2
    assert "My refunds" not in page


def test_a_tag_that_nothing_names_is_deleted_without_a_warning(rule, omar, signed_in):
    page = signed_in(omar).get(f"/settings/tags/{Tag.objects.create(name='lamp').pk}/").content.decode()
    assert "It is in use." not in page
