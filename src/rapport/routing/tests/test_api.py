"""Hours, policies and promises, set up and read by a script."""

import json

import pytest

from rapport.conversations.models import Inbox
from rapport.kit import clock
from rapport.routing import actions
from rapport.routing.models import Calendar, ServicePolicy
from rapport.routing.tests.scene import moment
from rapport.team.actions import create_token
from rapport.team.models import Team

pytestmark = pytest.mark.django_db


class Script:
    def __init__(self, client, agent, scope="admin"):
        self._client = client
        secret = create_token(agent, name="script", scope=scope)
        self._headers = {"Authorization": f"Bearer {secret}"}

    def __call__(self, method, path, body=None):
        answer = self._client.generic(
            method,
            f"/api/v1{path}",
            json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers=self._headers,
        )
        return answer.status_code, answer.json() if answer.content else None


@pytest.fixture
def noors(client, noor):
    return Script(client, noor)


WEEK = {"monday": [{"opens": "09:00", "closes": "12:00"}, {"opens": "13:00", "closes": "24:00"}]}


def test_a_script_sets_up_hours(noors, inbox):
    trade = Team.objects.create(name="Trade")
    said = {"name": "Office", "time_zone": "Europe/Berlin", "week": WEEK, "teams": [trade.pk], "inboxes": [inbox.pk]}
    with clock.frozen(moment(0)):
        status, made = noors("POST", "/business-hours", {**said, "holidays": [{"day": "2026-12-24", "name": "Off"}]})
    assert status == 201
    assert made["default"] is True
    assert made["week"] == WEEK
    assert (made["open_now"], made["changes_at"]) == (True, "2026-03-02T11:00:00Z")
    status, changed = noors("PATCH", f"/business-hours/{made['id']}", {"country": "DE", "region": "BY", "teams": []})
    assert (changed["country"], changed["region"], changed["teams"]) == ("DE", "BY", [])
    assert changed["holidays"] == made["holidays"]
    assert (
        noors("GET", "/business-hours")[1]["items"] == [changed] == [noors("GET", f"/business-hours/{made['id']}")[1]]
    )
    assert noors("DELETE", f"/business-hours/{made['id']}") == (204, None)
    assert not Calendar.objects.exists()


@pytest.mark.parametrize(
    ("said", "status", "field"),
    [
        ({"week": {"monday": [{"opens": "12:00", "closes": "09:00"}]}}, 422, "body.week.monday"),
        ({"week": {"moonday": []}}, 422, "body.week.moonday.[key]"),
        ({"time_zone": "Mars"}, 422, "body.time_zone"),
        ({"country": "XX"}, 422, "body.country"),
        ({"country": "DE", "region": "XX"}, 422, "body.region"),
        ({"teams": [99999999]}, 422, "body.teams"),
        ({"name": " "}, 422, "body.name"),
        ({"week": {}}, 409, None),
        ({"name": "taken"}, 409, None),
    ],
)
def test_hours_that_cannot_be_are_refused(noors, said, status, field):
    actions.make_calendar(name="Taken", is_always_open=True)
    answer = noors("POST", "/business-hours", {"name": "Office", "week": WEEK, **said})
    assert answer[0] == status
    assert field is None or answer[1]["errors"][0]["field"] == field
    assert Calendar.objects.count() == 1


def test_a_script_sets_up_a_policy(noors, inbox):
    targets = {
        "first_answer": {"minutes": 60, "by_priority": {"urgent": 15}},
        "next_answer": None,
        "resolution": {"minutes": None, "by_priority": {"high": 480}},
    }
    hours = actions.make_calendar(name="Office", is_always_open=True)
    said = {
        "name": "Everyone",
        "conditions": {"inbox": [str(inbox.pk)]},
        "targets": targets,
        "business_hours": hours.pk,
    }
    status, made = noors("POST", "/service-policies", said)
    assert status == 201
    assert made["targets"] == targets
    assert made["warning"] == {"at": 80, "unit": "percent"}
    change = {"business_hours": None, "warning": None, "on": False, "position": 7}
    _status, changed = noors("PATCH", f"/service-policies/{made['id']}", change)
    assert {**made, **change} == changed
    assert noors("GET", "/service-policies")[1]["items"] == [changed]
    assert noors("DELETE", f"/service-policies/{made['id']}")[0] == 204
    assert not ServicePolicy.objects.exists()


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"conditions": {"moon": ["full"]}}, 422),
        ({"targets": {}}, 422),
        ({"targets": {"first_answer": {"minutes": 0}}}, 422),
        ({"business_hours": 99999999}, 422),
        ({"warning": {"at": 101}}, 422),
        ({"sla": True}, 422),
        ({"name": "TAKEN"}, 409),
    ],
)
def test_policies_that_cannot_be_are_refused(noors, said, status):
    ServicePolicy.objects.create(name="Taken")
    whole = {"name": "Everyone", "targets": {"first_answer": {"minutes": 60}}, **said}
    assert noors("POST", "/service-policies", whole)[0] == status
    assert ServicePolicy.objects.count() == 1


def test_everyone_reads_and_only_administrators_change(client, ada, policy):
    adas = Script(client, ada)
    assert adas("GET", f"/service-policies/{policy.pk}")[1]["name"] == "Everyone"
    assert adas("GET", "/service-policies/99999999")[0] == adas("GET", "/business-hours/99999999")[0] == 404
    for method, path, body in (
        ("POST", "/service-policies", {"name": "Mine", "targets": {"first_answer": {"minutes": 5}}}),
        ("PATCH", f"/service-policies/{policy.pk}", {"on": False}),
        ("DELETE", f"/service-policies/{policy.pk}", None),
        ("POST", "/business-hours", {"name": "Mine", "always_open": True}),
    ):
        assert adas(method, path, body)[0] == 403
    assert Inbox.objects.count() == 0


def test_a_conversation_says_what_was_promised(noors, policy, day, write, django_assert_max_num_queries):
    with day.at(0):
        conversation, _other = write(), write()
    with clock.frozen(moment(70)):
        _status, shown = noors("GET", f"/conversations/{conversation.pk}")
    assert shown["due_at"] == "2026-03-02T10:00:00Z"
    assert [(one["kind"], one["state"], one["policy"], one["minutes"]) for one in shown["promises"]] == [
        ("first_answer", "overdue", "Everyone", 60),
        ("resolution", "running", "Everyone", 480),
    ]
    with django_assert_max_num_queries(12):
        assert len(noors("GET", "/conversations")[1]["items"]) == 2
