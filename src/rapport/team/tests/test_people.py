"""Roles, leaving and coming back, preferences and teams."""

import threading
from itertools import pairwise

import pytest
from django.db import connections

from rapport.backbone.models import Event
from rapport.team import actions
from rapport.team.errors import LastOwner, NotYours
from rapport.team.models import Agent, Team
from rapport.team.types import PERMISSIONS, Permission, Role


def test_every_role_may_do_at_least_what_the_role_below_may():
    order = [Role.VIEWER, Role.AGENT, Role.LEAD, Role.ADMIN, Role.OWNER]
    for lower, higher in pairwise(order):
        assert PERMISSIONS[lower] <= PERMISSIONS[higher]
    assert Permission.REPLY not in PERMISSIONS[Role.VIEWER]


def test_noor_makes_ada_a_lead(noor, ada):
    actions.change_role(ada, to="lead", by=noor)
    ada.refresh_from_db()
    assert ada.role == "lead"
    assert Event.objects.get(name="AgentChanged").payload == {"agent": ada.id, "by": noor.id}


def test_only_owners_make_and_unmake_owners(noor, ada, mia):
    with pytest.raises(NotYours):
        actions.change_role(ada, to="owner", by=noor)
    with pytest.raises(NotYours):
        actions.change_role(mia, to="agent", by=noor)
    with pytest.raises(NotYours):
        actions.deactivate(mia, by=noor)
    actions.change_role(ada, to="owner", by=mia)
    ada.refresh_from_db()
    assert ada.role == "owner"


def test_ada_cannot_promote_herself(ada, omar):
    for who in (ada, omar):
        with pytest.raises(NotYours):
            actions.change_role(who, to="admin", by=who)


def test_the_last_owner_stays(mia, noor):
    with pytest.raises(LastOwner):
        actions.change_role(mia, to="admin", by=mia)
    actions.change_role(noor, to="owner", by=mia)
    actions.change_role(mia, to="admin", by=mia)
    noor.refresh_from_db()
    with pytest.raises(NotYours):
        actions.deactivate(noor, by=noor)


def test_a_deactivated_owner_does_not_count(mia, noor):
    actions.change_role(noor, to="owner", by=mia)
    actions.deactivate(noor, by=mia)
    with pytest.raises(LastOwner):
        actions.change_role(mia, to="agent", by=mia)


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_demote_each_other_at_once_leave_one():
    owners = [
        Agent.objects.create_user(f"{name}@lampwright.example", "a quiet evening", name=name, role="owner")
        for name in ("mia", "noor")
    ]
    gate, refused = threading.Barrier(2), []

    def demote(agent, by):
        try:
            gate.wait(10)
            actions.change_role(agent, to="agent", by=by)
        except (LastOwner, NotYours):
            refused.append(agent.pk)
        finally:
            connections.close_all()

    pairs = [(owners[0], owners[1]), (owners[1], owners[0])]
    threads = [threading.Thread(target=demote, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert Agent.objects.filter(role="owner").count() == 1
    assert len(refused) == 1


def test_who_leaves_loses_tokens_and_what_they_may_do(noor, ada):
    plain = actions.create_token(ada, scope="write")
    actions.deactivate(ada, by=noor)
    ada.refresh_from_db()
    assert not ada.is_active
    assert not ada.may(Permission.READ)
    assert actions.token_for(plain) is None
    assert Event.objects.get(name="AgentDeactivated").payload == {"agent": ada.id, "by": noor.id, "handover": None}


def test_who_comes_back_needs_new_tokens(noor, ada):
    plain = actions.create_token(ada)
    actions.deactivate(ada, by=noor)
    actions.deactivate(ada, by=noor)
    actions.reactivate(ada, by=noor)
    ada.refresh_from_db()
    assert ada.may(Permission.REPLY)
    assert actions.token_for(plain) is None
    assert Event.objects.filter(name="AgentDeactivated").count() == 1
    assert Event.objects.filter(name="AgentReactivated").count() == 1


def test_nobody_deactivates_themselves(noor):
    with pytest.raises(NotYours):
        actions.deactivate(noor, by=noor)


def test_preferences_are_saved_and_a_new_name_is_announced(ada):
    actions.prefer(ada, theme="dark", undo_seconds=20)
    assert not Event.objects.filter(name="AgentChanged").exists()
    actions.prefer(ada, name="Ada L.")
    ada.refresh_from_db()
    assert (ada.theme, ada.undo_seconds, ada.name) == ("dark", 20, "Ada L.")
    assert Event.objects.filter(name="AgentChanged", subject=f"agent:{ada.id}").exists()


def test_a_role_is_not_a_preference(ada):
    with pytest.raises(TypeError):
        actions.prefer(ada, role="owner")
    ada.refresh_from_db()
    assert ada.role == "agent"


def test_teams_have_members(noor, ada, omar):
    team = actions.create_team(name=" Returns ", members=[ada], by=noor)
    assert (team.name, list(team.members.all())) == ("Returns", [ada])
    actions.change_team(team, name="Returns and repairs", members=[omar], by=noor)
    assert Team.objects.get().name == "Returns and repairs"
    assert list(team.members.all()) == [omar]
    assert Event.objects.filter(name="TeamChanged", subject=f"team:{team.id}").count() == 2
