"""Noor decides when customers are asked."""

import pytest

from rapport.surveys import queries
from rapport.surveys.models import Policy

pytestmark = pytest.mark.django_db


def test_noor_asks_less_often_in_her_own_words(client, noor):
    client.force_login(noor)
    given = {"is_on": "on", "every_days": "60", "question": " Did we help? "}
    assert client.post("/settings/ratings/", given).status_code == 302
    rules = queries.policy()
    assert (rules.is_on, rules.every_days, rules.question) == (True, 60, "Did we help?")
    assert "Did we help?" in client.get("/settings/ratings/").content.decode()


def test_noor_switches_asking_off_and_there_is_still_one_policy(client, noor):
    client.force_login(noor)
    client.post("/settings/ratings/", {"is_on": "on", "every_days": "30", "question": ""})
    client.post("/settings/ratings/", {"every_days": "30", "question": ""})
    assert not queries.policy().is_on
    assert Policy.objects.count() == 1


@pytest.mark.parametrize("days", ["0", "-1", "366", "x", ""])
def test_a_wrong_number_of_days_is_said_at_its_field(client, noor, days):
    client.force_login(noor)
    answer = client.post("/settings/ratings/", {"is_on": "on", "every_days": days, "question": ""})
    assert answer.status_code == 400
    assert 'id="id_every_days_error"' in answer.content.decode()
    assert not Policy.objects.exists()


def test_the_page_is_in_the_list_of_settings_for_those_who_may(client, noor, ada):
    client.force_login(noor)
    assert 'href="/settings/ratings/"' in client.get("/settings/ratings/").content.decode()
    client.force_login(ada)
    assert client.get("/settings/ratings/").status_code == 403
