from rapport.team import actions
from rapport.team.models import Team
from rapport.team.types import Permission, Visibility


def test_a_script_reads_who_works_here_and_what_their_roles_may(client, noor, ada, django_assert_max_num_queries):
    rights = [Permission.REPLY, Permission.SEE_FEEDBACK]
    own = actions.create_role(name="Freelancer", visibility=Visibility.OWN, permissions=rights, by=noor)
    actions.change_role(ada, to=own, by=noor)
    Team.objects.create(name="Repairs").members.add(ada)
    client.force_login(ada)
    with django_assert_max_num_queries(10):
        people = {each["id"]: each for each in client.get("/api/v1/people").json()["items"]}
    assert people[ada.pk]["role"] == "agent"
    assert people[ada.pk]["custom_role"] == {"id": own.pk, "name": "Freelancer"}
    assert [team["name"] for team in people[ada.pk]["teams"]] == ["Repairs"]
    assert (people[noor.pk]["role"], people[noor.pk]["custom_role"]) == ("admin", None)
    roles = {each["name"]: each for each in client.get("/api/v1/roles").json()}
    assert (roles["Freelancer"]["sees"], roles["agent"]["sees"], roles["lead"]["sees"]) == ("own", "teams", "all")
    assert roles["Freelancer"]["permissions"] == ["read", "reply", "see_feedback"]
    assert client.post("/api/v1/roles").status_code == 405
