"""Rules and macros follow a tag to its new name: conditions that ask for it, actions that add or remove it."""

from typing import Any

from django.utils.translation import ngettext

from rapport.automation.models import Macro, Rule
from rapport.automation.queries import rules
from rapport.automation.types import Do, Sharing
from rapport.conversations.tag_uses import Named, TagUse, add, names_tag, with_tag_renamed
from rapport.kit import clock

Steps = list[dict[str, Any]]
_OF_TAGS = (Do.TAG, Do.UNTAG)


def _is_about(step: dict[str, Any], name: str) -> bool:
    """Actions find a tag whatever its capitals."""
    return step.get("do") in _OF_TAGS and str(step.get("value", "")).casefold() == name.casefold()


def _with_tag_renamed(steps: Steps, name: str, into: str) -> Steps:
    return [{**step, "value": into} if _is_about(step, name) else step for step in steps]


def _rules(tag: Named) -> list[str]:
    return [
        rule.name
        for rule in rules()
        if names_tag(rule.conditions, tag.name) or any(_is_about(step, tag.name) for step in rule.steps)
    ]


def _rules_in_words(count: int) -> str:
    return ngettext("%(count)d rule", "%(count)d rules", count) % {"count": count}


def _rules_follow(before: Named, after: Named) -> None:
    """Deleted ones too: for a day they can be brought back."""
    for rule in Rule.objects.all():
        conditions = with_tag_renamed(rule.conditions, before.name, after.name)
        steps = _with_tag_renamed(rule.steps, before.name, after.name)
        if (conditions, steps) != (rule.conditions, rule.steps):
            rule.conditions, rule.steps, rule.updated_at = conditions, steps, clock.now()
            rule.save(update_fields=["conditions", "steps", "updated_at"])


def _macros(tag: Named) -> list[str]:
    return [
        "" if macro.sharing == Sharing.PRIVATE else macro.name
        for macro in Macro.objects.filter(deleted_at=None).defer("html", "html_zh")
        if any(_is_about(step, tag.name) for step in macro.steps)
    ]


def _macros_in_words(count: int) -> str:
    return ngettext("%(count)d macro", "%(count)d macros", count) % {"count": count}


def _macros_follow(before: Named, after: Named) -> None:
    for macro in Macro.objects.all():
        steps = _with_tag_renamed(macro.steps, before.name, after.name)
        if steps != macro.steps:
            macro.steps, macro.updated_at = steps, clock.now()
            macro.save(update_fields=["steps", "updated_at"])


add(TagUse("rules", _rules, _rules_in_words, _rules_follow))
add(TagUse("macros", _macros, _macros_in_words, _macros_follow))
