"""One person with two records."""

from datetime import timedelta

import pytest

from rapport.backbone.models import Event
from rapport.conversations.models import Conversation, Message
from rapport.customers import actions, merging
from rapport.customers.errors import CannotMerge
from rapport.customers.fields import FIELDS
from rapport.customers.models import Customer, CustomerField, CustomerMerge, Identity, IdentityKind
from rapport.customers.queries import visible_to
from rapport.kit import clock


@pytest.fixture
def twin(db):
    """Kim once more, from a private address, with a phone number."""
    found = actions.meet(kind=IdentityKind.EMAIL, value="kim.park@home.example", name="Kim Park")
    actions.add_identity(found, kind=IdentityKind.PHONE, value="+49 30 1234567", by=None)
    return found


def test_everything_of_the_one_belongs_to_the_other_and_comes_back_when_undone(kim, twin, ada, write):
    ours = write("From work")
    theirs = write("From home", by=twin)
    merged = merging.merge(twin, into=kim, by=ada)
    kim.refresh_from_db()
    assert set(Conversation.objects.filter(customer=kim)) == {ours, theirs}
    assert Message.objects.filter(customer=kim).count() == 2
    assert set(kim.identities.values_list("kind", flat=True)) == {"email", "phone"}
    assert kim.identities.count() == 3
    assert (kim.email, kim.phone) == ("kim@studio.example", "+49301234567")
    assert list(visible_to(ada)) == [kim]
    merging.unmerge(merged, by=ada)
    kim.refresh_from_db()
    assert list(Conversation.objects.filter(customer=kim)) == [ours]
    assert list(Conversation.objects.filter(customer=twin)) == [theirs]
    assert (kim.phone, kim.identities.count(), twin.identities.count()) == ("", 1, 2)
    assert set(visible_to(ada)) == {kim, twin}
    assert [event.name for event in Event.objects.filter(name__startswith="Customers").order_by("id")] == [
        *["CustomersMerged"] * 2,
        *["CustomersUnmerged"] * 2,
    ]


def test_what_came_since_stays_with_whom_it_came_to(kim, twin, ada, write):
    merged = merging.merge(twin, into=kim, by=ada)
    later = write("Later", by=kim)
    merging.unmerge(merged, by=ada)
    assert Conversation.objects.get(pk=later.pk).customer == kim


def test_of_what_a_customer_has_once_each_record_keeps_its_own(kim, twin, ada):
    CustomerField.objects.create(key="size", label="Size", kind="number")
    actions.fill_in(kim, {"size": 40}, by=ada)
    actions.fill_in(twin, {"size": 41}, by=ada)
    merged = merging.merge(twin, into=kim, by=ada)
    assert FIELDS.plainly(Customer.objects.get(pk=kim.pk)) == {"size": 40}
    merging.unmerge(merged, by=ada)
    assert FIELDS.plainly(Customer.objects.get(pk=twin.pk)) == {"size": 41}


def test_nobody_is_merged_with_themselves_or_twice(kim, twin, ada):
    with pytest.raises(CannotMerge, match="Choose another"):
        merging.merge(kim, into=kim, by=ada)
    merged = merging.merge(twin, into=kim, by=ada)
    with pytest.raises(CannotMerge, match="already"):
        merging.merge(twin, into=kim, by=ada)
    merging.unmerge(merged, by=ada)
    with pytest.raises(CannotMerge, match="already"):
        merging.unmerge(merged, by=ada)


def test_after_thirty_days_it_stays(kim, twin, ada):
    merged = merging.merge(twin, into=kim, by=ada)
    CustomerMerge.objects.update(at=clock.now() - timedelta(days=31))
    with pytest.raises(CannotMerge, match="can no longer"):
        merging.unmerge(merged, by=ada)


def test_namesakes_are_suggested_until_somebody_says_that_they_are_two(kim, twin, ada):
    assert [(each.customer, each.because) for each in merging.alike(kim)] == [(twin, "They have the same name.")]
    merging.refuse_likeness(kim, twin, by=ada)
    assert merging.alike(kim) == merging.alike(twin) == []


def test_a_first_name_alone_says_nothing(kim, db):
    first = actions.meet(kind=IdentityKind.EMAIL, value="k@one.example", name="Kim")
    actions.meet(kind=IdentityKind.EMAIL, value="k@two.example", name="Kim")
    assert merging.alike(first) == []


def test_who_gives_an_address_that_somebody_else_has_may_be_that_person(kim, db):
    visitor = actions.meet(kind=IdentityKind.HANDLE, value="chat:1", name="K")
    assert not actions.said_to_be(visitor, kind=IdentityKind.EMAIL, value="kim@studio.example")
    assert [(each.customer, each.because) for each in merging.alike(visitor)] == [
        (kim, "Both gave kim@studio.example.")
    ]
    assert visitor.identities.count() == 1


def test_a_visitor_who_proves_who_they_are_becomes_the_customer_we_know(kim, write):
    visitor = actions.meet(kind=IdentityKind.HANDLE, value="chat:1", name="")
    asked = write("Hello", by=visitor)
    known = actions.also_known_as(visitor, kind=IdentityKind.EMAIL, value="kim@studio.example", verified=True)
    assert known == kim
    assert Conversation.objects.get(pk=asked.pk).customer == kim
    assert Identity.objects.get(value="chat:1").customer == kim


def test_two_whom_we_know_well_are_never_made_one_by_themselves(kim, twin):
    assert actions.also_known_as(twin, kind=IdentityKind.EMAIL, value="kim@studio.example", verified=True) == twin
    assert Customer.objects.filter(merged_into=None).count() == 2
    assert [each.customer for each in merging.alike(twin)] == [kim]
