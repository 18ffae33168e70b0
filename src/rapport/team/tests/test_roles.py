import pytest

from rapport.team import actions, queries
from rapport.team.errors import NotYours
from rapport.team.models import Agent, CustomRole, Invitation, Team
from rapport.team.roles import may_grant
from rapport.team.types import Permission, Visibility

FREELANCER = {"name": "Freelancer", "visibility": "own", "permissions": ["reply"]}


@pytest.fixture
def freelancer(noor):
    return actions.create_role(name="Freelancer", visibility=Visibility.OWN, permissions=[Permission.REPLY], by=noor)


@pytest.fixture
def tove(freelancer, noor, ada):
    actions.change_role(ada, to=freelancer, by=noor)
    return Agent.objects.get(pk=ada.pk)


def test_a_person_with_a_role_of_the_companys_own_may_what_it_says(tove):
    assert (tove.may(Permission.READ), tove.may(Permission.REPLY)) == (True, True)
    assert not tove.may(Permission.SEE_FEEDBACK)
    assert (tove.role, tove.role_name, tove.visibility) == ("viewer", "Freelancer", Visibility.OWN)
    assert tove in queries.agents_who_may(Permission.REPLY)
    assert tove in queries.agents_who_may(Permission.READ)
    assert tove not in queries.agents_who_may(Permission.SEE_FEEDBACK)


def test_asking_what_they_may_costs_nothing_however_they_were_found(tove, client, django_assert_num_queries):
    secret = actions.create_token(tove)
    client.force_login(tove)
    found = [
        Agent.objects.get(pk=tove.pk),
        actions.token_for(secret)[0],
        client.get("/settings/profile/").wsgi_request.user,
    ]
    with django_assert_num_queries(0):
        assert all(agent.may(Permission.REPLY) and not agent.may(Permission.DELETE) for agent in found)


def test_a_change_of_the_role_counts_from_the_next_page(tove, freelancer, noor, client):
    client.force_login(tove)
    assert client.get("/settings/people/").status_code == 403
    actions.change_own_role(
        freelancer, name="Freelancer", visibility=Visibility.ALL, permissions=[Permission.MANAGE_TEAM], by=noor
    )
    assert client.get("/settings/people/").status_code == 200
    assert Agent.objects.get(pk=tove.pk).visibility == Visibility.ALL


def test_nobody_gives_more_than_they_have(noor, mia, tove, freelancer, omar):
    helper = actions.create_role(
        name="Desk", visibility=Visibility.OWN, permissions=[Permission.REPLY, Permission.MANAGE_TEAM], by=noor
    )
    actions.change_role(tove, to=helper, by=noor)
    tove = Agent.objects.get(pk=tove.pk)
    assert may_grant(tove, freelancer)
    assert not may_grant(tove, "agent")
    assert not may_grant(tove, "viewer")
    assert may_grant(noor, helper)
    assert may_grant(noor, "admin")
    assert not may_grant(noor, "owner")
    for wanted in ({"visibility": Visibility.TEAMS}, {"permissions": [Permission.DELETE]}):
        with pytest.raises(NotYours):
            actions.create_role(**{"name": "More", "visibility": "own", "permissions": []} | wanted, by=tove)
    with pytest.raises(NotYours):
        actions.change_role(tove, to="admin", by=tove)
    with pytest.raises(NotYours):
        actions.change_role(omar, to=freelancer, by=tove)
    with pytest.raises(NotYours):
        actions.invite(role="agent", by=tove)
    with pytest.raises(NotYours):
        actions.deactivate(mia, by=tove)
    with pytest.raises(NotYours):
        actions.create_role(name="More", visibility=Visibility.OWN, permissions=[], by=omar)


def test_owners_are_made_by_no_role_of_the_companys_own(mia):
    made = actions.create_role(name="Boss", visibility=Visibility.ALL, permissions=list(Permission), by=mia)
    assert Permission.MANAGE_OWNERS not in made.granted
    made.words += "manage_owners "
    made.save()
    assert Permission.MANAGE_OWNERS not in CustomRole.objects.get().granted


def test_a_role_that_does_all_an_agent_does_is_an_agents_to_scripts(noor, ada):
    rights = [Permission.REPLY, Permission.SEE_FEEDBACK, Permission.MANAGE_ROUTING]
    made = actions.create_role(name="Planner", visibility=Visibility.TEAMS, permissions=rights, by=noor)
    actions.change_role(ada, to=made, by=noor)
    assert Agent.objects.get(pk=ada.pk).role == "agent"
    actions.change_own_role(made, name="Planner", visibility=Visibility.TEAMS, permissions=[], by=noor)
    assert Agent.objects.get(pk=ada.pk).role == "viewer"


def test_who_had_a_deleted_role_has_the_one_that_was_chosen(tove, freelancer, noor):
    actions.invite(role=freelancer, by=noor)
    assert actions.delete_role(freelancer, fallback="agent", by=noor) == 1
    assert Agent.objects.get(pk=tove.pk).may(Permission.SEE_FEEDBACK)
    assert [(each.role, each.custom_role) for each in Invitation.objects.all()] == [("agent", None)]
    assert not CustomRole.objects.exists()


def test_an_invitation_brings_role_and_teams(noor, freelancer):
    repairs = Team.objects.create(name="Repairs")
    invitation, _secret = actions.invite(role=freelancer, teams=[repairs], by=noor)
    joined = actions.accept(invitation, name="Tove", email="tove@lampwright.example", password="a quiet evening")
    assert (joined.custom_role, list(joined.teams.all())) == (freelancer, [repairs])


def test_noor_makes_changes_gives_and_deletes_a_role_on_the_pages(client, noor, ada):
    client.force_login(noor)
    assert client.post("/settings/roles/", FREELANCER).status_code == 302
    role = CustomRole.objects.get()
    page = client.get("/settings/roles/").content.decode()
    assert "Freelancer" in page
    assert "Answer customers and change conversations" in page
    client.post(f"/settings/people/{ada.pk}/role", {"role": f"own-{role.pk}"})
    assert "Ada Lindqvist" in client.get(f"/settings/roles/{role.pk}/").content.decode()
    assert "concern 1 person" in client.get(f"/settings/roles/{role.pk}/").content.decode()
    client.post(f"/settings/roles/{role.pk}/", {**FREELANCER, "name": "Helper", "permissions": []})
    assert not Agent.objects.get(pk=ada.pk).may(Permission.REPLY)
    assert f'value="own-{role.pk}" selected' in client.get("/settings/people/").content.decode()
    client.post(f"/settings/roles/{role.pk}/deletion", {"fallback": "viewer"})
    assert Agent.objects.get(pk=ada.pk).role_name == "Viewer"


@pytest.mark.parametrize(
    "wrong", [{"name": "Owner"}, {"name": "freelancer"}, {"visibility": "moon"}, {"permissions": ["manage_owners"]}]
)
def test_a_role_that_makes_no_sense_is_not_made(client, noor, freelancer, wrong):
    client.force_login(noor)
    assert client.post("/settings/roles/", {**FREELANCER, "name": "Other", **wrong}).status_code == 422
    assert CustomRole.objects.count() == 1


def test_the_pages_cost_the_same_with_more_people_and_roles(
    client, noor, tove, freelancer, django_assert_max_num_queries
):
    client.force_login(noor)
    for page in ("/settings/roles/", f"/settings/roles/{freelancer.pk}/", "/settings/people/"):
        client.get(page)
        with django_assert_max_num_queries(40) as first:
            client.get(page)
        for number in range(3):
            name = f"{page} {number}"
            role = CustomRole.objects.create(name=name)
            person = Agent.objects.create_user(
                f"{abs(hash(name))}@x.example", name=name, role="viewer", custom_role=role
            )
            Team.objects.create(name=name).members.add(person)
            actions.invite(role=role, by=noor)
        with django_assert_max_num_queries(len(first)):
            client.get(page)
