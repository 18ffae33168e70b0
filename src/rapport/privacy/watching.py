"""Hears of every change of a setting as it is saved, and writes down who made it.

Only what somebody does in a request is written: what the system does to its own rows (a poll that failed, a figure
that moved) is in its own logs.
"""

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save

from rapport.kit.money import Money
from rapport.privacy.actions import record
from rapport.privacy.watched import WATCHED, WATCHED_SETS, Watch
from rapport.team.acting import Actor, acting, actor

LONGEST = 500
_BEFORE = "_audited_before"
OTHER = "•••"


def connect() -> None:
    """Called once, when the app is ready."""
    for name in WATCHED:
        model = apps.get_model(name)
        pre_save.connect(_remember, sender=model, dispatch_uid=f"audit {name}")
        post_save.connect(_saved, sender=model, dispatch_uid=f"audit {name}")
        post_delete.connect(_deleted, sender=model, dispatch_uid=f"audit {name}")
    for name, fields in WATCHED_SETS.items():
        for field in fields:
            through = getattr(apps.get_model(name), field).through
            m2m_changed.connect(_set_changed, sender=through, dispatch_uid=f"audit {name}.{field}")
    user_logged_in.connect(_signed_in, dispatch_uid="audit sign-in")
    user_login_failed.connect(_refused, dispatch_uid="audit refusal")


def _is_watched() -> bool:
    return actor().agent is not None


def _watch_of(model: type[Model]) -> Watch:
    return WATCHED[model._meta.label_lower]


def _values(instance: Model) -> dict[str, Any]:
    watch = _watch_of(type(instance))
    names = [field.attname for field in instance._meta.concrete_fields if not field.primary_key]
    return {name: getattr(instance, name) for name in names if name not in watch.ignored}


def _remember(sender: type[Model], instance: Model, raw: bool = False, **_more: Any) -> None:
    if raw or not _is_watched() or instance.pk is None:
        return
    before = sender._base_manager.filter(pk=instance.pk).first()
    setattr(instance, _BEFORE, _values(before) if before else None)


def _saved(sender: type[Model], instance: Model, created: bool, raw: bool = False, **more: Any) -> None:
    if raw or not _is_watched():
        return
    now = _values(instance)
    if created:
        record("added", sender._meta.label_lower, **_named(instance), changes=_said(instance, {}, now))
        return
    before = instance.__dict__.pop(_BEFORE, None)
    if before is None:
        return
    written = more.get("update_fields")
    changed = {
        name: value for name, value in now.items() if before[name] != value and _is_written(instance, name, written)
    }
    if changed:
        record("changed", sender._meta.label_lower, **_named(instance), changes=_said(instance, before, changed))


def _is_written(instance: Model, attname: str, written: Iterable[str] | None) -> bool:
    """Whether a save that names its fields names this one."""
    if written is None:
        return True
    return any(
        attname in (field.attname, field.name) for field in instance._meta.concrete_fields if field.name in written
    )


def _deleted(sender: type[Model], instance: Model, **_more: Any) -> None:
    if _is_watched():
        record("removed", sender._meta.label_lower, **_named(instance))


def _set_changed(
    instance: Model, action: str, reverse: bool, model: type[Model], pk_set: set[Any] | None, **_more: Any
) -> None:
    if reverse or action not in ("post_add", "post_remove", "post_clear") or not _is_watched():
        return
    names = sorted(str(each) for each in model._base_manager.filter(pk__in=pk_set or ()))
    said = [[], names] if action == "post_add" else [names, []]
    if names or action == "post_clear":
        record("changed", instance._meta.label_lower, **_named(instance), changes={model._meta.model_name: said})


def _signed_in(user: Any, request: Any = None, **_more: Any) -> None:
    with acting(Actor(user.pk, user.name, "page", _address(request))):
        record("signed_in", "team.agent", object=user.pk, label=user.name)


def _refused(credentials: dict[str, Any], request: Any = None, **_more: Any) -> None:
    """Whoever it was: what was typed is not kept, it may be a password."""
    with acting(Actor(None, "", "page", _address(request))):
        record("refused", "team.agent")


def _address(request: Any) -> str:
    return str(request.META.get("REMOTE_ADDR", "")) if request is not None else ""


def _named(instance: Model) -> dict[str, Any]:
    return {"object": instance.pk, "label": str(instance)}


def _said(instance: Model, before: dict[str, Any], now: dict[str, Any]) -> dict[str, list[Any]]:
    """Old and new of each, without what is secret and without what is empty in both."""
    watch = _watch_of(type(instance))
    told: dict[str, list[Any]] = {}
    for name, value in now.items():
        old = before.get(name)
        if name in watch.hidden:
            if value:
                told[name] = [OTHER if old else "", OTHER]
        elif name in watch.money:
            new = getattr(instance, "currency", "")
            told[name] = [_priced(old, before.get("currency", new)), _priced(value, new)]
        elif old or value or before:
            told[name] = [_plain(_called(type(instance), name, old)), _plain(_called(type(instance), name, value))]
    return told


def _priced(minor: int | None, currency: str) -> str | None:
    """In major units, the same in every language: 219.90 EUR."""
    return f"{Money(minor, currency).amount:f} {currency}" if minor is not None and currency else None


def _called(model: type[Model], name: str, value: Any) -> Any:
    """Another thing by the name it has now: its number would say nothing once it is gone."""
    other = getattr(model._meta.get_field(name), "related_model", None)
    found = other._base_manager.filter(pk=value).first() if other and value is not None else None
    return str(found) if found else value


def _plain(value: Any) -> Any:
    """As JSON holds it, and not too long."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dict | list):
        return value if len(str(value)) <= LONGEST else f"{str(value)[:LONGEST]}…"
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
