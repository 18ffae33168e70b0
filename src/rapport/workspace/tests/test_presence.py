"""A tab says which conversation it shows; only those who may see that one hear of it."""

import pytest

from rapport.conversations import actions
from rapport.team import presence
from rapport.team.models import Presence, Team

pytestmark = pytest.mark.django_db
TAB = "5f2c5f2c"


def test_a_tab_comes_writes_and_goes(ada, signed_in, write):
    browser, lamp = signed_in(ada), write()
    assert browser.post("/presence", {"tab": TAB, "conversation": lamp.pk}).status_code == 204
    row = Presence.objects.get()
    assert (row.agent, row.place, row.audience, row.is_writing) == (ada, f"conversation:{lamp.pk}", "shared", False)
    browser.post("/presence", {"tab": TAB, "conversation": lamp.pk, "writing": "1"})
    assert Presence.objects.get().is_writing
    browser.post("/presence", {"tab": TAB, "conversation": ""})
    assert not Presence.objects.exists()


def test_nobody_is_seen_at_what_they_may_not_see(ada, omar, signed_in, write):
    lamp, crew = write(), Team.objects.create(name="Engineering")
    browser = signed_in(ada)
    browser.post("/presence", {"tab": TAB, "conversation": lamp.pk})
    signed_in(omar).post("/presence", {"tab": TAB, "conversation": lamp.pk})
    actions.assign(lamp, to=None, team=crew, by=omar)
    assert {row.audience for row in Presence.objects.all()} == {f"see_everything team:{crew.pk}"}
    browser.post("/presence", {"tab": TAB, "conversation": lamp.pk})
    assert presence.looking_at(f"conversation:{lamp.pk}") == {omar.pk}


def test_a_viewer_looks_but_never_writes(viewer, signed_in, write):
    signed_in(viewer).post("/presence", {"tab": TAB, "conversation": write().pk, "writing": "1"})
    assert not Presence.objects.get().is_writing


@pytest.mark.parametrize("tab", ["", "x", "0" * 40, "<script>"])
def test_a_tab_has_a_word_of_its_own(ada, signed_in, write, tab):
    assert signed_in(ada).post("/presence", {"tab": tab, "conversation": write().pk}).status_code == 400
