"""Who sees what: lists, search, live news and notifications say the same."""

import pytest

from rapport.backbone.live.tailing import item_of
from rapport.backbone.models import Event
from rapport.conversations import actions
from rapport.conversations.actions.mentioning import who_sees
from rapport.conversations.actions.telling import audience
from rapport.conversations.queries import visible_to
from rapport.conversations.tests.found import messages_found
from rapport.kit import clock
from rapport.team.live import words_of
from rapport.team.models import Agent, CustomRole, Presence, Team
from rapport.team.types import Visibility


@pytest.fixture
def tove(db):
    """She answers what is hers, and sees nothing else."""
    role = CustomRole.objects.create(name="Freelancer", words=" read reply ", visibility=Visibility.OWN)
    return Agent.objects.create_user("tove@lampwright.example", name="Tove", role="viewer", custom_role=role)


@pytest.fixture
def everybody(ada, omar, noor, viewer, tove, engineers):
    """One of each role, and of some a second in the team of engineers."""
    everything = CustomRole.objects.create(name="Auditor", words=" read see_everything ", visibility=Visibility.ALL)
    middle = CustomRole.objects.create(name="Helper", words=" read reply ", visibility=Visibility.TEAMS)
    made = [
        Agent.objects.create_user(f"{number}@lampwright.example", name=str(number), role="viewer", custom_role=role)
        for number, role in enumerate([everything, middle, middle, tove.custom_role])
    ]
    engineer = Agent.objects.create_user("e@lampwright.example", name="Erik", role="agent")
    gone = Agent.objects.create_user("gone@lampwright.example", name="Gone", role="owner", deactivated_at=clock.now())
    engineers.members.set([made[2], made[3], engineer])
    owner = Agent.objects.create_user("o@lampwright.example", name="Owner", role="owner")
    people = [ada, omar, noor, viewer, tove, *made, engineer, gone, owner]
    return list(Agent.objects.filter(pk__in=[each.pk for each in people]))


def test_lists_search_live_and_mentions_agree_for_everybody(write, everybody, tove, ada, omar, engineers):
    other = Team.objects.create(name="Trade")
    for team in (None, engineers, other):
        for whose in (None, tove, ada, everybody[-3]):
            conversation = write("The zeppelin hums.")
            actions.assign(conversation, to=whose, team=team, by=omar, to_everyone=team is None)
    seen = {each.pk: set(visible_to(each)) for each in everybody}
    for conversation in set().union(*seen.values()):
        words = set(audience(conversation))
        sees = {each.pk for each in everybody if conversation in seen[each.pk]}
        assert {each.pk for each in everybody if each.is_active and words & words_of(each)} == sees
        assert {each.pk for each in who_sees(conversation, everybody)} == sees
    for each in everybody:
        assert {message.conversation for message in messages_found(each, "zeppelin")} == seen[each.pk]
    assert len(seen[tove.pk]) == 3
    assert len(seen[omar.pk]) == 12
    assert len(seen[ada.pk]) == 6


def test_tove_sees_only_what_is_hers_and_neither_following_nor_a_mention_shows_more(write, tove, ada, omar):
    hers, other = write("Hers hums."), write("Another hums.")
    actions.assign(hers, to=tove, by=omar)
    actions.follow(other, by=tove)
    actions.write_note(other, text="@Tove look", by=ada)
    assert list(visible_to(tove)) == [hers]
    assert {message.conversation for message in messages_found(tove, "hums")} == {hers}
    assert not tove.notifications.exclude(kind="assigned").exists()


def test_tove_hears_that_hers_went_to_ada_and_nothing_after(write, tove, ada, omar):
    hers = write()
    actions.assign(hers, to=tove, by=omar)
    actions.assign(hers, to=ada, by=omar)
    actions.prioritise(hers, priority=4, by=omar)
    actions.write_note(hers, text="Secret", by=omar)
    words = words_of(tove)
    heard = [row.name for row in Event.objects.order_by("pk") if words & set(item_of(row, resume_at=1).words)]
    assert [name for name in heard if name != "Notified"][-2:] == ["ConversationAssigned", "ConversationAssigned"]
    assert list(visible_to(tove)) == []


def test_who_looks_at_it_is_told_to_those_who_see_it_only(client, write, tove, ada, omar):
    hers, other = write(), write()
    actions.assign(hers, to=tove, by=omar)
    client.force_login(tove)
    for conversation in (hers, other):
        said = {"tab": f"0123456{conversation.pk:05}", "conversation": conversation.pk}
        assert client.post("/presence", said).status_code == 204
    assert [row.place for row in Presence.objects.all()] == [f"conversation:{hers.pk}"]
    actions.assign(hers, to=ada, by=omar)
    assert f"agent:{tove.pk}" not in Presence.objects.get().audience.split()


def test_only_mine_costs_no_query_more(client, write, tove, ada, omar, django_assert_max_num_queries):
    actions.assign(write(), to=tove, by=omar)
    counts = []
    for agent in (ada, tove):
        client.force_login(agent)
        client.get("/inbox/")
        with django_assert_max_num_queries(60) as asked:
            assert client.get("/inbox/").status_code == 200
        counts.append(len(asked))
    assert counts[1] <= counts[0]
