"""Ada leaves: what she had goes where Noor says, once, and says why."""

from datetime import timedelta

import pytest

from rapport.automation.models import Rule
from rapport.backbone.jobs import run_pending
from rapport.backbone.models import Event
from rapport.conversations import actions
from rapport.conversations.actions import handing_over
from rapport.conversations.models import Conversation
from rapport.kit import clock
from rapport.team import actions as team_actions
from rapport.team.models import Agent, Handover
from rapport.workspace.queries.happenings import lines


@pytest.fixture
def hers(write, ada, omar):
    """Three open, one snoozed and one closed."""
    made = [write(f"Number {number}") for number in range(5)]
    for conversation in made:
        actions.assign(conversation, to=ada, by=omar)
    actions.snooze(made[3], until=clock.now() + timedelta(days=3), by=ada)
    actions.close(made[4], by=ada)
    return made


def whose(conversations):
    rows = Conversation.objects.select_related("assignee", "team").in_bulk([each.pk for each in conversations])
    return [(rows[each.pk].assignee, rows[each.pk].team) for each in conversations]


def leave(client, noor, ada, **chosen):
    client.force_login(noor)
    answer = client.post(f"/settings/people/{ada.pk}/deactivation", chosen)
    run_pending(strict=True)
    return answer


def test_noor_sees_what_ada_has_before_she_deactivates_her(client, hers, noor, ada, engineers):
    actions.keep_draft(hers[0], by=ada, text="Dear Kim")
    engineers.members.add(ada)
    Rule.objects.create(name="Lamps", trigger="arrived", steps=[{"do": "assign", "value": str(ada.pk)}], owner=noor)
    client.force_login(noor)
    page = client.get(f"/settings/people/{ada.pk}/deactivation").content.decode()
    for said in ("3 open conversations", "1 snoozed conversation", "1 draft, ", "1 rule that assigns", "Engineering"):
        assert said in page


def test_to_a_person(client, hers, noor, ada, omar):
    assert leave(client, noor, ada, way="person", heir=omar.pk).status_code == 302
    assert whose(hers) == [(omar, None)] * 4 + [(ada, None)]
    handover = Handover.objects.get()
    assert (handover.done, handover.total, handover.ended_at is not None) == (4, 4, True)
    told = Event.objects.filter(name="ConversationAssigned", subject=f"conversation:{hers[0].pk}")
    last = lines(told, hers[0], noor)[-1].text
    assert last == "<b>You</b> assigned this to <b>Omar Haddad</b>, because Ada Lindqvist no longer works here"


def test_to_a_team(client, hers, noor, ada, engineers):
    leave(client, noor, ada, way="team", team=engineers.pk)
    assert whose(hers) == [(None, engineers)] * 4 + [(ada, None)]


def test_to_nobody(client, hers, noor, ada, omar, engineers):
    actions.assign(hers[1], to=ada, team=engineers, by=omar)
    leave(client, noor, ada, way="nobody")
    assert whose(hers) == [(None, None), (None, engineers), (None, None), (None, None), (ada, None)]


def test_nothing_happens_before_noor_has_chosen(client, hers, noor, ada):
    for wrong in ({}, {"way": "person"}, {"way": "person", "heir": ada.pk}, {"way": "team"}, {"way": "moon"}):
        assert leave(client, noor, ada, **wrong).status_code == 422
    assert Agent.objects.get(pk=ada.pk).is_active
    assert whose(hers)[0] == (ada, None)


def test_sessions_and_tokens_end_at_once(client, django_user_model, hers, noor, ada):
    browser = type(client)()
    browser.force_login(ada)
    token = team_actions.create_token(ada)
    script = {"headers": {"Authorization": f"Bearer {token}"}}
    assert (browser.get("/inbox/").status_code, client.get("/api/v1/conversations", **script).status_code) == (200, 200)
    leave(client, noor, ada, way="nobody")
    assert browser.get("/inbox/").status_code == 302
    assert type(client)().get("/api/v1/conversations", **script).status_code == 401


def test_a_killed_job_goes_on_where_it_was(hers, noor, ada, omar, monkeypatch):
    monkeypatch.setattr(handing_over, "BATCH", 1)
    team_actions.deactivate(ada, by=noor, leaving=team_actions.Leaving(heir=omar))
    handover, given = Handover.objects.get(), []
    give = handing_over._give

    def killed(handover, ids):
        if len(given) == 2:
            raise KeyboardInterrupt
        given.extend(ids)
        return give(handover, ids)

    monkeypatch.setattr(handing_over, "_give", killed)
    with pytest.raises(KeyboardInterrupt):
        actions.hand_over(handover.pk)
    monkeypatch.setattr(handing_over, "_give", give)
    actions.hand_over(handover.pk)
    actions.hand_over(handover.pk)
    handover.refresh_from_db()
    assert (handover.done, handover.total) == (4, 4)
    assert Event.objects.filter(name="ConversationAssigned", payload__agent=omar.pk).count() == 4


def test_ada_comes_back_to_what_nobody_took(client, hers, noor, ada, omar):
    leave(client, noor, ada, way="person", heir=omar.pk)
    page = client.post(f"/settings/people/{ada.pk}/reactivation", follow=True).content.decode()
    assert "given to others in the meantime stay with them" in page
    assert whose(hers)[0] == (omar, None)
    assert whose(hers)[4] == (ada, None)


def test_each_conversation_costs_less_than_thirty_queries(hers, noor, ada, omar, django_assert_max_num_queries):
    team_actions.deactivate(ada, by=noor, leaving=team_actions.Leaving(heir=omar))
    with django_assert_max_num_queries(4 * 30):
        actions.hand_over(Handover.objects.get().pk)
