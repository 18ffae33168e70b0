"""Saved views: who has them and who may change them. Links: what two conversations are to each other."""

import pytest

from rapport.backbone.models import Event
from rapport.conversations import actions
from rapport.conversations.actions.viewing import CannotSave
from rapport.conversations.filtering import FilterError
from rapport.conversations.linked import linked_with
from rapport.conversations.models import Link
from rapport.conversations.saved import views_of

URGENT = {"version": 1, "match": "all", "conditions": [{"field": "priority", "op": "is", "value": ["urgent"]}]}


@pytest.fixture
def save():
    def saved(by, name="Urgent", **said):
        return actions.save_view(None, by=by, name=name, filter=URGENT, **said)

    return saved


def names(agent):
    return [view.name for view in views_of(agent)]


def test_a_view_is_seen_by_its_maker_its_team_or_everyone(ada, omar, noor, engineers, save):
    engineers.members.add(ada)
    save(ada, "Mine")
    save(ada, "Ours", audience="team", team=engineers)
    save(omar, "All", audience="everyone")
    assert names(ada) == ["Mine", "Ours", "All"]
    assert names(noor) == ["All"]
    engineers.members.add(noor)
    assert names(noor) == ["Ours", "All"]


def test_everyones_view_is_made_by_those_who_see_everything(ada, omar, viewer, engineers, save):
    for who, said in ((ada, {"audience": "everyone"}), (viewer, {"audience": "team", "team": engineers})):
        with pytest.raises(CannotSave):
            save(who, **said)
    with pytest.raises(CannotSave, match="one of your teams"):
        save(ada, audience="team", team=engineers)
    assert save(omar, audience="everyone").pk
    assert save(viewer).pk


def test_a_shared_view_is_changed_by_its_maker_and_by_leads(ada, omar, engineers, save):
    engineers.members.add(ada)
    ours, hers = save(ada, audience="team", team=engineers), save(ada)
    actions.save_view(ours, by=omar, name="Very urgent", filter=URGENT, audience="team", team=engineers)
    assert names(ada) == ["Very urgent", "Urgent"]
    for change in (
        lambda: actions.save_view(hers, by=omar, name="x", filter=URGENT),
        lambda: actions.remove_view(hers, by=omar),
        lambda: actions.place_view(hers, after=None, by=omar),
    ):
        with pytest.raises(CannotSave):
            change()


def test_a_removed_view_comes_back_where_it_was(ada, save):
    first, second, third = (save(ada, name) for name in ("First", "Second", "Third"))
    actions.place_view(third, after=first, by=ada)
    assert names(ada) == ["First", "Third", "Second"]
    actions.place_view(second, after=None, by=ada)
    assert names(ada) == ["Second", "First", "Third"]
    actions.remove_view(first, by=ada)
    assert names(ada) == ["Second", "Third"]
    actions.bring_view_back(first, by=ada)
    assert names(ada) == ["Second", "First", "Third"]


def test_a_view_keeps_only_what_is_known(ada, save):
    view = save(ada, " Urgent  ones ", columns=["tags", "field.gone", "tags"], sort="sideways")
    assert (view.name, view.columns, view.sort, view.filter) == ("Urgent ones", ["tags"], "newest", URGENT)
    with pytest.raises(CannotSave):
        save(ada, " ")
    with pytest.raises(FilterError):
        actions.save_view(view, by=ada, name="x", filter={"conditions": [{"field": "shoe"}]})


def test_two_conversations_are_linked_in_one_way_at_a_time(ada, write):
    one, other = write(), write()
    actions.link(one, to=other, by=ada)
    actions.link(other, to=one, kind="duplicate", by=ada)
    actions.link(other, to=one, kind="duplicate", by=ada)
    assert Link.objects.count() == 1
    assert [(it.other, it.words) for it in linked_with(one, viewer=ada)] == [(other, "Has the duplicate")]
    assert [(it.other, it.words) for it in linked_with(other, viewer=ada)] == [(one, "Duplicate of")]
    actions.unlink(one, other=other, by=ada)
    assert linked_with(one, viewer=ada) == []
    told = Event.objects.filter(name__in=["ConversationLinked", "ConversationUnlinked"])
    assert told.count() == 6


def test_a_link_to_itself_or_of_no_kind_is_refused(ada, write):
    one, other = write(), write()
    for wrong in ({"to": one}, {"to": other, "kind": "twin"}):
        with pytest.raises(ValueError, match=r"\."):
            actions.link(one, by=ada, **wrong)


def test_a_link_never_shows_what_its_reader_may_not_see(ada, omar, write, engineers):
    one, other = write(), write()
    actions.link(one, to=other, by=omar)
    actions.assign(other, to=None, team=engineers, by=omar)
    assert linked_with(one, viewer=ada) == []
    assert len(linked_with(one, viewer=omar)) == 1
