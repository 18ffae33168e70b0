"""Skills, schemes and service policies know a tag by its id: they follow one that is merged into another."""

from typing import Any

from django.utils.translation import ngettext

from rapport.conversations.tag_uses import Named, TagUse, add
from rapport.routing.models import Scheme, ServicePolicy, Skill


def _asking(model: type[Scheme] | type[ServicePolicy], tag: Named) -> list[Any]:
    return [each for each in model._default_manager.all() if str(tag.pk) in each.conditions.get("tag", ())]


def _conditions_follow(model: type[Scheme] | type[ServicePolicy], before: Named, after: Named) -> None:
    if before.pk == after.pk:
        return
    for each in _asking(model, before):
        wanted = (str(after.pk) if pk == str(before.pk) else pk for pk in each.conditions["tag"])
        each.conditions = {**each.conditions, "tag": list(dict.fromkeys(wanted))}
        each.save(update_fields=["conditions"])


def _skills(tag: Named) -> list[str]:
    return list(Skill.objects.filter(tags=tag.pk).values_list("name", flat=True))


def _skills_in_words(count: int) -> str:
    return ngettext("%(count)d skill", "%(count)d skills", count) % {"count": count}


def _skills_follow(before: Named, after: Named) -> None:
    if before.pk == after.pk:
        return
    for skill in Skill.objects.filter(tags=before.pk):
        skill.tags.add(after.pk)


def _schemes_in_words(count: int) -> str:
    return ngettext("%(count)d assignment scheme", "%(count)d assignment schemes", count) % {"count": count}


def _policies_in_words(count: int) -> str:
    return ngettext("%(count)d service policy", "%(count)d service policies", count) % {"count": count}


def _of(model: type[Scheme] | type[ServicePolicy], key: str, text: Any) -> TagUse:
    return TagUse(
        key,
        lambda tag: [each.name for each in _asking(model, tag)],
        text,
        lambda before, after: _conditions_follow(model, before, after),
    )


add(TagUse("skills", _skills, _skills_in_words, _skills_follow))
add(_of(Scheme, "schemes", _schemes_in_words))
add(_of(ServicePolicy, "policies", _policies_in_words))
