"""Every room says what it keeps of people: no table and no column about a customer is forgotten when one is erased."""

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from rapport.backbone.personal_data import ByAddress, ByPlace, DeclaredTwice, declare, declared
from rapport.customers.models import Customer

WORDS = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.GenericIPAddressField)
# Columns that may hold who somebody is, in tables that no foreign key leads from to a customer.
TELLING = {"address", "email", "phone", "number", "ip", "author_address", "author_name"}
# Whose such columns are not a customer's, and whose they are.
OTHERS = {
    "team.Agent": "who works here",
    "team.Invitation": "who is to work here",
    "channels.Channel": "an address of our own",
    "routing.Calendar": "no address",
    "sales.SalesSettings": "our own, on quotes",
}


def ours():
    return [model for model in apps.get_models() if model.__module__.startswith("rapport.")]


def leads_to_a_customer(model, seen=frozenset()):
    """Whether some path of foreign keys does."""
    if model is Customer:
        return True
    return any(
        field.related_model not in seen and leads_to_a_customer(field.related_model, seen | {model})
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model in ours() and field.related_model is not model
    )


def about_customers():
    return [model for model in ours() if leads_to_a_customer(model)]


def words_of(model):
    return {field.name for field in model._meta.concrete_fields if isinstance(field, WORDS)}


@pytest.mark.parametrize("model", about_customers(), ids=lambda model: model._meta.label)
def test_whatever_belongs_to_a_customer_is_declared_with_every_word_of_it(model):
    room, label = model._meta.app_label, model._meta.label
    kept = declared().get(label)
    assert kept is not None, f"{label} belongs to a customer: declare it in rapport/{room}/personal_data.py"
    untold = words_of(model) - set(kept.fields) - kept.plain
    assert not untold, f"{label}: say in `fields` what {sorted(untold)} tell of them, or in `plain` that they do not"


@pytest.mark.parametrize("model", ours(), ids=lambda model: model._meta.label)
def test_no_address_lies_where_nobody_looks(model):
    label = model._meta.label
    telling = {name for name in words_of(model) if name in TELLING}
    assert not telling or label in declared() or label in OTHERS, f"{label}: whose are {sorted(telling)}?"


@pytest.mark.parametrize("kept", declared().values(), ids=lambda kept: kept.label)
def test_what_is_declared_is_there(kept):
    for name in (*kept.fields, *kept.plain):
        kept.model._meta.get_field(name)
    assert not set(kept.fields) & kept.plain
    for subject in kept.subjects:
        path = subject.column if isinstance(subject, ByAddress | ByPlace) else subject
        where = kept.model
        for name in filter(None, path.split("__")):
            try:
                where = where._meta.get_field(name).related_model or where
            except FieldDoesNotExist:
                pytest.fail(f"{kept.label}: {path} leads nowhere")
        if isinstance(subject, str):
            assert where is Customer, f"{kept.label}: {path} leads to {where.__name__}"


def test_nothing_is_declared_twice():
    with pytest.raises(DeclaredTwice):
        declare(Customer, subject="", erase="delete")


@pytest.mark.django_db
def test_the_rows_of_one_customer_are_found_and_those_of_others_are_not(kim, write, ada):
    from rapport.customers.actions import meet
    from rapport.customers.models import IdentityKind

    lee = meet(kind=IdentityKind.EMAIL, value="lee@a.example", name="Lee", verified=True)
    hers, his = write("Mine"), write("His", by=lee)
    found = {}
    for kept in declared().values():
        places = {f"customer:{kim.pk}", f"conversation:{hers.pk}"}
        wanted = kept.of([kim.pk], known_by={"kim@studio.example"}, places=places)
        found[kept.label] = list(kept.model._base_manager.filter(wanted).values_list("pk", flat=True))
    assert found["customers.Customer"] == [kim.pk]
    assert found["conversations.Conversation"] == [hers.pk]
    assert found["conversations.Message"] == [hers.messages.get().pk]
    assert his.pk not in found["conversations.Conversation"]
    assert found["backbone.Event"], "the log names her"


def test_what_is_made_to_say_nothing_keeps_its_shape():
    assert declared()["surveys.Rating"].emptied() == {"comment": ""}
    assert declared()["backbone.Event"].emptied() == {"payload": {}}
    assert declared()["customers.ConsentRecord"].reason.startswith("It proves")
