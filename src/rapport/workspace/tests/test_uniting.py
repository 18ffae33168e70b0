"""Making one customer of two, as an agent does it on the customer's page."""

import pytest

from rapport.customers import actions
from rapport.customers.models import Customer, CustomerMerge, IdentityKind


@pytest.fixture
def twin(db):
    return actions.meet(kind=IdentityKind.EMAIL, value="kim.park@home.example", name="Kim Park")


def test_the_page_suggests_a_namesake_and_ada_merges_and_takes_it_back(signed_in, ada, kim, twin, write):
    write("From home", by=twin)
    browser = signed_in(ada)
    page = browser.get(f"/customers/{kim.pk}/").content.decode()
    assert "Perhaps the same person" in page
    preview = browser.get(f"/customers/{kim.pk}/merge", {"other": twin.pk, "swap": "1"}).content.decode()
    assert "kim.park@home.example" in preview
    assert Customer.objects.filter(merged_into=None).count() == 2, "looking changes nothing"
    done = browser.post(f"/customers/{kim.pk}/merge", {"other": twin.pk, "swap": "1"}, follow=True)
    assert done.redirect_chain == [(f"/customers/{kim.pk}/", 302)]
    shown = done.content.decode()
    assert "kim.park@home.example" in shown
    assert "Merged" in shown
    assert browser.get(f"/customers/{twin.pk}/").headers["Location"] == f"/customers/{kim.pk}/"
    undone = browser.post(f"/customer-merges/{CustomerMerge.objects.get().pk}/undoing", follow=True).content.decode()
    assert "a customer of their own again" in undone
    assert "Perhaps the same person" not in undone, "Ada has decided"


def test_ada_finds_another_by_name_and_chooses_who_stays(signed_in, ada, kim, db):
    lee = actions.meet(kind=IdentityKind.EMAIL, value="lee@studio.example", name="Lee Chen")
    browser = signed_in(ada)
    found = browser.get(f"/customers/{kim.pk}/merge", {"q": "lee"}).content.decode()
    assert f"?other={lee.pk}" in found
    assert "Nobody is found" in browser.get(f"/customers/{kim.pk}/merge", {"q": "zeppelin"}).content.decode()
    browser.post(f"/customers/{kim.pk}/merge", {"other": lee.pk})
    assert Customer.objects.get(pk=kim.pk).merged_into == lee


def test_two_who_are_not_the_same_are_not_suggested_again(signed_in, ada, kim, twin):
    browser = signed_in(ada)
    shown = browser.post(f"/customers/{kim.pk}/apart", {"other": twin.pk}, follow=True).content.decode()
    assert "Perhaps the same person" not in shown


def test_what_cannot_be_is_said_in_a_sentence(signed_in, ada, kim):
    shown = signed_in(ada).post(f"/customers/{kim.pk}/merge", {"other": kim.pk}, follow=True).content.decode()
    assert "Choose another one." in shown
