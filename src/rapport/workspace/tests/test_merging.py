"""Two conversations about one matter are merged on their page, and taken apart again."""

import pytest

from rapport.conversations import actions
from rapport.conversations.models import Conversation, Merge
from rapport.customers.actions import meet
from rapport.customers.models import IdentityKind
from rapport.team.models import Team


@pytest.fixture
def lamp(write):
    return write("The lamp flickers", subject="Lamp flickers")


@pytest.fixture
def again(write, lamp):
    return write("It flickers still", subject="Re: Lamp flickers")


def post(browser, address, **said):
    return browser.post(address, said, headers={"HX-Request": "true"})


def test_the_other_one_is_suggested_where_subjects_are_alike(ada, signed_in, lamp, again, write):
    write("Something else", subject="Invoice for September")
    page = signed_in(ada).get(f"/inbox/{lamp.number}/").content.decode()
    assert f"Perhaps the same matter as No. {again.number}." in page
    choices = signed_in(ada).get(f"/conversations/{lamp.pk}/merge").content.decode()
    assert choices.count("Looks alike") == 1
    assert choices.index(f"No. {again.number}") < choices.index("Invoice for September")


def test_what_comes_of_it_is_said_before(ada, signed_in, lamp, again):
    said = signed_in(ada).get(f"/conversations/{again.pk}/merge?number={lamp.number}").content.decode()
    assert f"<b>No. {again.number}</b> Re: Lamp flickers (1 message) becomes part of <b>No. {lamp.number}</b>" in said
    assert "different customers" not in said
    other = signed_in(ada).get(f"/conversations/{again.pk}/merge?number={lamp.number}&swap=1").content.decode()
    assert f"<b>No. {lamp.number}</b> Lamp flickers (1 message) becomes part of <b>No. {again.number}</b>" in other


def test_another_customer_is_pointed_out(ada, signed_in, lamp, write):
    lee = meet(kind=IdentityKind.EMAIL, value="lee@elsewhere.example", name="Lee Wong")
    theirs = write("Mine too", subject="Lamp", by=lee)
    said = signed_in(ada).get(f"/conversations/{lamp.pk}/merge?number={theirs.number}").content.decode()
    assert "They are of different customers." in said


def test_merged_and_apart_again(ada, signed_in, lamp, again):
    browser = signed_in(ada)
    answer = post(browser, f"/conversations/{again.pk}/merge", number=str(lamp.number))
    assert answer["HX-Redirect"] == f"/inbox/{lamp.number}/"
    page = browser.get(f"/inbox/{lamp.number}/").content.decode()
    assert "It flickers still" in page
    undo = f"/merges/{Merge.objects.get().pk}/undoing"
    assert undo in page
    assert browser.get(f"/inbox/{again.number}/")["Location"] == f"/inbox/{lamp.number}/"
    assert f"/inbox/{again.number}/" not in browser.get("/inbox/rows?view=closed").content.decode()
    assert post(browser, undo)["HX-Redirect"] == f"/inbox/{lamp.number}/"
    assert browser.get(f"/inbox/{again.number}/").status_code == 200
    assert undo not in browser.get(f"/inbox/{lamp.number}/").content.decode()


@pytest.mark.parametrize("number", ["", "0", "999999", "x", "99999999999"])
def test_a_number_that_is_none_is_one_sentence(ada, signed_in, lamp, number):
    answer = post(signed_in(ada), f"/conversations/{lamp.pk}/merge", number=number)
    assert answer.status_code == 422
    assert answer.content.decode() == "There is no conversation with this number."


def test_what_ada_cannot_see_is_neither_merged_nor_taken_apart(ada, omar, signed_in, lamp, again):
    billing = Team.objects.create(name="Billing")
    Conversation.objects.filter(pk=again.pk).update(team=billing)
    browser = signed_in(ada)
    assert post(browser, f"/conversations/{lamp.pk}/merge", number=str(again.number)).status_code == 422
    merged = actions.merge(again, into=lamp, by=omar)
    assert post(browser, f"/merges/{merged.pk}/undoing").status_code == 404
